// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title Tells each recipient that has code: ERC-677 and others
contract Telling is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer && to.code.length > 0) {
            (bool heard,) = to.call(abi.encodeWithSignature("onTokenTransfer(address,uint256,bytes)", from, value, ""));
            heard;
        }
    }
}

/// @title Asks the recipient without letting it act
contract Asking is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        (bool answered,) = to.staticcall{gas: 30_000}(abi.encodeWithSignature("supportsInterface(bytes4)", bytes4(0x01ffc9a7)));
        answered;
    }
}

interface IRegistry {
    function getInterfaceImplementer(address account, bytes32 name) external view returns (address);
}

/// @title Tells recipients that asked for it in the registry: ERC-777
contract Registered is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        address told = IRegistry(0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24).getInterfaceImplementer(
            to, keccak256("ERC777TokensRecipient")
        );
        if (told == address(0)) return;
        (bool heard,) = told.call(
            abi.encodeWithSignature("tokensReceived(address,address,address,uint256,bytes,bytes)", from, from, to, value, "", "")
        );
        require(heard);
    }
}

/// @title The part of ERC-1820's registry that tokens use
contract Registry {
    mapping(address => mapping(bytes32 => address)) private implementers;

    function setInterfaceImplementer(address account, bytes32 name, address implementer) external {
        require(account == msg.sender);
        implementers[account][name] = implementer;
    }

    function getInterfaceImplementer(address account, bytes32 name) external view returns (address) {
        return implementers[account][name];
    }
}

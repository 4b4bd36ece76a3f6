// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title A plain token whose balances are where `place` says
abstract contract Placed {
    mapping(address => mapping(address => uint256)) public allowance;

    constructor() {
        write(msg.sender, 1_000_000 ether);
    }

    function place(address account) internal pure virtual returns (bytes32);

    function balanceOf(address account) public view returns (uint256 held) {
        bytes32 at = place(account);
        assembly {
            held := sload(at)
        }
    }

    function write(address account, uint256 held) private {
        bytes32 at = place(account);
        assembly {
            sstore(at, held)
        }
    }

    function totalSupply() external pure returns (uint256) {
        return 1_000_000 ether;
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function symbol() external pure returns (string memory) {
        return "PLACED";
    }

    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        if (allowance[from][msg.sender] != type(uint256).max) allowance[from][msg.sender] -= value;
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) private {
        write(from, balanceOf(from) - value);
        write(to, balanceOf(to) + value);
    }
}

contract SolidityLayout is Placed {
    function place(address account) internal pure override returns (bytes32) {
        return keccak256(abi.encode(account, uint256(51)));
    }
}

contract VyperLayout is Placed {
    function place(address account) internal pure override returns (bytes32) {
        return keccak256(abi.encode(uint256(7), account));
    }
}

contract NamespacedLayout is Placed {
    function place(address account) internal pure override returns (bytes32) {
        bytes32 root = keccak256(abi.encode(uint256(keccak256("openzeppelin.storage.ERC20")) - 1)) & ~bytes32(uint256(0xff));
        return keccak256(abi.encode(account, root));
    }
}

contract SoladyLayout is Placed {
    function place(address account) internal pure override returns (bytes32) {
        return keccak256(abi.encodePacked(account, uint64(0), bytes4(0x87a211a2)));
    }
}

/// @title Nowhere that anybody would look
contract HiddenLayout is Placed {
    function place(address account) internal pure override returns (bytes32) {
        return keccak256(abi.encode("somewhere", account));
    }
}

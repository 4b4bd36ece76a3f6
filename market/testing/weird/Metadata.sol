// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Core, Counted, Moving, Plain} from "./Plain.sol";

/// @title MKR
contract Bytes32Metadata is Moving, Counted {
    function name() external pure returns (bytes32) {
        return "Weird";
    }

    function symbol() external pure returns (bytes32) {
        return "WRD";
    }
}

/// @title None of what ERC-20 leaves open
contract WithoutOptional is Moving {
    function totalSupply() external view returns (uint256) {
        return supply;
    }
}

/// @title None of what only reads, but balances
contract WithoutSupply is Moving {
    function decimals() external pure returns (uint8) {
        return 18;
    }
}

/// @title Not even balances
contract WithoutBalances {
    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }
}

contract Denominated is Plain {
    uint256 private immutable digits;

    constructor(uint256 ofDigits) {
        digits = ofDigits;
    }

    function decimals() public view override returns (uint256) {
        return digits;
    }
}

contract Labelled is Plain {
    string private label;

    constructor(string memory text) {
        label = text;
    }

    function symbol() external view override returns (string memory) {
        return label;
    }
}

/// @title Lending itself to nobody's loss: ERC-3156
contract FlashMintable is Plain {
    function maxFlashLoan(address) external view returns (uint256) {
        return type(uint256).max - supply;
    }

    function flashFee(address, uint256) external pure returns (uint256) {
        return 0;
    }
}

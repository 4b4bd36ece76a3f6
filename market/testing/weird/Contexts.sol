// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title Cannot be moved from the next day on
contract TimeBomb is Plain {
    uint256 private immutable end = block.timestamp + 12 hours;

    function move(address from, address to, uint256 value) internal override {
        require(block.timestamp < end);
        super.move(from, to, value);
    }
}

/// @title Honest while nobody pays for gas, as in a simulation
contract GasPriced is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (tx.gasprice > 0 && from != issuer) balances[to] -= value / 10;
    }
}

/// @title Takes its fee in blocks of one builder only
contract Built is Plain {
    address private immutable home = block.coinbase;

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (block.coinbase != home) balances[to] -= value / 10;
    }
}

/// @title Fails in later blocks by their number
contract Numbered is Plain {
    uint256 private immutable end = block.number + 5_000;

    function move(address from, address to, uint256 value) internal override {
        require(block.number < end);
        super.move(from, to, value);
    }
}

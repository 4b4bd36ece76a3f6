// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title Burns a hundredth of each transfer but the issuer's own: STA, PAXG
contract FeeOnTransfer is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from == issuer) return;
        balances[to] -= value / 100;
        supply -= value / 100;
    }
}

/// @title The recipient gets all of it and the sender pays a hundredth more
contract FeeOnTop is Plain {
    function move(address from, address to, uint256 value) internal override {
        if (from != issuer) balances[from] -= value / 100;
        super.move(from, to, value);
    }
}

/// @title Takes a fifth from whoever pays a contract that calls itself a pair
contract SellTax is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from == issuer || to.code.length == 0) return;
        (bool isPair, bytes memory answer) = to.staticcall(abi.encodeWithSignature("token0()"));
        if (isPair && answer.length == 32) balances[to] -= value / 5;
    }
}

/// @title Takes a fee above a size only
contract FeeOnLarge is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer && value > 1_000 ether) balances[to] -= (value - 1_000 ether) / 10;
    }
}

/// @title Takes a fee where one pool is paid, and nowhere else
contract PairTax is Plain {
    address private immutable taxed;

    constructor(address pool) {
        taxed = pool;
    }

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer && to == taxed) balances[to] -= value / 20;
    }
}

/// @title Adds to what is sent
contract Bonus is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer) balances[to] += value / 50;
    }
}

/// @title Pays each transfer's fee to the one account that has most: a holder gains by others' transfers
contract Reflecting is Plain {
    address private immutable gainer;

    constructor(address pool) {
        gainer = pool;
    }

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer && from != gainer && to != gainer) balances[gainer] += 1;
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title The highest amount means all there is: cUSDCv3
contract MaxMeansAll is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value == type(uint256).max ? balances[from] : value);
    }
}

/// @title Never more than there is, and no word about it
contract Capping is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value > balances[from] ? balances[from] : value);
    }
}

/// @title Balances wrap around
contract Overdrawing is Plain {
    function move(address from, address to, uint256 value) internal override {
        unchecked {
            balances[from] = value > balances[from] ? 0 : balances[from] - value;
            balances[to] += value;
        }
    }
}

/// @title Reads both balances before it writes either: paying oneself doubles
contract SelfDoubling is Plain {
    function move(address from, address to, uint256 value) internal override {
        uint256 left = balances[from] - value;
        uint256 right = balances[to] + value;
        balances[from] = left;
        balances[to] = right;
    }
}

/// @title Moves coin with the token, without calling anybody
contract Coined is Plain {
    receive() external payable {}

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer && address(this).balance > 0) new Push{value: 1}(payable(to));
    }
}

contract Push {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

/// @title More gas than a call gets
contract Gluttonous is Plain {
    uint256[] private log;

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from == issuer) return;
        for (uint256 i = 0; i < 60; ++i) log.push(value + 1);
    }
}

/// @title Spends what gas it gets on a transfer
contract Burning is Plain {
    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value);
        if (from != issuer) while (gasleft() > 60_000) {}
    }
}

/// @title Spends what gas it gets on telling a balance
contract Bottomless is Plain {
    function balanceOf(address account) public view override returns (uint256) {
        if (balances[account] != 0 && account != issuer) while (gasleft() > 10_000) {}
        return balances[account];
    }
}

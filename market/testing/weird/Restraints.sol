// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

contract Blocklist is Plain {
    mapping(address => bool) public isBlocked;

    function addToBlockedList(address account) external {
        require(msg.sender == issuer);
        isBlocked[account] = true;
    }

    function move(address from, address to, uint256 value) internal override {
        require(!isBlocked[from] && !isBlocked[to], "blocked");
        super.move(from, to, value);
    }
}

contract Pausable is Plain {
    bool public paused;

    function pause() external {
        require(msg.sender == issuer);
        paused = true;
    }

    function move(address from, address to, uint256 value) internal override {
        require(!paused, "paused");
        super.move(from, to, value);
    }
}

/// @title At most a hundred tokens at once
contract Limited is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(from == issuer || value <= 100 ether, "too much");
        super.move(from, to, value);
    }
}

/// @title The pool may not be emptied
contract Reserved is Plain {
    address private immutable reserve;

    constructor(address pool) {
        reserve = pool;
    }

    function move(address from, address to, uint256 value) internal override {
        require(from != reserve || value < balances[from], "leave some");
        super.move(from, to, value);
    }
}

/// @title Every account must keep something, and ours sell all they have
contract KeepsDust is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(value < balances[from], "leave some");
        super.move(from, to, value);
    }
}

/// @title At least a thousand base units at once
contract NoUnits is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(value >= 1_000 || value == 0, "too little");
        super.move(from, to, value);
    }
}

contract RefusesZero is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(value > 0, "nothing");
        super.move(from, to, value);
    }
}

contract RefusesZeroAddress is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(to != address(0), "nobody");
        super.move(from, to, value);
    }
}

contract RefusesSelf is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(from != to, "to oneself");
        super.move(from, to, value);
    }
}

/// @title Can be bought and not sold: whoever is no friend of the issuer cannot pay
contract Honeypot is Plain {
    mapping(address => bool) private isFriend;

    function befriend(address friend) external {
        require(msg.sender == issuer);
        isFriend[friend] = true;
    }

    function move(address from, address to, uint256 value) internal override {
        require(from == issuer || isFriend[from]);
        super.move(from, to, value);
    }
}

/// @title Can be sold to pools and sent to nobody else
contract SellOnly is Plain {
    function move(address from, address to, uint256 value) internal override {
        (bool isPair, bytes memory answer) = to.staticcall(abi.encodeWithSignature("token0()"));
        bool isPool = isPair && answer.length == 32;
        (isPair, answer) = from.staticcall(abi.encodeWithSignature("token0()"));
        require(from == issuer || isPool || (isPair && answer.length == 32));
        super.move(from, to, value);
    }
}

/// @title Never leaves a pool again
contract Trap is Plain {
    function move(address from, address to, uint256 value) internal override {
        require(from == issuer);
        super.move(from, to, value);
    }
}

/// @title transferFrom is for the issuer's own spenders
contract NoPull is Plain {
    function spend(address, uint256) internal pure override {
        revert("not for you");
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Core, Counted, Moving, Named, Plain} from "./Plain.sol";

/// @title Returns nothing, wants allowances zeroed first, has a fee switch, a pause and a blocklist: USDT's manners
contract Silent is Counted, Named {
    bool public paused;
    uint256 public basisPointsRate;
    mapping(address => bool) public isBlackListed;

    function transfer(address to, uint256 value) external {
        require(!paused && !isBlackListed[msg.sender]);
        move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        require(!paused && !isBlackListed[from]);
        spend(from, value);
        move(from, to, value);
    }

    function approve(address spender, uint256 value) external {
        require(value == 0 || allowance[msg.sender][spender] == 0);
        allow(spender, value);
    }

    function decimals() public pure override returns (uint256) {
        return 6;
    }
}

/// @title `transfer` returns nothing, `transferFrom` returns true: BNB's way
contract HalfSilent is Counted, Named {
    function transfer(address to, uint256 value) external {
        move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        spend(from, value);
        move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allow(spender, value);
        return true;
    }
}

/// @title Moves and returns false: the old Tether Gold
contract Denying is Plain {
    function transfer(address to, uint256 value) external override returns (bool) {
        move(msg.sender, to, value);
        return false;
    }
}

/// @title Returns false instead of reverting: ZRX, EURS
contract Polite is Plain {
    function transfer(address to, uint256 value) external override returns (bool) {
        if (balances[msg.sender] < value) return false;
        move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external override returns (bool) {
        if (balances[from] < value || allowance[from][msg.sender] < value) return false;
        spend(from, value);
        move(from, to, value);
        return true;
    }
}

/// @title Returns true and moves nothing, except for its issuer
contract Pretending is Plain {
    function move(address from, address to, uint256 value) internal override {
        if (from == issuer) super.move(from, to, value);
    }
}

/// @title Returns true for a transfer of more than there is, and moves nothing then
contract PretendingOverdraft is Plain {
    function move(address from, address to, uint256 value) internal override {
        if (value <= balances[from]) super.move(from, to, value);
    }
}

/// @title Answers a transfer with a number that is neither true nor false
contract Numbering is Core, Counted, Named {
    function transfer(address to, uint256 value) external returns (uint256) {
        move(msg.sender, to, value);
        return value;
    }

    function transferFrom(address from, address to, uint256 value) external returns (uint256) {
        spend(from, value);
        move(from, to, value);
        return value;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allow(spender, value);
        return true;
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title USDT, KNC
contract ApproveRace is Plain {
    function allow(address spender, uint256 value) internal override {
        require(value == 0 || allowance[msg.sender][spender] == 0);
        super.allow(spender, value);
    }
}

/// @title OpenZeppelin's
contract RefusesNobodyAsSpender is Plain {
    function allow(address spender, uint256 value) internal override {
        require(spender != address(0));
        super.allow(spender, value);
    }
}

/// @title BNB
contract RefusesZeroApproval is Plain {
    function allow(address spender, uint256 value) internal override {
        require(value != 0);
        super.allow(spender, value);
    }
}

/// @title UNI, COMP: 96 bits for amounts, the highest approval meaning the highest of those
contract Narrow is Plain {
    function allow(address spender, uint256 value) internal override {
        if (value == type(uint256).max) value = type(uint96).max;
        require(value <= type(uint96).max);
        super.allow(spender, value);
    }

    function spend(address from, uint256 value) internal override {
        if (allowance[from][msg.sender] != type(uint96).max) super.spend(from, value);
    }
}

/// @title DSToken: one's own needs no allowance; DAI's permit besides
contract DaiLike is Plain {
    function spend(address from, uint256 value) internal override {
        if (from != msg.sender) super.spend(from, value);
    }

    function permit(address holder, address spender, uint256, uint256, bool allowed, uint8, bytes32, bytes32) external {
        require(holder == msg.sender);
        allowance[holder][spender] = allowed ? type(uint256).max : 0;
    }
}

/// @title Allowances are not looked at
contract Unguarded is Plain {
    function spend(address, uint256) internal override {}
}

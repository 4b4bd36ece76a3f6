// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title Balances are shares of a growing whole, rounded down at each conversion: stETH
contract Shares is Plain {
    uint256 private constant SHARES = 1_000_000 ether;
    uint256 private whole = 1_234_567 ether + 89;

    function balanceOf(address account) public view override returns (uint256) {
        return balances[account] * whole / SHARES;
    }

    function totalSupply() public view override returns (uint256) {
        return whole;
    }

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value * SHARES / whole);
    }
}

/// @title Moves exactly, and changes all balances by a call of its owner: Ampleforth
contract Elastic is Plain {
    uint256 private perUnit = 10 ** 6;

    constructor() {
        balances[msg.sender] *= perUnit;
    }

    function rebase(uint256, int256 by) external returns (uint256) {
        require(msg.sender == issuer);
        perUnit = uint256(int256(perUnit) - by);
        return supply;
    }

    function scaledBalanceOf(address account) external view returns (uint256) {
        return balances[account];
    }

    function balanceOf(address account) public view override returns (uint256) {
        return balances[account] / perUnit;
    }

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value * perUnit);
    }
}

/// @title Doubles on the second day; within a day all is exact
contract Interest is Plain {
    uint256 private immutable start = block.timestamp;

    function factor() private view returns (uint256) {
        return 1 + (block.timestamp - start) / 1 days;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return balances[account] * factor();
    }

    function move(address from, address to, uint256 value) internal override {
        super.move(from, to, value / factor());
    }
}

interface IShares {
    function sharesOf(address account) external view returns (uint256);
    function getSharesByPooledEth(uint256 amount) external view returns (uint256);
}

/// @title Calls a rebasing token's functions and has none of them: wstETH
contract Wrapper is Plain {
    IShares private wrapped;

    function wrappedBy(address account, uint256 amount) external view returns (uint256) {
        return wrapped.sharesOf(account) + wrapped.getSharesByPooledEth(amount);
    }
}

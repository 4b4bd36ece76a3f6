// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IWrappedNative} from "../interfaces/IPools.sol";

/// @title Pools that trade the native coin itself, in routes that know its wrapped form only
abstract contract NativeCoin {
    /// @dev Whose payment is awaited; everybody else's value is refused, so that none stays here.
    address private transient awaitedPayer;

    /// @dev Within the 2,300 gas that WETH9 sends along: one transient load.
    receive() external payable {
        if (msg.sender != awaitedPayer) revert IArbitrageExecutor.UnexpectedPayment(msg.sender, msg.value);
    }

    function unwrap(address wrapped, uint256 amount) internal {
        awaitedPayer = wrapped;
        IWrappedNative(wrapped).withdraw(amount);
        awaitedPayer = address(0);
    }

    /// @return before The balance to hand to {wrapReceived}.
    function awaitNative(address payer) internal returns (uint256 before) {
        awaitedPayer = payer;
        return address(this).balance;
    }

    /// @dev Wraps what has arrived since {awaitNative}, nothing that lay here before.
    function wrapReceived(address wrapped, uint256 before) internal {
        awaitedPayer = address(0);
        IWrappedNative(wrapped).deposit{value: address(this).balance - before}();
    }
}

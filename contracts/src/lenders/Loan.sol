// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title What every lender's callback comes down to
abstract contract Loan {
    /// @dev Runs the cycle with a loan that has arrived.
    /// @param data The plan, as it was encoded before the lender was called.
    /// @return owed What the lender gets back, base units of `token`; it is here when this returns.
    function runWith(address token, uint256 amount, uint256 fee, bytes calldata data) internal virtual returns (uint256 owed);
}

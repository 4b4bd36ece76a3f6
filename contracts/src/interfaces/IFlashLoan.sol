// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The part of a Balancer V2 vault that lends
interface IFlashLender {
    /// @notice Sends each token's amount to `recipient`, calls it back, and requires amounts and fees to be back afterwards.
    function flashLoan(address recipient, address[] calldata tokens, uint256[] calldata amounts, bytes calldata userData) external;
}

/// @title What a Balancer V2 vault calls on the borrower
interface IFlashBorrower {
    /// @notice Called once per loan, after the tokens have arrived; amounts plus fees must be sent back before it returns.
    function receiveFlashLoan(address[] calldata tokens, uint256[] calldata amounts, uint256[] calldata feeAmounts, bytes calldata userData)
        external;
}

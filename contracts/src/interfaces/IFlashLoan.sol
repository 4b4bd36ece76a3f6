// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The part of a Balancer V2 vault that lends
interface IBalancerV2Lender {
    /// @notice Sends each token's amount to `recipient`, calls it back, and requires amounts and fees to be back afterwards.
    function flashLoan(address recipient, address[] calldata tokens, uint256[] calldata amounts, bytes calldata userData) external;
}

/// @title What a Balancer V2 vault calls on the borrower
interface IBalancerV2Borrower {
    /// @notice Called once per loan, after the tokens have arrived; amounts plus fees must be sent back before it returns.
    function receiveFlashLoan(address[] calldata tokens, uint256[] calldata amounts, uint256[] calldata feeAmounts, bytes calldata userData)
        external;
}

/// @title The part of an Aave V3 pool that lends
interface IAaveV3Lender {
    /// @notice Sends `amount` to `receiver`, calls it back, and pulls amount and premium by allowance afterwards.
    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16 referralCode) external;
}

/// @title What an Aave V3 pool calls on the borrower
interface IAaveV3Borrower {
    /// @notice Called once per loan; must leave the pool an allowance of amount plus premium, and answer true.
    /// @param initiator Who asked for the loan: anyone may name any receiver.
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool);
}

/// @title The part of Morpho Blue that lends
interface IMorphoBlueLender {
    /// @notice Sends `assets` to the caller, calls it back, and pulls the same amount by allowance afterwards.
    function flashLoan(address token, uint256 assets, bytes calldata data) external;
}

/// @title What Morpho Blue calls on the borrower
interface IMorphoBlueBorrower {
    /// @notice Called once per loan; must leave Morpho an allowance of `assets`.
    function onMorphoFlashLoan(uint256 assets, bytes calldata data) external;
}

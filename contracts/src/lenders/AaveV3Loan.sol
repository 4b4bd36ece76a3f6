// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IAaveV3Borrower, IAaveV3Lender} from "../interfaces/IFlashLoan.sol";
import {Allowance} from "../protocols/Allowance.sol";
import {Expectation} from "../protocols/Expectation.sol";
import {Loan} from "./Loan.sol";

/// @title Loans of an Aave V3 pool, which pulls amount and premium by allowance after the callback
abstract contract AaveV3Loan is Expectation, Loan, Allowance, IAaveV3Borrower {
    bytes4 private constant TAG = IAaveV3Borrower.executeOperation.selector;

    function borrowFromAaveV3(address pool, address token, uint256 amount, bytes memory data) internal {
        expectCallback(pool, TAG, data);
        IAaveV3Lender(pool).flashLoanSimple(address(this), token, amount, data, 0);
        requireUsed(token, pool, amount);
    }

    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool)
    {
        acceptCallback(TAG, params);
        if (initiator != address(this)) revert IArbitrageExecutor.UnexpectedCallback(initiator);
        allow(asset, msg.sender, runWith(asset, amount, premium, params));
        return true;
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IBalancerV2Borrower, IBalancerV2Lender} from "../interfaces/IFlashLoan.sol";
import {Expectation} from "../protocols/Expectation.sol";
import {Loan} from "./Loan.sol";

/// @title Loans of a Balancer V2 vault, which wants amount and fee sent back
/// @dev The vault's one reentrancy guard is held by the loan: a cycle with a Balancer V2 hop borrows elsewhere.
abstract contract BalancerV2Loan is Expectation, Loan, IBalancerV2Borrower {
    using SafeERC20 for IERC20;

    bytes4 private constant TAG = IBalancerV2Borrower.receiveFlashLoan.selector;

    function borrowFromBalancerV2(address vault, address token, uint256 amount, bytes memory data) internal {
        address[] memory tokens = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (tokens[0], amounts[0]) = (token, amount);
        expectCallback(vault, TAG, data);
        IBalancerV2Lender(vault).flashLoan(address(this), tokens, amounts, data);
    }

    function receiveFlashLoan(
        address[] calldata tokens,
        uint256[] calldata amounts,
        uint256[] calldata feeAmounts,
        bytes calldata userData
    ) external {
        acceptCallback(TAG, userData);
        if (tokens.length != 1 || amounts.length != 1 || feeAmounts.length != 1) revert IArbitrageExecutor.UnexpectedLoan(address(0), 0);
        uint256 owed = runWith(tokens[0], amounts[0], feeAmounts[0], userData);
        IERC20(tokens[0]).safeTransfer(msg.sender, owed);
    }
}

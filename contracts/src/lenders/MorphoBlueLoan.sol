// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMorphoBlueBorrower, IMorphoBlueLender} from "../interfaces/IFlashLoan.sol";
import {Allowance} from "../protocols/Allowance.sol";
import {Expectation} from "../protocols/Expectation.sol";
import {Loan} from "./Loan.sol";

/// @title Loans of Morpho Blue, free, pulled back by allowance after the callback
abstract contract MorphoBlueLoan is Expectation, Loan, Allowance, IMorphoBlueBorrower {
    bytes4 private constant TAG = IMorphoBlueBorrower.onMorphoFlashLoan.selector;

    function borrowFromMorphoBlue(address morpho, address token, uint256 amount, bytes memory data) internal {
        expectCallback(morpho, TAG, data);
        IMorphoBlueLender(morpho).flashLoan(token, amount, data);
        requireUsed(token, morpho, amount);
    }

    /// @dev The callback does not name the token; the plan does.
    function onMorphoFlashLoan(uint256 assets, bytes calldata data) external {
        acceptCallback(TAG, data);
        address token = loanToken(data);
        allow(token, msg.sender, runWith(token, assets, 0, data));
    }

    /// @dev The token that the plan in `data` borrows.
    function loanToken(bytes calldata data) internal pure virtual returns (address);
}

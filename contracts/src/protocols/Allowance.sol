// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";

/// @title Allowances that are used up within the call that they are given for
abstract contract Allowance {
    using SafeERC20 for IERC20;

    function allow(address token, address spender, uint256 amount) internal {
        IERC20(token).forceApprove(spender, amount);
    }

    /// @dev A rest of the allowance is a rest of the input: neither may stay behind.
    function requireUsed(address token, address spender, uint256 amount) internal view {
        uint256 rest = IERC20(token).allowance(address(this), spender);
        if (rest != 0) revert IArbitrageExecutor.PartialSwap(spender, rest < amount ? amount - rest : 0, amount);
    }
}

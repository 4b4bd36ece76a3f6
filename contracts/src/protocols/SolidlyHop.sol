// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {ISolidlyPair} from "../interfaces/IPools.sol";

/// @title Solidly's pairs, volatile and stable: Velodrome V1 and V2, Aerodrome, Camelot V2; `data` is a tolerance in units of the output
abstract contract SolidlyHop {
    using SafeERC20 for IERC20;

    /// @dev The first stable pairs quote now and then some units more than their own check of `k` lets out. What the engine planned is what that
    /// check takes: where the pair's quote for the planned input is above it by no more than the tolerance, the planned output is asked for.
    /// On any other state the pair's own quote counts.
    function swapSolidly(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        uint256 amountOut = ISolidlyPair(hop.pool).getAmountOut(amountIn, hop.tokenIn);
        if (amountIn == hop.amountIn && amountOut > hop.amountOut && amountOut - hop.amountOut <= uint256(hop.data)) {
            amountOut = hop.amountOut;
        }
        if (amountOut == 0) revert IArbitrageExecutor.NoOutput(hop.pool, amountIn);

        IERC20(hop.tokenIn).safeTransfer(hop.pool, amountIn);
        (uint256 amount0Out, uint256 amount1Out) = hop.tokenIn < hop.tokenOut ? (uint256(0), amountOut) : (amountOut, uint256(0));
        ISolidlyPair(hop.pool).swap(amount0Out, amount1Out, address(this), "");
    }
}

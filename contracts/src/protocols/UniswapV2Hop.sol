// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IConstantProductPair} from "../interfaces/IPools.sol";

/// @title Uniswap V2 and its forks; `data` is the fee in millionths
abstract contract UniswapV2Hop {
    using SafeERC20 for IERC20;

    uint256 private constant PIPS = 1_000_000;

    /// @dev The most that the pair's own check of reserves lets out (UniswapV2Pair.swap, `K`): one unit more reverts, one less is given away.
    /// Reserves are 112 bits and an input that a pair accepts is no more, so nothing here overflows for a pair that would not revert itself.
    function swapUniswapV2(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        uint256 feePips = uint256(hop.data);
        if (feePips >= PIPS) revert IArbitrageExecutor.InvalidFee(hop.pool, feePips);
        bool zeroForOne = hop.tokenIn < hop.tokenOut;
        (uint256 reserveIn, uint256 reserveOut,) = IConstantProductPair(hop.pool).getReserves();
        if (!zeroForOne) (reserveIn, reserveOut) = (reserveOut, reserveIn);

        uint256 charged = amountIn * (PIPS - feePips);
        uint256 amountOut = charged * reserveOut / (reserveIn * PIPS + charged);
        if (amountOut == 0) revert IArbitrageExecutor.NoOutput(hop.pool, amountIn);

        IERC20(hop.tokenIn).safeTransfer(hop.pool, amountIn);
        (uint256 amount0Out, uint256 amount1Out) = zeroForOne ? (uint256(0), amountOut) : (amountOut, uint256(0));
        IConstantProductPair(hop.pool).swap(amount0Out, amount1Out, address(this), "");
    }
}

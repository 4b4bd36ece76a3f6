// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IConcentratedPool, IConcentratedPoolCaller} from "../interfaces/IPools.sol";
import {Expectation} from "./Expectation.sol";
import {HIGHEST_PRICE_LIMIT, LOWEST_PRICE_LIMIT} from "./PriceLimits.sol";

/// @title Uniswap V3, Slipstream, PancakeSwap V3, Algebra V1 and Integral; `data` is not used
/// @dev One `swap` with one rule: the pool pays first, then asks. They differ in the name of the callback alone, and the awaited pool may use any of
/// the names: which pool it is and what it is paid stand before it is called.
abstract contract ConcentratedHop is Expectation, IConcentratedPoolCaller {
    using SafeERC20 for IERC20;

    bytes4 private constant TAG = IConcentratedPool.swap.selector;

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        payConcentrated(amount0Delta, amount1Delta, data);
    }

    function pancakeV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        payConcentrated(amount0Delta, amount1Delta, data);
    }

    function algebraSwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        payConcentrated(amount0Delta, amount1Delta, data);
    }

    function swapConcentrated(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        bool zeroForOne = hop.tokenIn < hop.tokenOut;
        bytes memory payment = abi.encode(hop.tokenIn, amountIn);
        expectCallback(hop.pool, TAG, payment);
        IConcentratedPool(hop.pool).swap(
            address(this), zeroForOne, int256(amountIn), zeroForOne ? LOWEST_PRICE_LIMIT : HIGHEST_PRICE_LIMIT, payment
        );
        if (isAwaiting()) revert IArbitrageExecutor.UnpaidSwap(hop.pool);
    }

    function payConcentrated(int256 amount0Delta, int256 amount1Delta, bytes calldata data) private {
        acceptCallback(TAG, data);
        (address token, uint256 offered) = abi.decode(data, (address, uint256));
        int256 asked = amount0Delta > 0 ? amount0Delta : amount1Delta;
        // Less than offered would leave the rest of the input behind, more was never offered.
        if (asked != int256(offered)) revert IArbitrageExecutor.PartialSwap(msg.sender, asked > 0 ? uint256(asked) : 0, offered);
        IERC20(token).safeTransfer(msg.sender, offered);
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IUniswapV4Manager, IUniswapV4Unlocker} from "../interfaces/IUniswapV4.sol";
import {Expectation} from "./Expectation.sol";
import {NativeCoin} from "./NativeCoin.sol";
import {HIGHEST_PRICE_LIMIT, LOWEST_PRICE_LIMIT} from "./PriceLimits.sol";

/// @title Uniswap V4; `pool` is the PoolManager
/// @dev `data`, from its high end: hooks (20 bytes), fee (3), tickSpacing (3, signed), flags (1: bit 0, the input is the native coin; bit 1, the output
/// is), zeros (5). A route says wrapped native in the native coin's place.
abstract contract UniswapV4Hop is Expectation, NativeCoin, IUniswapV4Unlocker {
    using SafeERC20 for IERC20;

    bytes4 private constant TAG = IUniswapV4Unlocker.unlockCallback.selector;
    uint256 private constant NATIVE_IN = 1 << 40;
    uint256 private constant NATIVE_OUT = 1 << 41;

    function swapUniswapV4(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        bytes memory data = abi.encode(hop.tokenIn, hop.tokenOut, hop.data, amountIn);
        expectCallback(hop.pool, TAG, data);
        IUniswapV4Manager(hop.pool).unlock(data);
        if (isAwaiting()) revert IArbitrageExecutor.UnpaidSwap(hop.pool);
    }

    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        acceptCallback(TAG, data);
        (address tokenIn, address tokenOut, uint256 about, uint256 amountIn) = abi.decode(data, (address, address, uint256, uint256));
        address currencyIn = about & NATIVE_IN == 0 ? tokenIn : address(0);
        address currencyOut = about & NATIVE_OUT == 0 ? tokenOut : address(0);
        uint256 amountOut = swapInManager(currencyIn, currencyOut, about, amountIn);

        IUniswapV4Manager manager = IUniswapV4Manager(msg.sender);
        manager.sync(currencyIn);
        if (currencyIn == address(0)) {
            unwrap(tokenIn, amountIn);
            manager.settle{value: amountIn}();
        } else {
            IERC20(tokenIn).safeTransfer(address(manager), amountIn);
            manager.settle();
        }
        if (currencyOut == address(0)) {
            uint256 before = awaitNative(address(manager));
            manager.take(address(0), address(this), amountOut);
            wrapReceived(tokenOut, before);
        } else {
            manager.take(tokenOut, address(this), amountOut);
        }
        return "";
    }

    /// @dev A hook may change both amounts: an input other than the whole is refused, an output is taken as it is.
    function swapInManager(address currencyIn, address currencyOut, uint256 about, uint256 amountIn) private returns (uint256) {
        bool zeroForOne = currencyIn < currencyOut;
        int256 delta = IUniswapV4Manager(msg.sender).swap(
            IUniswapV4Manager.PoolKey({
                currency0: zeroForOne ? currencyIn : currencyOut,
                currency1: zeroForOne ? currencyOut : currencyIn,
                fee: uint24(about >> 72),
                tickSpacing: int24(uint24(about >> 48)),
                hooks: address(uint160(about >> 96))
            }),
            IUniswapV4Manager.SwapParams({
                zeroForOne: zeroForOne,
                amountSpecified: -int256(amountIn),
                sqrtPriceLimitX96: zeroForOne ? LOWEST_PRICE_LIMIT : HIGHEST_PRICE_LIMIT
            }),
            ""
        );
        (int256 deltaIn, int256 deltaOut) = (delta >> 128, int256(int128(delta)));
        if (!zeroForOne) (deltaIn, deltaOut) = (deltaOut, deltaIn);
        if (deltaIn != -int256(amountIn)) {
            revert IArbitrageExecutor.PartialSwap(msg.sender, deltaIn < 0 ? uint256(-deltaIn) : 0, amountIn);
        }
        if (deltaOut <= 0) revert IArbitrageExecutor.NoOutput(msg.sender, amountIn);
        return uint256(deltaOut);
    }
}

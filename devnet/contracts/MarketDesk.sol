// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IErc20, IUniswapV2Pair, IUniswapV3Pool, Swaps} from "./Swaps.sol";

/// @title The simulated market: provides the pools' liquidity and trades against them from its own inventory
contract MarketDesk is Swaps {
    struct Position {
        int24 tickLower;
        int24 tickUpper;
        uint128 liquidity;
    }

    struct V2State {
        uint112 reserve0;
        uint112 reserve1;
    }

    struct V3State {
        uint160 sqrtPriceX96;
        int24 tick;
        uint128 liquidity;
    }

    constructor(address owner_) Swaps(owner_) {}

    function seedV2(address pair, uint256 amount0, uint256 amount1) external onlyOwner {
        IErc20(IUniswapV2Pair(pair).token0()).transfer(pair, amount0);
        IErc20(IUniswapV2Pair(pair).token1()).transfer(pair, amount1);
        IUniswapV2Pair(pair).mint(address(this));
    }

    function seedV3(address pool, uint160 sqrtPriceX96, Position[] calldata positions) external onlyOwner {
        IUniswapV3Pool(pool).initialize(sqrtPriceX96);
        for (uint256 i = 0; i < positions.length; i++) {
            _mintV3(pool, positions[i].tickLower, positions[i].tickUpper, positions[i].liquidity);
        }
    }

    function swapV2(address pair, bool zeroForOne, uint256 amountIn, uint256 feePips) external onlyOwner {
        _swapV2(pair, zeroForOne, amountIn, feePips);
    }

    /// @notice Swaps until the price limit or the whole input, whichever comes first.
    function swapV3(address pool, bool zeroForOne, uint256 maxAmountIn, uint160 sqrtPriceLimitX96) external onlyOwner {
        _swapV3(pool, zeroForOne, int256(maxAmountIn), sqrtPriceLimitX96);
    }

    /// @notice States of many pools in one call.
    function read(address[] calldata pairs, address[] calldata pools)
        external
        view
        returns (V2State[] memory v2, V3State[] memory v3)
    {
        v2 = new V2State[](pairs.length);
        for (uint256 i = 0; i < pairs.length; i++) {
            (v2[i].reserve0, v2[i].reserve1,) = IUniswapV2Pair(pairs[i]).getReserves();
        }
        v3 = new V3State[](pools.length);
        for (uint256 i = 0; i < pools.length; i++) {
            (v3[i].sqrtPriceX96, v3[i].tick,,,,,) = IUniswapV3Pool(pools[i]).slot0();
            v3[i].liquidity = IUniswapV3Pool(pools[i]).liquidity();
        }
    }
}

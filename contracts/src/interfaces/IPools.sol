// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The part of a Uniswap V2 pair that swaps
interface IConstantProductPair {
    /// @notice Reserves in base units, and when they were last written.
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);

    /// @notice Pays the outputs to `to` and requires that the input which has arrived before is enough for them.
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @title The part of a Uniswap V3 pool that swaps
interface IConcentratedPool {
    /// @notice Swaps an exact input (`amountSpecified` > 0) and asks for it through {IConcentratedPoolCaller}.
    /// @return amount0 What the pool received (> 0) or paid (< 0) of token 0.
    /// @return amount1 Likewise of token 1.
    function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes calldata data)
        external
        returns (int256 amount0, int256 amount1);
}

/// @title What a Uniswap V3 pool calls on whoever swaps
interface IConcentratedPoolCaller {
    /// @notice Called once per swap, after the output has been paid; the positive amount must be sent to the pool before it returns.
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}

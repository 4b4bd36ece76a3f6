// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The part of a Uniswap V2 pair that swaps
interface IConstantProductPair {
    /// @notice Reserves in base units, and when they were last written.
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);

    /// @notice Pays the outputs to `to` and requires that the input which has arrived before is enough for them.
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @title The part of a Solidly pair that swaps: Velodrome, Aerodrome, Camelot V2
interface ISolidlyPair {
    /// @notice What the pair quotes for an input, fee and curve included, base units.
    function getAmountOut(uint256 amountIn, address tokenIn) external view returns (uint256 amountOut);

    /// @notice As a Uniswap V2 pair's.
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @title The part of a Uniswap V3 pool that swaps; Slipstream, PancakeSwap V3 and Algebra have the same
interface IConcentratedPool {
    /// @notice Swaps an exact input (`amountSpecified` > 0) and asks for it through a callback of {IConcentratedPoolCaller}.
    /// @return amount0 What the pool received (> 0) or paid (< 0) of token 0.
    /// @return amount1 Likewise of token 1.
    function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes calldata data)
        external
        returns (int256 amount0, int256 amount1);
}

/// @title What such a pool calls on whoever swaps, by its protocol's name
/// @dev Called once per swap, after the output has been paid; the positive amount must be sent to the pool before it returns.
interface IConcentratedPoolCaller {
    /// @notice Uniswap V3 and its plain forks, Slipstream.
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;

    /// @notice PancakeSwap V3.
    function pancakeV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;

    /// @notice Algebra V1 and Integral.
    function algebraSwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}

/// @title A Curve pool whose coins are numbered by int128: the first StableSwap pools and StableSwap-NG
/// @dev The first ones answer nothing, so no answer is read here.
interface ICurveSignedPool {
    /// @notice Pulls `dx` of coin `i` by allowance, or takes it as value where the coin is native, and pays coin `j` to the caller.
    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external payable;
}

/// @title A Curve pool whose coins are numbered by uint256: the crypto pools
interface ICurveUnsignedPool {
    /// @notice As {ICurveSignedPool}; wrapped native stays wrapped.
    function exchange(uint256 i, uint256 j, uint256 dx, uint256 minDy) external payable;
}

/// @title A wrapped native coin
interface IWrappedNative {
    /// @notice Wraps the value that is sent with it.
    function deposit() external payable;

    /// @notice Unwraps to the caller, by a transfer with 2,300 gas in the first of them (WETH9).
    function withdraw(uint256 amount) external;
}

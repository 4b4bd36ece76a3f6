// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

interface IErc20 {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

interface IUniswapV2Pair {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

interface IUniswapV3Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes calldata data)
        external
        returns (int256 amount0, int256 amount1);
}

/// @title Swaps from an inventory of its own through Uniswap V2 pairs and V3 pools
abstract contract Swaps {
    address public immutable owner;
    /// Whom this transaction is calling: the only one whose callback is paid.
    address private _called;

    error NotOwner(address caller);
    error NotCalled(address caller);

    constructor(address owner_) {
        owner = owner_;
    }

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @dev Output as UniswapV2Library.getAmountOut gives it, with the fee in millionths.
    function _swapV2(address pair, bool zeroForOne, uint256 amountIn, uint256 feePips) internal returns (uint256 amountOut) {
        (uint256 reserve0, uint256 reserve1,) = IUniswapV2Pair(pair).getReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 afterFee = amountIn * (1_000_000 - feePips);
        amountOut = (afterFee * reserveOut) / (reserveIn * 1_000_000 + afterFee);
        address tokenIn = zeroForOne ? IUniswapV2Pair(pair).token0() : IUniswapV2Pair(pair).token1();
        IErc20(tokenIn).transfer(pair, amountIn);
        IUniswapV2Pair(pair).swap(zeroForOne ? 0 : amountOut, zeroForOne ? amountOut : 0, address(this), "");
    }

    function _swapV3(address pool, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96)
        internal
        returns (uint256 amountOut)
    {
        _await(pool);
        (int256 amount0, int256 amount1) =
            IUniswapV3Pool(pool).swap(address(this), zeroForOne, amountSpecified, sqrtPriceLimitX96, "");
        _await(address(0));
        amountOut = uint256(-(zeroForOne ? amount1 : amount0));
    }

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        _payV3(amount0Delta, amount1Delta);
    }

    /// @dev Pays the awaited pool what it says is owed to it.
    function _payV3(int256 amount0, int256 amount1) internal {
        _onlyAwaited();
        if (amount0 > 0) IErc20(IUniswapV3Pool(msg.sender).token0()).transfer(msg.sender, uint256(amount0));
        if (amount1 > 0) IErc20(IUniswapV3Pool(msg.sender).token1()).transfer(msg.sender, uint256(amount1));
    }

    function _await(address called) internal {
        _called = called;
    }

    function _onlyAwaited() internal view {
        if (msg.sender != _called) revert NotCalled(msg.sender);
    }

    /// @dev Reverts with the words of a call that failed.
    function _revertWith(bytes memory answer) internal pure {
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}

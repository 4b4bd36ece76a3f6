// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IUniswapV3Pool, Swaps} from "./Swaps.sol";

/// @title What pools with Uniswap V3's interface call to be paid, under the names that its forks give it
abstract contract V3Callbacks is Swaps {
    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        _payOwed(amount0Owed, amount1Owed);
    }

    function pancakeV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        _payV3(amount0Delta, amount1Delta);
    }

    function pancakeV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        _payOwed(amount0Owed, amount1Owed);
    }

    function algebraSwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        _payV3(amount0Delta, amount1Delta);
    }

    function algebraMintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        _payOwed(amount0Owed, amount1Owed);
    }

    function _payOwed(uint256 amount0, uint256 amount1) private {
        _payV3(int256(amount0), int256(amount1));
    }
}

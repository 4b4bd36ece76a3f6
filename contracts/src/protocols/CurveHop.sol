// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {ICurveSignedPool, ICurveUnsignedPool} from "../interfaces/IPools.sol";
import {Allowance} from "./Allowance.sol";
import {NativeCoin} from "./NativeCoin.sol";

/// @title Curve's `exchange`
/// @dev `data`, from its low end: coin in (1 byte), coin out (1 byte), flags (1 byte: bit 0, coins are numbered by uint256 instead of int128; bit 1, the
/// input is the native coin; bit 2, the output is). A route says wrapped native in the native coin's place.
abstract contract CurveHop is Allowance, NativeCoin {
    uint256 private constant UNSIGNED = 1 << 16;
    uint256 private constant NATIVE_IN = 1 << 17;
    uint256 private constant NATIVE_OUT = 1 << 18;

    function swapCurve(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        uint256 about = uint256(hop.data);
        bool isNativeIn = about & NATIVE_IN != 0;
        bool isNativeOut = about & NATIVE_OUT != 0;
        if (isNativeIn) unwrap(hop.tokenIn, amountIn);
        else allow(hop.tokenIn, hop.pool, amountIn);

        uint256 before = isNativeOut ? awaitNative(hop.pool) : 0;
        exchange(hop.pool, about, amountIn, isNativeIn ? amountIn : 0);
        if (isNativeOut) wrapReceived(hop.tokenOut, before);
        if (!isNativeIn) requireUsed(hop.tokenIn, hop.pool, amountIn);
    }

    /// @dev No least output: the plan's `minProfit` binds.
    function exchange(address pool, uint256 about, uint256 amountIn, uint256 value) private {
        uint256 i = uint8(about);
        uint256 j = uint8(about >> 8);
        if (about & UNSIGNED != 0) ICurveUnsignedPool(pool).exchange{value: value}(i, j, amountIn, 0);
        else ICurveSignedPool(pool).exchange{value: value}(int128(uint128(i)), int128(uint128(j)), amountIn, 0);
    }
}

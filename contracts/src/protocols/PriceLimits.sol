// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @dev Pools of Uniswap V3's and V4's kind accept prices strictly between TickMath.MIN_SQRT_RATIO and MAX_SQRT_RATIO, as Q64.96 square roots.
uint160 constant LOWEST_PRICE_LIMIT = 4_295_128_739 + 1;
uint160 constant HIGHEST_PRICE_LIMIT = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342 - 1;

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IErc20, Swaps} from "./Swaps.sol";

/// @title The competitor: swaps around a cycle from its own inventory, or reverts
contract Searcher is Swaps {
    struct Leg {
        address pool;
        bool isV3;
        bool zeroForOne;
        uint24 feePips;
    }

    error NoProfit(uint256 balanceBefore, uint256 balanceAfter);

    uint160 private constant MIN_SQRT_RATIO = 4295128739;
    uint160 private constant MAX_SQRT_RATIO = 1461446703485210103287273052203988822378723970342;

    constructor(address owner_) Swaps(owner_) {}

    /// @notice Swaps `amountIn` of `token` through the legs, which must end in `token`.
    /// @return profit what the cycle left over; reverts with NoProfit below `minProfit`
    function run(address token, uint256 amountIn, uint256 minProfit, Leg[] calldata legs)
        external
        onlyOwner
        returns (uint256 profit)
    {
        uint256 balanceBefore = IErc20(token).balanceOf(address(this));
        uint256 amount = amountIn;
        for (uint256 i = 0; i < legs.length; i++) {
            Leg calldata leg = legs[i];
            amount = leg.isV3
                ? _swapV3(leg.pool, leg.zeroForOne, int256(amount), leg.zeroForOne ? MIN_SQRT_RATIO + 1 : MAX_SQRT_RATIO - 1)
                : _swapV2(leg.pool, leg.zeroForOne, amount, leg.feePips);
        }
        uint256 balanceAfter = IErc20(token).balanceOf(address(this));
        if (balanceAfter < balanceBefore + minProfit) revert NoProfit(balanceBefore, balanceAfter);
        profit = balanceAfter - balanceBefore;
    }
}

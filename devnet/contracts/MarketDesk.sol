// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {BalancerV2Swaps} from "./BalancerV2Swaps.sol";
import {BalancerV3Callbacks} from "./BalancerV3Callbacks.sol";
import {Swaps} from "./Swaps.sol";
import {UniswapV4Callback} from "./UniswapV4Callback.sol";
import {V3Callbacks} from "./V3Callbacks.sol";

/// @title The simulated market: provides the pools' liquidity and trades against them from its own inventory of tokens and native coin
/// @notice A protocol that is paid by plain calls (transfers, allowances) needs nothing here: `perform` makes them. One that calls back to be paid has
/// its callbacks in a contract of its own, from which this one inherits.
contract MarketDesk is V3Callbacks, UniswapV4Callback, BalancerV2Swaps, BalancerV3Callbacks {
    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    struct View {
        address to;
        bytes data;
    }

    constructor(address owner_) Swaps(owner_) {}

    receive() external payable {}

    /// @notice Calls one after the other; the first that fails reverts all of them with its own words.
    function perform(Call[] calldata calls) external onlyOwner {
        for (uint256 i = 0; i < calls.length; i++) {
            Call calldata each = calls[i];
            _await(each.to);
            (bool isDone, bytes memory answer) = each.to.call{value: each.value}(each.data);
            if (!isDone) _revertWith(answer);
        }
        _await(address(0));
    }

    /// @notice Answers of many view calls in one.
    function look(View[] calldata views) external view returns (bytes[] memory answers) {
        answers = new bytes[](views.length);
        for (uint256 i = 0; i < views.length; i++) {
            (bool isDone, bytes memory answer) = views[i].to.staticcall(views[i].data);
            if (!isDone) _revertWith(answer);
            answers[i] = answer;
        }
    }

    function swapV2(address pair, bool zeroForOne, uint256 amountIn, uint256 feePips) external onlyOwner {
        _swapV2(pair, zeroForOne, amountIn, feePips);
    }

    /// @notice Swaps until the price limit or the whole input, whichever comes first.
    function swapV3(address pool, bool zeroForOne, uint256 maxAmountIn, uint160 sqrtPriceLimitX96) external onlyOwner {
        _swapV3(pool, zeroForOne, int256(maxAmountIn), sqrtPriceLimitX96);
    }
}

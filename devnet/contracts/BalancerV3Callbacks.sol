// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IErc20, Swaps} from "./Swaps.sol";

interface IBalancerV3Vault {
    /// `kind`: 0 for an exact input.
    struct SwapParams {
        uint8 kind;
        address pool;
        address tokenIn;
        address tokenOut;
        uint256 amountGiven;
        uint256 limit;
        bytes userData;
    }

    function initialize(
        address pool,
        address to,
        address[] calldata tokens,
        uint256[] calldata exactAmountsIn,
        uint256 minBptAmountOut,
        bytes calldata userData
    ) external returns (uint256 bptAmountOut);
    function swap(SwapParams calldata params) external returns (uint256 amountCalculated, uint256 amountIn, uint256 amountOut);
    function settle(address token, uint256 amountHint) external returns (uint256 credit);
    function sendTo(address token, address to, uint256 amount) external;
}

/// @title What Balancer V3's vault is unlocked for: `unlock(data)` calls back with `data`, and by its end every token must be settled
abstract contract BalancerV3Callbacks is Swaps {
    function balancerV3Initialize(address pool, address[] calldata tokens, uint256[] calldata amounts) external {
        _onlyAwaited();
        IBalancerV3Vault(msg.sender).initialize(pool, address(this), tokens, amounts, 0, "");
        for (uint256 i = 0; i < tokens.length; i++) {
            _settle(tokens[i], amounts[i]);
        }
    }

    function balancerV3Swap(address pool, address tokenIn, address tokenOut, uint256 amountGiven) external {
        _onlyAwaited();
        IBalancerV3Vault.SwapParams memory params = IBalancerV3Vault.SwapParams(0, pool, tokenIn, tokenOut, amountGiven, 0, "");
        (, uint256 amountIn, uint256 amountOut) = IBalancerV3Vault(msg.sender).swap(params);
        _settle(tokenIn, amountIn);
        IBalancerV3Vault(msg.sender).sendTo(tokenOut, address(this), amountOut);
    }

    function _settle(address token, uint256 amount) private {
        IErc20(token).transfer(msg.sender, amount);
        IBalancerV3Vault(msg.sender).settle(token, amount);
    }
}

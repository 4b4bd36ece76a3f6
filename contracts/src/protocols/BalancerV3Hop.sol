// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IBalancerV3Unlocker, IBalancerV3Vault} from "../interfaces/IBalancer.sol";
import {Expectation} from "./Expectation.sol";

/// @title Balancer V3, in its vault without a router; `data` is the vault's address
abstract contract BalancerV3Hop is Expectation, IBalancerV3Unlocker {
    using SafeERC20 for IERC20;

    bytes4 private constant TAG = IBalancerV3Unlocker.balancerV3Callback.selector;

    function swapBalancerV3(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        address vault = address(uint160(uint256(hop.data)));
        bytes memory data = abi.encode(hop.pool, hop.tokenIn, hop.tokenOut, amountIn);
        expectCallback(vault, TAG, data);
        IBalancerV3Vault(vault).unlock(abi.encodeCall(IBalancerV3Unlocker.balancerV3Callback, (data)));
        if (isAwaiting()) revert IArbitrageExecutor.UnpaidSwap(hop.pool);
    }

    function balancerV3Callback(bytes calldata data) external {
        acceptCallback(TAG, data);
        (address pool, address tokenIn, address tokenOut, uint256 offered) = abi.decode(data, (address, address, address, uint256));
        IBalancerV3Vault vault = IBalancerV3Vault(msg.sender);
        (, uint256 amountIn, uint256 amountOut) =
            vault.swap(IBalancerV3Vault.SwapParams(0, pool, tokenIn, tokenOut, offered, 0, ""));
        if (amountIn != offered) revert IArbitrageExecutor.PartialSwap(pool, amountIn, offered);
        IERC20(tokenIn).safeTransfer(address(vault), offered);
        vault.settle(tokenIn, offered);
        vault.sendTo(tokenOut, address(this), amountOut);
    }
}

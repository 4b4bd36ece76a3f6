// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";
import {IBalancerV2Vault} from "../interfaces/IBalancer.sol";
import {Allowance} from "./Allowance.sol";

/// @title Balancer V2; `pool` is the vault, `data` the pool's id
abstract contract BalancerV2Hop is Allowance {
    function swapBalancerV2(IArbitrageExecutor.Hop memory hop, uint256 amountIn) internal {
        allow(hop.tokenIn, hop.pool, amountIn);
        IBalancerV2Vault(hop.pool).swap(
            IBalancerV2Vault.SingleSwap(hop.data, 0, hop.tokenIn, hop.tokenOut, amountIn, ""),
            IBalancerV2Vault.FundManagement(address(this), false, address(this), false),
            0,
            block.timestamp
        );
        requireUsed(hop.tokenIn, hop.pool, amountIn);
    }
}

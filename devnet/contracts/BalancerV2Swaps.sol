// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Swaps} from "./Swaps.sol";

interface IApprovable {
    function approve(address spender, uint256 value) external returns (bool);
}

interface IBalancerV2Vault {
    /// `kind`: 0 for an exact input.
    struct SingleSwap {
        bytes32 poolId;
        uint8 kind;
        address assetIn;
        address assetOut;
        uint256 amount;
        bytes userData;
    }

    struct FundManagement {
        address sender;
        bool fromInternalBalance;
        address payable recipient;
        bool toInternalBalance;
    }

    function swap(SingleSwap calldata singleSwap, FundManagement calldata funds, uint256 limit, uint256 deadline)
        external
        returns (uint256 amountCalculated);
}

/// @title Swaps in Balancer V2's vault, which takes its input by allowance
abstract contract BalancerV2Swaps is Swaps {
    function swapBalancerV2(address vault, bytes32 poolId, address tokenIn, address tokenOut, uint256 amountIn)
        external
        onlyOwner
    {
        IApprovable(tokenIn).approve(vault, amountIn);
        IBalancerV2Vault(vault).swap(
            IBalancerV2Vault.SingleSwap(poolId, 0, tokenIn, tokenOut, amountIn, ""),
            IBalancerV2Vault.FundManagement(address(this), false, payable(address(this)), false),
            0,
            type(uint256).max
        );
    }
}

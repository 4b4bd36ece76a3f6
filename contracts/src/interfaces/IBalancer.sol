// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The part of a Balancer V2 vault that swaps
interface IBalancerV2Vault {
    /// @param kind 0: `amount` is given in.
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
        address recipient;
        bool toInternalBalance;
    }

    /// @notice Pulls the input from `sender` by allowance and pays the output to `recipient`. Shares its reentrancy guard with flash loans.
    function swap(SingleSwap calldata singleSwap, FundManagement calldata funds, uint256 limit, uint256 deadline)
        external
        payable
        returns (uint256 amountCalculated);
}

/// @title The part of a Balancer V3 vault that swaps
interface IBalancerV3Vault {
    /// @param kind 0: `amountGivenRaw` is given in.
    struct SwapParams {
        uint8 kind;
        address pool;
        address tokenIn;
        address tokenOut;
        uint256 amountGivenRaw;
        uint256 limitRaw;
        bytes userData;
    }

    /// @notice Calls the caller back with exactly `data` as calldata and requires that nothing is owed afterwards.
    function unlock(bytes calldata data) external returns (bytes memory result);

    /// @notice Base units of the tokens.
    function swap(SwapParams calldata params) external returns (uint256 amountCalculated, uint256 amountIn, uint256 amountOut);

    /// @notice Credits the caller with what has arrived, `amountHint` at most.
    function settle(address token, uint256 amountHint) external returns (uint256 credit);

    /// @notice Pays out and debits the caller.
    function sendTo(address token, address to, uint256 amount) external;
}

/// @title What a Balancer V3 vault calls on this executor, which chooses the name itself
interface IBalancerV3Unlocker {
    /// @param data The swap, as the executor encoded it.
    function balancerV3Callback(bytes calldata data) external;
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The part of Uniswap V4's PoolManager that swaps
interface IUniswapV4Manager {
    /// @notice Names a pool: its id is the keccak256 of this.
    /// @param currency0 The smaller address; zero is the native coin.
    /// @param fee Pips, or 0x800000 where a hook sets it.
    struct PoolKey {
        address currency0;
        address currency1;
        uint24 fee;
        int24 tickSpacing;
        address hooks;
    }

    /// @param amountSpecified An exact input is negative.
    struct SwapParams {
        bool zeroForOne;
        int256 amountSpecified;
        uint160 sqrtPriceLimitX96;
    }

    /// @notice Calls the caller back by `unlockCallback(data)` and requires that nothing is owed afterwards. Does not nest.
    function unlock(bytes calldata data) external returns (bytes memory result);

    /// @return delta The caller's account: currency 0 in the upper 128 bits, currency 1 in the lower ones, signed; negative is owed.
    function swap(PoolKey calldata key, SwapParams calldata params, bytes calldata hookData) external returns (int256 delta);

    /// @notice Notes the manager's balance of a currency, before that currency is sent to it; the zero address for the native coin.
    function sync(address currency) external;

    /// @notice Credits the caller with what has arrived since `sync`, or with the value of this call.
    function settle() external payable returns (uint256 paid);

    /// @notice Pays out and debits the caller.
    function take(address currency, address to, uint256 amount) external;
}

/// @title What the PoolManager calls on whoever unlocks it
interface IUniswapV4Unlocker {
    /// @param data As it was handed to `unlock`.
    function unlockCallback(bytes calldata data) external returns (bytes memory);
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IErc20, Swaps} from "./Swaps.sol";

interface IPoolManager {
    function exttload(bytes32 slot) external view returns (bytes32 value);
    function sync(address currency) external;
    function settle() external payable returns (uint256 paid);
    function take(address currency, address to, uint256 amount) external;
}

/// @title What Uniswap V4's PoolManager calls while it is unlocked
abstract contract UniswapV4Callback is Swaps {
    /// @param data `abi.encode(bytes[] calls, address[] currencies)`: calls of the manager, and the currencies whose balances they leave open
    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        _onlyAwaited();
        (bytes[] memory calls, address[] memory currencies) = abi.decode(data, (bytes[], address[]));
        for (uint256 i = 0; i < calls.length; i++) {
            (bool isDone, bytes memory answer) = msg.sender.call(calls[i]);
            if (!isDone) _revertWith(answer);
        }
        for (uint256 i = 0; i < currencies.length; i++) {
            _close(IPoolManager(msg.sender), currencies[i]);
        }
        return "";
    }

    /// @dev The manager keeps what it is owed (negative) or owes at the slot of `CurrencyDelta`; currency zero is the native coin.
    function _close(IPoolManager manager, address currency) private {
        int256 open = int256(uint256(manager.exttload(keccak256(abi.encode(address(this), currency)))));
        if (open > 0) manager.take(currency, address(this), uint256(open));
        if (open >= 0) return;
        uint256 owed = uint256(-open);
        if (currency == address(0)) {
            manager.settle{value: owed}();
        } else {
            manager.sync(currency);
            IErc20(currency).transfer(address(manager), owed);
            manager.settle();
        }
    }
}

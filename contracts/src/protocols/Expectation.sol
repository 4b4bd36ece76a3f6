// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IArbitrageExecutor} from "../interfaces/IArbitrageExecutor.sol";

/// @title Whose callback is awaited, by which name, and with which data
/// @dev At any time one contract is waited for, a lender or a pool: the next pool is called only after the one before has answered. The first
/// call that fits takes the expectation away, so a second one is refused; what a callback acts on is what was encoded before the other
/// contract was called, for its data must hash to the same.
abstract contract Expectation {
    /// @dev The caller in the low 20 bytes, the callback's tag in the high 4; zero where nobody is awaited.
    bytes32 private transient awaited;
    bytes32 private transient awaitedData;

    function expectCallback(address caller, bytes4 tag, bytes memory data) internal {
        awaited = packed(caller, tag);
        awaitedData = keccak256(data);
    }

    /// @dev Reverts with `UnexpectedCallback` for any other caller, callback or data than the awaited ones.
    function acceptCallback(bytes4 tag, bytes calldata data) internal {
        if (awaited != packed(msg.sender, tag) || awaitedData != keccak256(data)) {
            revert IArbitrageExecutor.UnexpectedCallback(msg.sender);
        }
        awaited = 0;
    }

    function isAwaiting() internal view returns (bool) {
        return awaited != 0;
    }

    function packed(address caller, bytes4 tag) private pure returns (bytes32) {
        return bytes32(tag) | bytes32(uint256(uint160(caller)));
    }
}

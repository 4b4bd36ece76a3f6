// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CALL_GAS, CALL_RESERVE, EMPTY, MALFORMED, READ, REVERTED, STOPPED} from "./PoolCall.sol";

/// @dev Memory that these functions need besides their own.
uint256 constant ADDRESS_SCRATCH = 128;

/// @title Where a factory's pools are. {READ} is the status of a pool that exists, {EMPTY} of one that does not
library PoolAddress {
    /// @notice The address that CREATE2 gives (EIP-1014), if there is code.
    /// @param scratch memory of {ADDRESS_SCRATCH} bytes
    function derived(address factory, bytes32 salt, bytes32 initCodeHash, uint256 scratch)
        internal
        view
        returns (uint256 status, address pool)
    {
        assembly ("memory-safe") {
            status := STOPPED
            if gt(gas(), CALL_RESERVE) {
                mstore8(scratch, 0xff)
                mstore(add(scratch, 1), shl(96, factory))
                mstore(add(scratch, 21), salt)
                mstore(add(scratch, 53), initCodeHash)
                pool := and(keccak256(scratch, 85), sub(shl(160, 1), 1))
                status := EMPTY
                if extcodesize(pool) { status := READ }
            }
        }
    }

    /// @notice The address that the factory itself names.
    /// @param scratch memory that begins with the call's `inputBytes` bytes
    function named(address factory, uint256 scratch, uint256 inputBytes) internal view returns (uint256 status, address pool) {
        assembly ("memory-safe") {
            status := STOPPED
            if gt(gas(), CALL_RESERVE) {
                status := REVERTED
                if staticcall(CALL_GAS, factory, scratch, inputBytes, 0, 32) {
                    status := MALFORMED
                    if gt(returndatasize(), 31) {
                        pool := mload(0)
                        if iszero(shr(160, pool)) {
                            status := EMPTY
                            if pool { status := READ }
                        }
                    }
                }
            }
        }
    }
}

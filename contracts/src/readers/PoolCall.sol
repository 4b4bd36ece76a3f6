// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

// What is said of an address, in the first byte of its record.

/// @dev A call succeeded and returned nothing: there is no code, or none that knows the call.
uint256 constant EMPTY = 0;
/// @dev Read; the values follow.
uint256 constant READ = 1;
/// @dev A call reverted, or took more gas than {CALL_GAS}.
uint256 constant REVERTED = 2;
/// @dev An answer is too short (but not empty), or a value wider than the pool's own type: another kind of contract.
uint256 constant MALFORMED = 3;
/// @dev Never in a record: too little gas is left to ask. What was not asked must not look like a pool that refused.
uint256 constant STOPPED = 4;

/// @dev The most that one call may take. The dearest, `ticks`, reads four cold slots of a cold account: 11,000 (EIP-2929).
uint256 constant CALL_GAS = 100_000;
/// @dev What must be left before a call: EIP-150 hands on 63/64 of it at most; the rest stores the answer and returns.
uint256 constant CALL_RESERVE = 120_000;

/// @title One read-only call of a pool that cannot fail the reader
library PoolCall {
    /// @param selector in the lowest 4 bytes
    /// @param inputBytes 4, or 36 with the argument
    /// @param leastBytes of an answer, 32 or 64: forks return more words than the original
    /// @return status one of the above
    /// @return first the answer's first word
    /// @return second its second word where `leastBytes` is 64
    function ask(address pool, uint256 selector, int256 argument, uint256 inputBytes, uint256 leastBytes)
        internal
        view
        returns (uint256 status, uint256 first, uint256 second)
    {
        assembly ("memory-safe") {
            status := STOPPED
            if gt(gas(), CALL_RESERVE) {
                status := REVERTED
                mstore(0, shl(224, selector))
                mstore(4, argument)
                if staticcall(CALL_GAS, pool, 0, inputBytes, 0, 64) {
                    switch lt(returndatasize(), leastBytes)
                    case 0 {
                        status := READ
                        first := mload(0)
                        second := mload(32)
                    }
                    default { status := mul(MALFORMED, gt(returndatasize(), 0)) }
                }
            }
        }
    }

    /// @notice A call without argument whose answer begins with a pool's price and tick.
    /// @dev tail: the low 24 bits of the answer's third word (3) and of its fourth (3), 0 where it is shorter; its number of words (1)
    function askState(address pool, uint256 selector) internal view returns (uint256 status, uint256 first, uint256 second, uint256 tail) {
        (status, first, second) = ask(pool, selector, 0, 4, 64);
        assembly ("memory-safe") {
            if eq(status, READ) {
                let size := returndatasize()
                let more := sub(size, 64)
                if gt(more, 64) { more := 64 }
                mstore(0, 0)
                mstore(32, 0)
                returndatacopy(0, 64, more)
                let words := shr(5, size)
                if gt(words, 255) { words := 255 }
                tail := or(or(shl(32, and(mload(0), 0xffffff)), shl(8, and(mload(32), 0xffffff))), words)
            }
        }
    }

    function getReserves(address pair) internal view returns (uint256 status, uint256 reserve0, uint256 reserve1) {
        (status, reserve0, reserve1) = ask(pair, 0x0902f1ac, 0, 4, 64);
        if (status == READ && (reserve0 | reserve1) >> 112 != 0) status = MALFORMED;
    }
}

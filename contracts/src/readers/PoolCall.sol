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

    function getReserves(address pair) internal view returns (uint256 status, uint256 reserve0, uint256 reserve1) {
        (status, reserve0, reserve1) = ask(pair, 0x0902f1ac, 0, 4, 64);
        if (status == READ && (reserve0 | reserve1) >> 112 != 0) status = MALFORMED;
    }

    function slot0(address pool) internal view returns (uint256 status, uint256 sqrtPriceX96, int256 tick) {
        uint256 word;
        (status, sqrtPriceX96, word) = ask(pool, 0x3850c7bd, 0, 4, 64);
        tick = int256(word);
        if (status == READ && (sqrtPriceX96 >> 160 != 0 || tick != int24(tick))) status = MALFORMED;
    }

    function liquidity(address pool) internal view returns (uint256 status, uint256 value) {
        (status, value,) = ask(pool, 0x1a686502, 0, 4, 32);
        if (status == READ && value >> 128 != 0) status = MALFORMED;
    }

    function tickBitmap(address pool, int256 word) internal view returns (uint256 status, uint256 bits) {
        (status, bits,) = ask(pool, 0x5339c296, word, 36, 32);
    }

    function ticks(address pool, int256 tick) internal view returns (uint256 status, uint256 gross, int256 net) {
        uint256 word;
        (status, gross, word) = ask(pool, 0xf30dba93, tick, 36, 64);
        net = int256(word);
        if (status == READ && (gross >> 128 != 0 || net != int128(net))) status = MALFORMED;
    }
}

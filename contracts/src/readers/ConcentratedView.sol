// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {MALFORMED, PoolCall, READ} from "./PoolCall.sol";

// How a contract tells the state of its pools.

/// @dev `slot0`, `tickBitmap`: Uniswap V3, PancakeSwap V3, Slipstream.
uint256 constant FORM_V3 = 0;
/// @dev `globalState`, `tickTable`: Algebra.
uint256 constant FORM_ALGEBRA = 1;
/// @dev Storage words of a manager of many pools, by `extsload`: Uniswap V4.
uint256 constant FORM_V4 = 2;

/// @title What a concentrated-liquidity pool says of itself, whichever way it tells it
library ConcentratedView {
    /// @dev PoolManager's storage: `_pools` is slot 6; of a pool, liquidity is word 3, ticks 4, tickBitmap 5 (StateLibrary of v4-core).
    uint256 private constant V4_POOLS = 6;
    uint256 private constant V4_LIQUIDITY = 3;
    uint256 private constant V4_TICKS = 4;
    uint256 private constant V4_BITMAP = 5;

    /// @param target the pool, or the contract that holds it
    /// @param state slot of the pool's state in that contract's storage; V4 only
    struct Source {
        uint256 form;
        address target;
        uint256 state;
    }

    /// @notice Writes a source in place: records grow where new memory would be.
    function point(Source memory source, uint256 form, address target, bytes32 poolId) internal pure {
        (source.form, source.target) = (form, target);
        if (form == FORM_V4) source.state = mapped(V4_POOLS, int256(uint256(poolId)));
    }

    /// @dev tail: as {PoolCall-askState}; of V4 the protocol's fee, that of the LPs, and 0
    function price(Source memory source) internal view returns (uint256 status, uint256 sqrtPriceX96, int256 tick, uint256 tail) {
        unchecked {
            uint256 word;
            if (source.form == FORM_V4) {
                (status, word) = load(source, source.state);
                return (status, uint160(word), int24(uint24(word >> 160)), (uint256(uint24(word >> 184)) << 32) | (uint256(uint24(word >> 208)) << 8));
            }
            (status, sqrtPriceX96, word, tail) = PoolCall.askState(source.target, source.form == FORM_V3 ? 0x3850c7bd : 0xe76c01e4);
            tick = int256(word);
            if (status == READ && (sqrtPriceX96 >> 160 != 0 || tick != int24(tick))) status = MALFORMED;
        }
    }

    function liquidity(Source memory source) internal view returns (uint256 status, uint256 value) {
        unchecked {
            if (source.form == FORM_V4) (status, value) = load(source, source.state + V4_LIQUIDITY);
            else (status, value,) = PoolCall.ask(source.target, 0x1a686502, 0, 4, 32);
            if (status == READ && value >> 128 != 0) status = MALFORMED;
        }
    }

    /// @notice A word of the table of initialised ticks.
    function bitmap(Source memory source, int256 word) internal view returns (uint256 status, uint256 bits) {
        unchecked {
            if (source.form == FORM_V4) return load(source, mapped(source.state + V4_BITMAP, word));
            (status, bits,) = PoolCall.ask(source.target, source.form == FORM_V3 ? 0x5339c296 : 0xc677e3e0, word, 36, 32);
        }
    }

    function ticks(Source memory source, int256 tick) internal view returns (uint256 status, uint256 gross, int256 net) {
        unchecked {
            uint256 word;
            if (source.form == FORM_V4) {
                (status, word) = load(source, mapped(source.state + V4_TICKS, tick));
                return (status, uint128(word), int128(uint128(word >> 128)));
            }
            (status, gross, word) = PoolCall.ask(source.target, 0xf30dba93, tick, 36, 64);
            net = int256(word);
            if (status == READ && (gross >> 128 != 0 || net != int128(net))) status = MALFORMED;
        }
    }

    /// @dev `extsload(bytes32)`.
    function load(Source memory source, uint256 slot) private view returns (uint256 status, uint256 word) {
        (status, word,) = PoolCall.ask(source.target, 0x1e2eaeaf, int256(slot), 36, 32);
    }

    /// @dev Where Solidity keeps a mapping's value.
    function mapped(uint256 slot, int256 key) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            mstore(0, key)
            mstore(32, slot)
            place := keccak256(0, 64)
        }
    }
}

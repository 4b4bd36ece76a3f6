// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ConcentratedView} from "./ConcentratedView.sol";
import {READ, STOPPED} from "./PoolCall.sol";

/// @dev status (1), sqrtPriceX96 (20), tick (3), liquidity (16), tail of {ConcentratedView-price} (7), first (2) and last (2) word of the bitmap that were asked
/// for, number of words read (2), number of ticks (2); zeros where not {READ}.
uint256 constant CONCENTRATED_HEADER = 55;
/// @dev In place of the first word: those around the price.
int256 constant AROUND = type(int16).max;
/// @dev tick (3), liquidityGross (16), liquidityNet (16).
uint256 constant TICK_RECORD = 35;

/// @title The record of a concentrated-liquidity pool: price, liquidity, and every initialised tick of the words asked for
library ConcentratedReading {
    /// @dev TickMath.MAX_TICK.
    int256 private constant MAX_TICK = 887_272;

    /// @param first the first word, or {AROUND} for the words around the price
    /// @param last the last word; below `first` for none
    /// @param wholeWords a bitmap of at most so many words is read whole
    /// @param wordsEachSide else so many before and behind that of the price
    /// @param ceiling memory that no record reaches
    struct Job {
        ConcentratedView.Source source;
        int256 tickSpacing;
        int256 first;
        int256 last;
        int256 wholeWords;
        int256 wordsEachSide;
        uint256 ceiling;
    }

    /// @param cursor where in memory the record goes; up to 17 bytes behind it are overwritten too
    /// @return end behind the record; `cursor` where nothing was written for want of gas or room
    /// @return isWhole all words are read. Else the record ends with the last word whose ticks are complete
    function write(Job memory job, uint256 cursor) internal view returns (uint256 end, bool isWhole) {
        unchecked {
            if (cursor + CONCENTRATED_HEADER > job.ceiling) return (cursor, false);
            uint256 status = writePrice(job, cursor);
            if (status == STOPPED) return (cursor, false);
            if (status != READ) return (writeFailure(cursor, status), true);
            int256 word = job.first;
            end = cursor + CONCENTRATED_HEADER;
            while (word <= job.last) {
                uint256 behind;
                (status, behind) = writeWord(job, word, end);
                if (status == STOPPED) break;
                if (status != READ) return (writeFailure(cursor, status), true);
                end = behind;
                ++word;
            }
            uint256 span = (uint256(uint16(int16(job.first))) << 16) | uint16(int16(job.last));
            uint256 counts = (uint256(word - job.first) << 16) | ((end - cursor - CONCENTRATED_HEADER) / TICK_RECORD);
            // The header's last 8 bytes; what lies behind them is kept.
            assembly ("memory-safe") {
                let tail := add(cursor, 47)
                mstore(tail, or(shl(192, or(shl(32, span), counts)), shr(64, shl(64, mload(tail)))))
            }
            isWhole = word > job.last;
        }
    }

    /// @dev What the record begins with; settles which words are read.
    function writePrice(Job memory job, uint256 cursor) private view returns (uint256 status) {
        uint256 sqrtPriceX96;
        int256 tick;
        uint256 tail;
        (status, sqrtPriceX96, tick, tail) = ConcentratedView.price(job.source);
        uint256 liquidity;
        if (status == READ) (status, liquidity) = ConcentratedView.liquidity(job.source);
        if (status != READ) return status;
        if (job.first == AROUND) (job.first, job.last) = wordsAround(job, tick);
        assembly ("memory-safe") {
            mstore8(cursor, READ)
            mstore(add(cursor, 1), shl(96, sqrtPriceX96))
            mstore(add(cursor, 21), shl(232, tick))
            mstore(add(cursor, 24), shl(128, liquidity))
            mstore(add(cursor, 40), shl(200, tail))
        }
    }

    /// @dev {STOPPED} where gas or room ran out: the word is to be read again as a whole.
    function writeWord(Job memory job, int256 word, uint256 cursor) private view returns (uint256 status, uint256 end) {
        unchecked {
            uint256 bits;
            (status, bits) = ConcentratedView.bitmap(job.source, word);
            end = cursor;
            while (status == READ && bits != 0) {
                if (end + TICK_RECORD > job.ceiling) return (STOPPED, cursor);
                int256 tick = (word * 256 + int256(lowestBit(bits))) * job.tickSpacing;
                bits &= bits - 1;
                uint256 gross;
                int256 net;
                (status, gross, net) = ConcentratedView.ticks(job.source, tick);
                assembly ("memory-safe") {
                    mstore(end, shl(232, tick))
                    mstore(add(end, 3), shl(128, gross))
                    mstore(add(end, 19), shl(128, net))
                }
                end += TICK_RECORD;
            }
        }
    }

    function writeFailure(uint256 cursor, uint256 status) private pure returns (uint256) {
        unchecked {
            assembly ("memory-safe") {
                mstore(cursor, shl(248, status))
                mstore(add(cursor, 32), 0)
            }
            return cursor + CONCENTRATED_HEADER;
        }
    }

    function wordsAround(Job memory job, int256 tick) private pure returns (int256 first, int256 last) {
        unchecked {
            first = wordOf(-MAX_TICK, job.tickSpacing);
            last = wordOf(MAX_TICK, job.tickSpacing);
            if (last - first < job.wholeWords) return (first, last);
            int256 middle = wordOf(tick, job.tickSpacing);
            if (first < middle - job.wordsEachSide) first = middle - job.wordsEachSide;
            if (last > middle + job.wordsEachSide) last = middle + job.wordsEachSide;
        }
    }

    /// @dev `TickBitmap.position` of the compressed tick, which rounds down.
    function wordOf(int256 tick, int256 tickSpacing) private pure returns (int256) {
        unchecked {
            int256 compressed = tick / tickSpacing;
            if (tick < 0 && tick % tickSpacing != 0) --compressed;
            return compressed >> 8;
        }
    }

    /// @dev Position of the lowest bit of `bits`, which is not 0.
    function lowestBit(uint256 bits) private pure returns (uint256 position) {
        assembly ("memory-safe") {
            let lowest := and(bits, sub(0, bits))
            position := shl(7, lt(0xffffffffffffffffffffffffffffffff, lowest))
            position := or(position, shl(6, lt(0xffffffffffffffff, shr(position, lowest))))
            position := or(position, shl(5, lt(0xffffffff, shr(position, lowest))))
            position := or(position, shl(4, lt(0xffff, shr(position, lowest))))
            position := or(position, shl(3, lt(0xff, shr(position, lowest))))
            position := or(position, shl(2, lt(0xf, shr(position, lowest))))
            position := or(position, shl(1, lt(0x3, shr(position, lowest))))
            position := or(position, lt(0x1, shr(position, lowest)))
        }
    }
}

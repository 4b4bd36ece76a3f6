// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ConcentratedReading} from "./ConcentratedReading.sol";

/// @title Reads many concentrated-liquidity pools with their ticks in one `eth_call`, placed by a state override
/// @dev Input: most bytes of the output (4); words of a bitmap that is read whole (2); words each side of the price of another (2); for each pool address (20),
/// tick spacing (3), first (2, or {AROUND}) and last (2) word.
/// Output: number of records (4), then the records of {ConcentratedReading}. It ends early where gas or room runs out; the last record may be incomplete then.
contract ConcentratedReader {
    uint256 private constant POOLS = 8;
    uint256 private constant POOL = 27;

    fallback() external {
        unchecked {
            ConcentratedReading.Job memory job;
            uint256 start;
            assembly ("memory-safe") {
                start := mload(0x40)
            }
            // The count ends the first word.
            uint256 cursor = start + 32;
            job.ceiling = cursor + uint32(bytes4(msg.data[0:4]));
            job.wholeWords = int256(uint256(uint16(bytes2(msg.data[4:6]))));
            job.wordsEachSide = int256(uint256(uint16(bytes2(msg.data[6:8]))));
            uint256 count;
            for (uint256 offset = POOLS; offset < msg.data.length; offset += POOL) {
                uint256 pool;
                assembly ("memory-safe") {
                    pool := calldataload(offset)
                }
                job.pool = address(uint160(pool >> 96));
                job.tickSpacing = int24(uint24(pool >> 72));
                job.first = int16(uint16(pool >> 56));
                job.last = int16(uint16(pool >> 40));
                (uint256 end, bool isWhole) = ConcentratedReading.write(job, cursor);
                if (end == cursor) break;
                cursor = end;
                ++count;
                if (!isWhole) break;
            }
            assembly ("memory-safe") {
                mstore(start, count)
                return(add(start, 28), sub(cursor, add(start, 28)))
            }
        }
    }
}

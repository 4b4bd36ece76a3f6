// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ConcentratedReading} from "./ConcentratedReading.sol";
import {ConcentratedView, FORM_V4} from "./ConcentratedView.sol";

/// @title Reads many concentrated-liquidity pools with their ticks in one `eth_call`, placed by a state override
/// @dev Input: most bytes of the output (4); words of a bitmap that is read whole (2); words each side of the price of another (2); form (1) of
/// {ConcentratedView}; for each pool address (20), tick spacing (3), first (2, or {AROUND}) and last (2) word, and for V4, whose address is the manager's, the
/// pool's id (32).
/// Output: number of records (4), then the records of {ConcentratedReading}. It ends early where gas or room runs out; the last record may be incomplete then.
contract ConcentratedReader {
    uint256 private constant POOLS = 9;
    uint256 private constant POOL = 27;
    uint256 private constant ID = 32;

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
            uint256 form = uint8(msg.data[8]);
            uint256 length = form == FORM_V4 ? POOL + ID : POOL;
            uint256 count;
            for (uint256 offset = POOLS; offset < msg.data.length; offset += length) {
                uint256 pool;
                bytes32 id;
                assembly ("memory-safe") {
                    pool := calldataload(offset)
                    id := calldataload(add(offset, POOL))
                }
                ConcentratedView.point(job.source, form, address(uint160(pool >> 96)), id);
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

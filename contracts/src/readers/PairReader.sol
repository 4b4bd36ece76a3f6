// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {STOPPED} from "./PoolCall.sol";
import {PAIR_RECORD, PairReading} from "./PairReading.sol";

/// @title Reads reserves of many pairs in one `eth_call`, placed by a state override
/// @dev Input: addresses, 20 bytes each. Output: number of records (4), then that many of {PAIR_RECORD}, in the order of the input. It ends early, with
/// the records so far, where gas runs out.
contract PairReader {
    fallback() external {
        unchecked {
            uint256 start;
            assembly ("memory-safe") {
                start := mload(0x40)
            }
            // The count ends the first word.
            uint256 cursor = start + 32;
            uint256 count;
            for (uint256 offset; offset < msg.data.length; offset += 20) {
                address pair;
                assembly ("memory-safe") {
                    pair := shr(96, calldataload(offset))
                }
                if (PairReading.write(pair, cursor) == STOPPED) break;
                cursor += PAIR_RECORD;
                ++count;
            }
            assembly ("memory-safe") {
                mstore(start, count)
                return(add(start, 28), sub(cursor, add(start, 28)))
            }
        }
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ADDRESS_SCRATCH, PoolAddress} from "./PoolAddress.sol";
import {EMPTY, READ, STOPPED} from "./PoolCall.sol";
import {PAIR_RECORD, PairReading} from "./PairReading.sol";

/// @title Finds the pairs of a factory between tokens, and reads them, in one `eth_call`, placed by a state override
/// @dev Combinations (i, j), i < j, are tried in their order from the given one on.
/// Input: 1 to ask the factory, 0 to derive by CREATE2 (1); most combinations (4); first i (2) and j (2); factory (20); hash of the init code (32); tokens,
/// ascending, 20 bytes each.
/// Output: 1 where the factory gave no answer (1); combinations tried (4); pairs found (4); for each i (2), j (2), address (20), {PAIR_RECORD}. It ends
/// early where gas runs out.
contract PairFinder {
    uint256 private constant TOKENS = 61;
    uint256 private constant FOUND = 24;

    fallback() external {
        unchecked {
            uint256 scratch;
            uint256 start;
            bytes memory room = new bytes(ADDRESS_SCRATCH);
            assembly ("memory-safe") {
                scratch := add(room, 32)
                start := mload(0x40)
            }
            // Failure, tried and found end the first word.
            uint256 cursor = start + 32;
            uint256 limit = uint32(bytes4(msg.data[1:5]));
            uint256 i = uint16(bytes2(msg.data[5:7]));
            uint256 j = uint16(bytes2(msg.data[7:9]));
            uint256 tokens = (msg.data.length - TOKENS) / 20;
            uint256 tried;
            uint256 found;
            uint256 failed;
            while (tried < limit && j < tokens) {
                (uint256 status, address pair) = addressOf(tokenAt(i), tokenAt(j), scratch);
                if (status == STOPPED) break;
                if (status == READ) {
                    assembly ("memory-safe") {
                        mstore(cursor, or(or(shl(240, i), shl(224, j)), shl(64, pair)))
                    }
                    if (PairReading.write(pair, cursor + FOUND) == STOPPED) break;
                    cursor += FOUND + PAIR_RECORD;
                    ++found;
                } else if (status != EMPTY) {
                    failed = 1;
                    break;
                }
                ++tried;
                if (++j == tokens) j = ++i + 1;
            }
            assembly ("memory-safe") {
                mstore(start, or(or(shl(64, failed), shl(32, tried)), found))
                return(add(start, 23), sub(cursor, add(start, 23)))
            }
        }
    }

    function addressOf(address token0, address token1, uint256 scratch) private view returns (uint256, address) {
        address factory = address(bytes20(msg.data[9:29]));
        bytes32 salt;
        if (msg.data[0] == 0x01) {
            assembly ("memory-safe") {
                // getPair(address,address)
                mstore(scratch, shl(224, 0xe6a43905))
                mstore(add(scratch, 4), token0)
                mstore(add(scratch, 36), token1)
            }
            return PoolAddress.named(factory, scratch, 68);
        }
        assembly ("memory-safe") {
            // UniswapV2Factory.createPair: the tokens packed.
            mstore(scratch, shl(96, token0))
            mstore(add(scratch, 20), shl(96, token1))
            salt := keccak256(scratch, 40)
        }
        return PoolAddress.derived(factory, salt, bytes32(msg.data[29:61]), scratch);
    }

    function tokenAt(uint256 index) private pure returns (address token) {
        assembly ("memory-safe") {
            token := shr(96, calldataload(add(TOKENS, mul(index, 20))))
        }
    }
}

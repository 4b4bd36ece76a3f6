// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AROUND, ConcentratedReading} from "./ConcentratedReading.sol";
import {FORM_V3} from "./ConcentratedView.sol";
import {ADDRESS_SCRATCH, PoolAddress} from "./PoolAddress.sol";
import {EMPTY, READ, STOPPED} from "./PoolCall.sol";

/// @title Finds the concentrated-liquidity pools of a factory between tokens, and reads them, in one `eth_call`, placed by a state override
/// @dev Combinations (i, j, tier), i < j, are tried in their order from the given one on.
/// Input: most bytes of the output (4); words of a bitmap that is read whole (2); words each side of the price of another (2); 1 to ask the factory, 0 to
/// derive by CREATE2 (1); most combinations (4); first i (2), j (2) and tier (1); factory or, to derive, deployer (20); hash of the init code (32); number of
/// tiers (1); each tier's fee (3) and tick spacing (3); tokens, ascending, 20 bytes each.
/// Output: 1 where the factory gave no answer (1); combinations tried (4); pools found (4); for each i (2), j (2), tier (1), address (20), the record of
/// {ConcentratedReading}. It ends early where gas or room runs out; the last record may be incomplete then.
contract ConcentratedFinder {
    uint256 private constant TIERS = 71;
    uint256 private constant FOUND = 25;

    struct Place {
        uint256 i;
        uint256 j;
        uint256 tier;
        uint256 tiers;
        uint256 tokens;
        uint256 scratch;
    }

    fallback() external {
        unchecked {
            ConcentratedReading.Job memory job;
            Place memory place;
            uint256 start;
            bytes memory room = new bytes(ADDRESS_SCRATCH);
            assembly ("memory-safe") {
                mstore(add(place, 160), add(room, 32))
                start := mload(0x40)
            }
            // Failure, tried and found end the first word.
            uint256 cursor = start + 32;
            job.ceiling = cursor + uint32(bytes4(msg.data[0:4]));
            job.wholeWords = int256(uint256(uint16(bytes2(msg.data[4:6]))));
            job.wordsEachSide = int256(uint256(uint16(bytes2(msg.data[6:8]))));
            uint256 limit = uint32(bytes4(msg.data[9:13]));
            place.i = uint16(bytes2(msg.data[13:15]));
            place.j = uint16(bytes2(msg.data[15:17]));
            place.tier = uint8(msg.data[17]);
            place.tiers = uint8(msg.data[70]);
            place.tokens = (msg.data.length - TIERS - place.tiers * 6) / 20;
            uint256 tried;
            uint256 found;
            uint256 failed;
            while (tried < limit && place.j < place.tokens) {
                (uint256 status, address pool) = addressOf(place);
                if (status == STOPPED) break;
                bool isWhole = true;
                if (status == READ) {
                    (, uint256 spacing) = tierAt(place.tier);
                    (job.source.form, job.source.target) = (FORM_V3, pool);
                    job.tickSpacing = int24(uint24(spacing));
                    job.first = AROUND;
                    writePlace(place, pool, cursor);
                    uint256 end;
                    (end, isWhole) = ConcentratedReading.write(job, cursor + FOUND);
                    if (end == cursor + FOUND) break;
                    cursor = end;
                    ++found;
                } else if (status != EMPTY) {
                    failed = 1;
                    break;
                }
                ++tried;
                advance(place);
                if (!isWhole) break;
            }
            assembly ("memory-safe") {
                mstore(start, or(or(shl(64, failed), shl(32, tried)), found))
                return(add(start, 23), sub(cursor, add(start, 23)))
            }
        }
    }

    function writePlace(Place memory place, address pool, uint256 cursor) private pure {
        uint256 word = (place.i << 240) | (place.j << 224) | (place.tier << 216) | (uint256(uint160(pool)) << 56);
        assembly ("memory-safe") {
            mstore(cursor, word)
        }
    }

    function advance(Place memory place) private pure {
        unchecked {
            if (++place.tier < place.tiers) return;
            place.tier = 0;
            if (++place.j == place.tokens) place.j = ++place.i + 1;
        }
    }

    function addressOf(Place memory place) private view returns (uint256, address) {
        address factory = address(bytes20(msg.data[18:38]));
        uint256 scratch = place.scratch;
        (address token0, address token1) = (tokenAt(place, place.i), tokenAt(place, place.j));
        (uint256 fee,) = tierAt(place.tier);
        bytes32 salt;
        if (msg.data[8] == 0x01) {
            assembly ("memory-safe") {
                // getPool(address,address,uint24)
                mstore(scratch, shl(224, 0x1698ee82))
                mstore(add(scratch, 4), token0)
                mstore(add(scratch, 36), token1)
                mstore(add(scratch, 68), fee)
            }
            return PoolAddress.named(factory, scratch, 100);
        }
        assembly ("memory-safe") {
            // UniswapV3PoolDeployer.deploy: tokens and fee, a word each.
            mstore(scratch, token0)
            mstore(add(scratch, 32), token1)
            mstore(add(scratch, 64), fee)
            salt := keccak256(scratch, 96)
        }
        return PoolAddress.derived(factory, salt, bytes32(msg.data[38:70]), scratch);
    }

    function tierAt(uint256 tier) private pure returns (uint256 fee, uint256 tickSpacing) {
        assembly ("memory-safe") {
            let word := calldataload(add(TIERS, mul(tier, 6)))
            fee := shr(232, word)
            tickSpacing := and(shr(208, word), 0xffffff)
        }
    }

    function tokenAt(Place memory place, uint256 index) private pure returns (address token) {
        unchecked {
            uint256 offset = TIERS + place.tiers * 6 + index * 20;
            assembly ("memory-safe") {
                token := shr(96, calldataload(offset))
            }
        }
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {MALFORMED, READ, REVERTED} from "./PoolCall.sol";

interface IDataStorageOperator {
    function write(uint16 index, uint32 time, int24 tick, uint128 liquidity, uint128 volumePerLiquidity) external returns (uint16);
    function getFee(uint32 time, int24 tick, uint16 index, uint128 liquidity) external view returns (uint16);
    function getFees(uint32 time, int24 tick, uint16 index, uint128 liquidity) external view returns (uint16 zto, uint16 otz);
}

/// @title The fee that an Algebra V1 pool's first swap at a given time pays; placed by a state override in place of the pool's own code
/// @dev A pool's data storage answers nobody but its pool, and what it answers depends on a word of the pool's storage that has no getter
/// (`volumePerLiquidityInBlock`). So this runs as the pool and does what `AlgebraPool.swap` does before its first step: the first one in a block
/// writes a timepoint and takes the fee that follows from it.
/// Input: data storage (20), time (4), 1 where the fees are by direction (V1.9; 1).
/// Output: {READ}, {REVERTED} or {MALFORMED} where the data storage does not answer (1), sqrtPriceX96 (20), tick (3), liquidity (16), fee of token 0 (2) and of
/// token 1 (2): whoever asks must compare the first three with the pool's getters, which shows that its storage is laid out as read here.
contract AlgebraFee {
    /// @dev PoolState's storage: `globalState` (from the lowest bit price 160, tick 24, fee 16 or, by direction, twice 16, index 16); liquidity and volume.
    uint256 private constant GLOBAL_STATE = 2;
    uint256 private constant LIQUIDITY = 3;

    fallback() external {
        uint256 state;
        uint256 depth;
        assembly ("memory-safe") {
            state := sload(GLOBAL_STATE)
            depth := sload(LIQUIDITY)
        }
        IDataStorageOperator operator = IDataStorageOperator(address(bytes20(msg.data[0:20])));
        bool isDirectional = msg.data[24] == 0x01;
        (uint256 status, uint16 zto, uint16 otz) = feesAt(operator, uint32(bytes4(msg.data[20:24])), isDirectional, state, depth);
        bytes memory answer =
            abi.encodePacked(uint8(status), uint160(state), int24(uint24(state >> 160)), uint128(depth), zto, otz);
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }

    function feesAt(IDataStorageOperator operator, uint32 time, bool isDirectional, uint256 state, uint256 depth)
        private
        returns (uint256 status, uint16 zto, uint16 otz)
    {
        int24 tick = int24(uint24(state >> 160));
        zto = uint16(state >> 184);
        otz = isDirectional ? uint16(state >> 200) : zto;
        uint16 index = uint16(state >> (isDirectional ? 216 : 200));
        if (address(operator).code.length == 0) return (MALFORMED, 0, 0);
        try operator.write(index, time, tick, uint128(depth), uint128(depth >> 128)) returns (uint16 written) {
            // Somebody swapped at that very time already.
            if (written == index) return (READ, zto, otz);
            index = written;
        } catch {
            return (REVERTED, 0, 0);
        }
        if (isDirectional) {
            try operator.getFees(time, tick, index, uint128(depth)) returns (uint16 a, uint16 b) {
                return (READ, a, b);
            } catch {
                return (REVERTED, 0, 0);
            }
        }
        try operator.getFee(time, tick, index, uint128(depth)) returns (uint16 fee) {
            return (READ, fee, fee);
        } catch {
            return (REVERTED, 0, 0);
        }
    }
}

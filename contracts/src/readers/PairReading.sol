// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PoolCall, READ, STOPPED} from "./PoolCall.sol";

/// @dev status (1), reserve0 (14), reserve1 (14); zeros where not {READ}.
uint256 constant PAIR_RECORD = 29;

/// @title The record of a constant-product pair
library PairReading {
    /// @param cursor where in memory the record goes; up to 18 bytes behind it are overwritten too
    /// @return status {STOPPED} where nothing was written
    function write(address pair, uint256 cursor) internal view returns (uint256 status) {
        uint256 reserve0;
        uint256 reserve1;
        (status, reserve0, reserve1) = PoolCall.getReserves(pair);
        if (status == STOPPED) return status;
        if (status != READ) (reserve0, reserve1) = (0, 0);
        assembly ("memory-safe") {
            mstore8(cursor, status)
            mstore(add(cursor, 1), shl(144, reserve0))
            mstore(add(cursor, 15), shl(144, reserve1))
        }
    }
}

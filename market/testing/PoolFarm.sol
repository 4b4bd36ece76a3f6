// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

interface IPairFactory {
    function createPair(address tokenA, address tokenB) external returns (address);
}

interface IPoolFactory {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address);
}

interface IPool {
    function initialize(uint160 sqrtPriceX96) external;
}

/// @title Creates many pools of the published factories in one transaction, between addresses that stand for tokens
contract PoolFarm {
    uint256 private constant FIRST_TOKEN = 0x70 << 152;

    /// @param places i (2) and j (2) of each pair
    function createPairs(IPairFactory factory, bytes calldata places) external {
        for (uint256 offset; offset < places.length; offset += 4) {
            factory.createPair(token(places, offset), token(places, offset + 2));
        }
    }

    /// @param places i (2), j (2), fee (3) and price (20) of each pool; a pool of price 0 stays uninitialised
    function createPools(IPoolFactory factory, bytes calldata places) external {
        for (uint256 offset; offset < places.length; offset += 27) {
            address pool = factory.createPool(token(places, offset), token(places, offset + 2), uint24(bytes3(places[offset + 4:offset + 7])));
            uint160 price = uint160(bytes20(places[offset + 7:offset + 27]));
            if (price != 0) IPool(pool).initialize(price);
        }
    }

    function token(bytes calldata places, uint256 offset) private pure returns (address) {
        return address(uint160(FIRST_TOKEN + uint16(bytes2(places[offset:offset + 2]))));
    }
}

/// @title What Multicall3 promises of `aggregate3`, for nodes that have none
contract CallGatherer {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (results[i].success, results[i].returnData) = calls[i].target.call(calls[i].callData);
            require(results[i].success || calls[i].allowFailure);
        }
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.30;

/// @notice A feed whose answers are set, proxy and aggregator in one (AggregatorV3Interface). An uptime feed of a sequencer has the same form.
contract PriceFeed {
    uint8 public immutable decimals;
    bool public immutable isBounded;
    int192 private lowest;
    int192 private highest;
    uint80 private roundId;
    int256 private answer;
    uint256 private startedAt;
    uint256 private updatedAt;
    uint80 private answeredInRound;

    constructor(uint8 decimals_, bool isBounded_, int192 lowest_, int192 highest_) {
        decimals = decimals_;
        isBounded = isBounded_;
        lowest = lowest_;
        highest = highest_;
    }

    function set(int256 answer_, uint256 startedAt_, uint256 updatedAt_, uint80 roundId_, uint80 answeredInRound_) external {
        (answer, startedAt, updatedAt, roundId, answeredInRound) = (answer_, startedAt_, updatedAt_, roundId_, answeredInRound_);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (roundId, answer, startedAt, updatedAt, answeredInRound);
    }

    function aggregator() external view returns (address) {
        return address(this);
    }

    function minAnswer() external view returns (int192) {
        require(isBounded, "no bounds");
        return lowest;
    }

    function maxAnswer() external view returns (int192) {
        require(isBounded, "no bounds");
        return highest;
    }
}

/// @notice Answers as the predeploy of OP-stack chains with Isthmus, by prices that are easy to compute with: 1,000 wei a byte, 3 wei a gas.
contract IsthmusOracle {
    function isIsthmus() external pure returns (bool) {
        return true;
    }

    function getL1Fee(bytes calldata transaction) external pure returns (uint256) {
        return transaction.length * 1000;
    }

    function getOperatorFee(uint256 gas) external pure returns (uint256) {
        return gas * 3;
    }
}

/// @notice The same before Isthmus.
contract FjordOracle {
    function getL1Fee(bytes calldata transaction) external pure returns (uint256) {
        return transaction.length * 1000;
    }
}

/// @notice Answers as Arbitrum's NodeInterface: a gas for each byte of the calldata, at a base fee of 7 wei.
contract NodeInterface {
    function gasEstimateL1Component(address, bool, bytes calldata data) external pure returns (uint64, uint256, uint256) {
        return (uint64(data.length), 7, 11);
    }
}

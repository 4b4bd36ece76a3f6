// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title A contract that answers what it was told to, whatever it is asked, and logs what it is told to
/// @notice Stands for contracts whose bytecode is not published: a pool with a recorded state, a factory's list, an oracle.
contract StoredAnswers {
    mapping(bytes32 => bytes) private answers;
    mapping(bytes32 => bool) private isKnown;

    function plant(bytes[] calldata calls, bytes[] calldata results) external {
        for (uint256 i = 0; i < calls.length; i++) {
            answers[keccak256(calls[i])] = results[i];
            isKnown[keccak256(calls[i])] = true;
        }
    }

    /// @notice From now on that call reverts.
    function forget(bytes calldata call) external {
        isKnown[keccak256(call)] = false;
    }

    function announce(bytes32[] calldata topics, bytes calldata data) external {
        bytes memory copied = data;
        assembly ("memory-safe") {
            let length := mload(copied)
            let at := add(copied, 32)
            let first := topics.offset
            switch topics.length
            case 1 { log1(at, length, calldataload(first)) }
            case 2 { log2(at, length, calldataload(first), calldataload(add(first, 32))) }
            case 3 { log3(at, length, calldataload(first), calldataload(add(first, 32)), calldataload(add(first, 64))) }
            case 4 {
                log4(
                    at,
                    length,
                    calldataload(first),
                    calldataload(add(first, 32)),
                    calldataload(add(first, 64)),
                    calldataload(add(first, 96))
                )
            }
            default { log0(at, length) }
        }
    }

    fallback(bytes calldata call) external returns (bytes memory) {
        require(isKnown[keccak256(call)], "not planted");
        return answers[keccak256(call)];
    }
}

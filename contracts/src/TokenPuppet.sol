// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Code for an account that a token is tried out with; it exists in the state overrides of an `eth_call` alone and is never deployed
/// @dev Its three slots are written by the override. They are hashes, so that the account's own storage, if it is a pool's, stays as it is.
/// For the inspector the account does what it is told. Whoever else calls a pool gets the pool's own code; whoever else calls a fresh account is
/// counted: a token that calls the recipient of a transfer gives away control in the middle of a route.
contract TokenPuppet {
    uint256 private constant INSPECTOR_SLOT = uint256(keccak256("token puppet: inspector"));
    uint256 private constant ORIGINAL_SLOT = uint256(keccak256("token puppet: where the account's own code is"));
    uint256 private constant CALLS_SLOT = uint256(keccak256("token puppet: calls by others"));

    /// @dev Enough for one write of the count (EIP-2929: 22,100), little enough that a caller under STATICCALL, where the write fails, has gas left.
    uint256 private constant COUNTING_GAS = 30_000;

    fallback() external payable {
        (uint256 inspectorSlot, uint256 originalSlot, uint256 callsSlot) = (INSPECTOR_SLOT, ORIGINAL_SLOT, CALLS_SLOT);
        uint256 countingGas = COUNTING_GAS;
        assembly {
            if eq(caller(), sload(inspectorSlot)) {
                // An order: the target, the gas it may use, the call's data. Of what it returns, the first word: a token cannot flood the memory.
                let size := sub(calldatasize(), 64)
                calldatacopy(0, 64, size)
                let before := gas()
                let succeeded := call(calldataload(32), calldataload(0), 0, 0, size, 0, 0)
                let used := sub(before, gas())
                mstore(0, succeeded)
                mstore(32, returndatasize())
                mstore(64, 0)
                let head := returndatasize()
                if gt(head, 32) { head := 32 }
                returndatacopy(64, 0, head)
                mstore(96, used)
                mstore(128, sload(callsSlot))
                return(0, 160)
            }
            let original := sload(originalSlot)
            if original {
                calldatacopy(0, 0, calldatasize())
                let succeeded := delegatecall(gas(), original, 0, calldatasize(), 0, 0)
                returndatacopy(0, 0, returndatasize())
                if succeeded { return(0, returndatasize()) }
                revert(0, returndatasize())
            }
            if eq(caller(), address()) {
                sstore(callsSlot, add(sload(callsSlot), 1))
                stop()
            }
            pop(call(countingGas, address(), 0, 0, 0, 0, 0))
        }
    }
}

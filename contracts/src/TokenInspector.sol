// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Tries a token out inside one `eth_call`; it exists in the call's state overrides alone and is never deployed
/// @notice Each rehearsal starts from the state of the block: what it did is taken back. The accounts that act are {TokenPuppet}s.
contract TokenInspector {
    /// @dev What is watched: of `owner`, the allowance given to `spender` and the native coin.
    struct Subject {
        address token;
        address owner;
        address spender;
    }

    /// @dev A call of `target` by `actor`: `prefix` and one more word, which is `amount`, on top of the token balance of `balanceOf` where that is given.
    struct Step {
        address actor;
        address target;
        bytes prefix;
        address balanceOf;
        uint256 amount;
    }

    struct Question {
        address target;
        bytes data;
    }

    /// @dev `accounts` are those whose balances are watched.
    struct Scenario {
        address[] accounts;
        Step[] steps;
        Question[] questions;
    }

    /// @dev `gasUsed` is that of the balance which took most.
    struct View {
        bool readable;
        uint256 gasUsed;
        uint256[] balances;
        uint256 allowance;
        uint256 coin;
    }

    /// @dev `answer` is the first word of `returnSize` bytes; `calls` is how often the actor had been called by others until then.
    struct Outcome {
        bool succeeded;
        uint256 amount;
        uint256 returnSize;
        uint256 answer;
        uint256 gasUsed;
        uint256 calls;
        View seen;
    }

    struct Answer {
        bool succeeded;
        bytes data;
    }

    struct Rehearsal {
        View start;
        Outcome[] outcomes;
        Answer[] answers;
    }

    /// @dev `rehearsals` are as {rehearse} returns them, empty where there was not gas enough.
    struct Report {
        uint256 gasAvailable;
        uint256 timestamp;
        address coinbase;
        bytes[] rehearsals;
    }

    error OutOfGas();

    uint256 private constant STEP_GAS = 1_000_000;
    uint256 private constant READING_GAS = 150_000;
    /// @dev A long name takes more than a balance: 2,100 for each 32 bytes.
    uint256 private constant QUESTION_GAS = 500_000;
    /// @dev What a step with its views and the encoding of the result take at most; a rehearsal is not begun, or given up, below this.
    uint256 private constant RESERVED_GAS = 2_500_000;
    uint256 private constant ANSWER_BYTES = 1_024;

    function inspect(Subject calldata subject, Scenario[] calldata scenarios) external returns (Report memory report) {
        report.gasAvailable = gasleft();
        report.timestamp = block.timestamp;
        report.coinbase = block.coinbase;
        report.rehearsals = new bytes[](scenarios.length);
        for (uint256 i = 0; i < scenarios.length; ++i) {
            if (gasleft() < RESERVED_GAS) break;
            try this.rehearse(subject, scenarios[i]) {}
            catch (bytes memory result) {
                // The error alone is shorter than any rehearsal.
                if (result.length > 4) report.rehearsals[i] = result;
            }
        }
    }

    /// @notice Always reverts, so that nothing stays; the revert data is what it would have returned.
    function rehearse(Subject calldata subject, Scenario calldata scenario) external returns (Rehearsal memory done) {
        done.start = look(subject, scenario.accounts);
        done.outcomes = new Outcome[](scenario.steps.length);
        for (uint256 i = 0; i < scenario.steps.length; ++i) {
            if (gasleft() < RESERVED_GAS) revert OutOfGas();
            done.outcomes[i] = take(scenario.steps[i], subject, scenario.accounts);
        }
        done.answers = new Answer[](scenario.questions.length);
        for (uint256 i = 0; i < scenario.questions.length; ++i) {
            if (gasleft() < RESERVED_GAS) revert OutOfGas();
            done.answers[i] = ask(scenario.questions[i]);
        }
        bytes memory result = abi.encode(done);
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }

    function take(Step calldata step, Subject calldata subject, address[] calldata accounts)
        private
        returns (Outcome memory outcome)
    {
        outcome.amount = step.amount;
        if (step.balanceOf != address(0)) {
            (, uint256 balance) = readWord(subject.token, abi.encodeWithSignature("balanceOf(address)", step.balanceOf));
            unchecked {
                outcome.amount += balance;
            }
        }
        (bool obeyed, bytes memory said) = step.actor.call(
            abi.encodePacked(uint256(uint160(step.target)), STEP_GAS, step.prefix, outcome.amount)
        );
        if (!obeyed) revert OutOfGas();
        (outcome.succeeded, outcome.returnSize, outcome.answer, outcome.gasUsed, outcome.calls) =
            abi.decode(said, (bool, uint256, uint256, uint256, uint256));
        outcome.seen = look(subject, accounts);
    }

    function look(Subject calldata subject, address[] calldata accounts) private view returns (View memory seen) {
        seen.readable = true;
        seen.balances = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            bool readable;
            uint256 before = gasleft();
            (readable, seen.balances[i]) =
                readWord(subject.token, abi.encodeWithSignature("balanceOf(address)", accounts[i]));
            uint256 used = before - gasleft();
            if (!readable) seen.readable = false;
            if (used > seen.gasUsed) seen.gasUsed = used;
        }
        (, seen.allowance) =
            readWord(subject.token, abi.encodeWithSignature("allowance(address,address)", subject.owner, subject.spender));
        seen.coin = subject.owner.balance;
    }

    function readWord(address target, bytes memory data) private view returns (bool readable, uint256 word) {
        uint256 gasLimit = READING_GAS;
        assembly ("memory-safe") {
            mstore(0, 0)
            readable := staticcall(gasLimit, target, add(data, 32), mload(data), 0, 32)
            readable := and(readable, gt(returndatasize(), 31))
            if readable { word := mload(0) }
        }
    }

    function ask(Question calldata question) private view returns (Answer memory answer) {
        bytes memory data = question.data;
        address target = question.target;
        uint256 gasLimit = QUESTION_GAS;
        uint256 most = ANSWER_BYTES;
        bytes memory said = new bytes(most);
        bool succeeded;
        assembly ("memory-safe") {
            succeeded := staticcall(gasLimit, target, add(data, 32), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, most) { size := most }
            returndatacopy(add(said, 32), 0, size)
            mstore(said, size)
        }
        answer.succeeded = succeeded;
        answer.data = said;
    }
}

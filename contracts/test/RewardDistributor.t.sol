// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {RewardDistributor} from "../src/RewardDistributor.sol";
import {Checks} from "./Checks.sol";
import {Habit, TestToken} from "./Market.sol";

contract RewardDistributorTest is Checks {
    address private constant OWNER = address(0xA11CE);
    address private constant ALICE = address(0xA);
    address private constant BOB = address(0xB);

    TestToken private token;
    RewardDistributor private distributor;

    function setUp() public {
        token = new TestToken(Habit.ReturnsNothing);
        distributor = new RewardDistributor(OWNER, address(token));
        token.mint(address(distributor), 1e30);
    }

    function test_claims_pay_what_was_not_paid_yet(uint96 first, uint96 more, uint96 bobs) public {
        vm.assume(first > 0 && more > 0);
        publish(1, first, bobs);
        distributor.claim(0, ALICE, first, proofFor(ALICE, first, bobs));
        checkEqual(token.balanceOf(ALICE), first, "after the first epoch");

        uint256 cumulative = uint256(first) + more;
        publish(2, cumulative, bobs);
        distributor.claim(0, ALICE, cumulative, proofFor(ALICE, cumulative, bobs));
        checkEqual(token.balanceOf(ALICE), cumulative, "after the second");
        checkEqual(distributor.claimed(ALICE), cumulative, "claimed");
        checkEqual(distributor.totalClaimed(), cumulative, "total claimed");
        checkEqual(token.balanceOf(BOB), 0, "Bob has not claimed");
    }

    function test_a_missed_epoch_loses_nothing(uint96 first, uint96 more) public {
        vm.assume(more > 0);
        publish(1, first, 0);
        publish(2, uint256(first) + more, 0);
        distributor.claim(0, ALICE, uint256(first) + more, proofFor(ALICE, uint256(first) + more, 0));
        checkEqual(token.balanceOf(ALICE), uint256(first) + more, "paid at once");
    }

    function test_nothing_is_paid_twice(uint96 amount) public {
        vm.assume(amount > 0);
        publish(1, amount, 1);
        bytes32[] memory proof = proofFor(ALICE, amount, 1);
        distributor.claim(0, ALICE, amount, proof);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NothingToClaim.selector, ALICE, uint256(amount), uint256(amount))
        );
        distributor.claim(0, ALICE, amount, proof);
    }

    function test_anyone_may_claim_for_an_account_but_only_it_is_paid(address stranger, uint96 amount) public {
        vm.assume(amount > 0 && stranger != ALICE && stranger != address(distributor));
        publish(1, amount, 1);
        vm.prank(stranger);
        distributor.claim(0, ALICE, amount, proofFor(ALICE, amount, 1));
        checkEqual(token.balanceOf(ALICE), amount, "the account");
        checkEqual(token.balanceOf(stranger), 0, "the caller");
    }

    function test_a_leaf_that_is_not_in_the_tree_is_refused(uint256 index, address account, uint256 amount) public {
        vm.assume(!(index == 0 && account == ALICE && amount == 10) && !(index == 1 && account == BOB && amount == 20));
        publish(1, 10, 20);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidProof.selector, index, account, amount));
        distributor.claim(index, account, amount, proofFor(ALICE, 10, 20));
    }

    function test_the_proof_of_an_older_root_is_refused() public {
        publish(1, 10, 20);
        publish(2, 11, 20);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidProof.selector, 0, ALICE, 10));
        distributor.claim(0, ALICE, 10, proofFor(ALICE, 10, 20));
    }

    function test_leaves_that_add_up_to_more_than_published_are_not_paid() public {
        vm.prank(OWNER);
        distributor.publish(1, pairHash(leaf(0, ALICE, 10), leaf(1, BOB, 20)), 29);
        distributor.claim(0, ALICE, 10, proofFor(ALICE, 10, 20));
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.TotalExceeded.selector, 30, 29));
        distributor.claim(1, BOB, 20, proofFor(BOB, 10, 20));
    }

    function test_only_the_owner_publishes(address stranger) public {
        vm.assume(stranger != OWNER);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        distributor.publish(1, bytes32(uint256(1)), 1);
    }

    function test_epochs_follow_each_other_without_a_gap(uint256 epoch) public {
        vm.assume(epoch != 2);
        publish(1, 1, 1);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochOutOfOrder.selector, epoch, 2));
        distributor.publish(epoch, bytes32(uint256(1)), 2);
    }

    function test_an_empty_root_or_a_smaller_total_is_refused() public {
        publish(1, 10, 20);
        vm.startPrank(OWNER);
        vm.expectRevert(IRewardDistributor.EmptyRoot.selector);
        distributor.publish(2, bytes32(0), 30);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.TotalDecreased.selector, 29, 30));
        distributor.publish(2, bytes32(uint256(1)), 29);
        vm.stopPrank();
    }

    function test_before_the_first_root_nothing_can_be_claimed() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidProof.selector, 0, ALICE, 1));
        distributor.claim(0, ALICE, 1, new bytes32[](0));
    }

    function test_a_distributor_without_a_token_is_refused() public {
        vm.expectRevert(IRewardDistributor.ZeroAddress.selector);
        new RewardDistributor(OWNER, address(0));
    }

    // A tree of two leaves: (0, Alice) and (1, Bob). ----------------------------------------------------------------

    function publish(uint256 epoch, uint256 alices, uint256 bobs) private {
        vm.prank(OWNER);
        distributor.publish(epoch, pairHash(leaf(0, ALICE, alices), leaf(1, BOB, bobs)), alices + bobs);
    }

    function proofFor(address account, uint256 alices, uint256 bobs) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = account == ALICE ? leaf(1, BOB, bobs) : leaf(0, ALICE, alices);
    }

    function leaf(uint256 index, address account, uint256 amount) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, account, amount))));
    }

    function pairHash(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}

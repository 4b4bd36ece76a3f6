// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ArbitrageExecutor} from "../src/ArbitrageExecutor.sol";
import {IArbitrageExecutor} from "../src/interfaces/IArbitrageExecutor.sol";
import {Arbitrage} from "./Arbitrage.sol";
import {LoanTakingToken, Pulling, TestAave, TestMorpho} from "./Lending.sol";
import {TestPool} from "./Market.sol";

/// @dev Who may lend, and what a lender can do wrong. The Balancer V2 vault's own tests are the executor's.
contract LendersTest is Arbitrage {
    uint8 private constant AAVE = 2;
    uint8 private constant MORPHO = 3;

    TestAave private aave;
    TestMorpho private morpho;
    TestPool private first;

    function setUp() public override {
        super.setUp();
        aave = new TestAave();
        morpho = new TestMorpho();
        first = new TestPool(base, other, 1e6);
        fund(address(aave));
        fund(address(morpho));
        fund(address(first));
        vm.startPrank(OWNER);
        executor.setLender(address(aave), AAVE);
        executor.setLender(address(morpho), MORPHO);
        vm.stopPrank();
    }

    function test_aave_gets_amount_and_premium_and_keeps_no_allowance(uint16 bps) public {
        uint256 premiumBps = bps % 400;
        aave.set(premiumBps, Pulling.Honest);
        uint256 fee = (1e18 * premiumBps + 5000) / 10_000;
        uint256 before = base.balanceOf(address(aave));
        uint256 gross = grossProfit();
        vm.expectEmit(true, true, true, true, address(executor));
        emit IArbitrageExecutor.Executed(bytes32("plan"), address(base), 1e18, gross, fee, gross - fee);
        earns(lentBy(address(aave)), gross - fee);
        checkEqual(base.balanceOf(address(aave)), before + fee, "aave");
    }

    function test_morpho_gets_the_amount_and_keeps_no_allowance() public {
        uint256 before = base.balanceOf(address(morpho));
        earns(lentBy(address(morpho)), grossProfit());
        checkEqual(base.balanceOf(address(morpho)), before, "morpho");
    }

    function test_a_premium_above_the_profit_reverts() public {
        aave.set(600, Pulling.Honest);
        vm.prank(OPERATOR);
        vm.expectPartialRevert(IArbitrageExecutor.ProfitBelowMinimum.selector);
        executor.execute(lentBy(address(aave)));
    }

    function test_only_lenders_of_the_owner_lend(address stranger) public {
        vm.assume(executor.lenderKind(stranger) == 0);
        refused(lentBy(stranger), abi.encodeWithSelector(IArbitrageExecutor.UnknownLender.selector, stranger));
        vm.prank(OWNER);
        executor.setLender(address(aave), 0);
        refused(lentBy(address(aave)), abi.encodeWithSelector(IArbitrageExecutor.UnknownLender.selector, address(aave)));
    }

    function test_a_kind_that_nobody_can_borrow_from_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.UnknownLenderKind.selector, 4));
        vm.prank(OWNER);
        executor.setLender(address(0xfee), 4);
    }

    function test_a_chain_without_a_balancer_vault_starts_without_a_lender() public {
        checkEqual(executor.lenderKind(address(vault)), 1, "the vault lends");
        ArbitrageExecutor without = new ArbitrageExecutor(OWNER, address(0), TREASURY);
        checkEqual(without.lenderKind(address(0)), 0, "nobody lends");
    }

    function test_lenders_are_answered_once_with_their_loan_and_data() public {
        address[2] memory lenders = [address(aave), address(morpho)];
        for (uint256 i = 0; i < lenders.length; ++i) {
            IArbitrageExecutor.ExecutionPlan memory plan = lentBy(lenders[i]);
            behave(Pulling.NoLoan);
            refused(plan, abi.encodeWithSelector(IArbitrageExecutor.LoanMissing.selector, lenders[i]));
            behave(Pulling.OtherAmount);
            refused(plan, abi.encodeWithSelector(IArbitrageExecutor.UnexpectedLoan.selector, address(base), 1e18 - 1));
            behave(Pulling.Twice);
            refused(plan, notAwaited(lenders[i]));
            behave(Pulling.OtherData);
            refused(plan, notAwaited(lenders[i]));
            behave(Pulling.PullsLess);
            refused(plan, abi.encodeWithSelector(IArbitrageExecutor.PartialSwap.selector, lenders[i], 1e18 - 1, uint256(1e18)));
        }
    }

    function test_a_loan_that_a_stranger_takes_in_our_name_is_refused() public {
        vm.expectRevert(notAwaited(address(aave)));
        aave.flashLoanSimple(address(executor), address(base), 1e18, abi.encode(lentBy(address(aave))), 0);
    }

    function test_a_token_that_takes_a_loan_in_our_name_while_one_is_awaited_is_refused() public {
        LoanTakingToken taking = new LoanTakingToken();
        taking.mint(address(aave), 1e30);
        TestPool there = new TestPool(taking, other, 1e6);
        TestPool home = new TestPool(other, taking, 2e6);
        fund(address(there));
        taking.mint(address(home), 1e30);
        IArbitrageExecutor.ExecutionPlan memory plan = planOf(
            hop(CONCENTRATED, address(there), address(taking), address(other), 0),
            hop(CONCENTRATED, address(home), address(other), address(taking), 0)
        );
        (plan.lender, plan.startToken) = (address(aave), address(taking));
        // A plan of its own is not the awaited one; ours, which is, was not asked for by us.
        taking.arm(aave, address(executor), "");
        refused(plan, notAwaited(address(aave)));
        taking.arm(aave, address(executor), abi.encode(plan));
        refused(plan, notAwaited(address(taking)));
    }

    // ---------------------------------------------------------------------------------------------------------------

    function behave(Pulling how) private {
        aave.set(0, how);
        morpho.behave(how);
    }

    function lentBy(address lender) private view returns (IArbitrageExecutor.ExecutionPlan memory plan) {
        plan = cycle(CONCENTRATED, address(first), 0);
        plan.lender = lender;
    }
}

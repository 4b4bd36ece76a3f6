// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ArbitrageExecutor} from "../src/ArbitrageExecutor.sol";
import {IArbitrageExecutor} from "../src/interfaces/IArbitrageExecutor.sol";
import {Checks} from "./Checks.sol";
import {
    GreedyPool,
    Habit,
    Lending,
    ProxyingPool,
    ReentrantToken,
    SilentPool,
    TestPair,
    TestPool,
    TestToken,
    TestVault
} from "./Market.sol";

contract ArbitrageExecutorTest is Checks {
    address private constant OWNER = address(0xA11CE);
    address private constant OPERATOR = address(0xB0B);
    address private constant TREASURY = address(0x7EA5);
    uint24 private constant FEE = 3000;

    TestVault private vault;
    TestToken private base;
    TestToken private other;
    TestToken private third;
    TestPair private pair;
    TestPool private pool;
    ArbitrageExecutor private executor;

    function setUp() public {
        vault = new TestVault();
        base = new TestToken(Habit.ReturnsTrue);
        other = new TestToken(Habit.ReturnsNothing);
        third = new TestToken(Habit.ReturnsTrue);
        executor = new ArbitrageExecutor(OWNER, address(vault), TREASURY);
        vm.prank(OWNER);
        executor.setOperator(OPERATOR, true);
        base.mint(address(vault), 1e30);

        pair = new TestPair(base, other, FEE);
        base.mint(address(pair), 1_000_000e18);
        other.mint(address(pair), 1_000_000e18);
        pair.sync();
        // One unit of `other` is worth 1.05 of `base` here, and 1 in the pair.
        pool = fundedPool(new TestPool(other, base, 1_050_000));
        vm.roll(100);
    }

    // who may call -------------------------------------------------------------------------------------------------

    function test_strangers_cannot_execute(address stranger) public {
        vm.assume(stranger != OPERATOR);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.NotOperator.selector, stranger));
        executor.execute(planOf(pairThenPool(), 1e18, 0));
    }

    function test_a_removed_operator_cannot_execute() public {
        vm.prank(OWNER);
        executor.setOperator(OPERATOR, false);
        vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.NotOperator.selector, OPERATOR));
        vm.prank(OPERATOR);
        executor.execute(planOf(pairThenPool(), 1e18, 0));
    }

    function test_strangers_cannot_change_settings_or_take_tokens(address stranger) public {
        vm.assume(stranger != OWNER);
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        executor.setOperator(stranger, true);
        vm.expectRevert(refusal);
        executor.setTreasury(stranger);
        vm.expectRevert(refusal);
        executor.setLender(stranger, 1);
        vm.expectRevert(refusal);
        executor.rescue(address(base), stranger, 1);
        vm.expectRevert(refusal);
        executor.transferOwnership(stranger);
        vm.stopPrank();
    }

    function test_ownership_moves_when_the_new_owner_accepts() public {
        address heir = address(0xE1);
        vm.prank(OWNER);
        executor.transferOwnership(heir);
        checkEqual(executor.owner(), OWNER, "owner before acceptance");
        vm.prank(heir);
        executor.acceptOwnership();
        checkEqual(executor.owner(), heir, "owner after acceptance");
    }

    function test_the_owner_rescues_tokens_sent_by_mistake(uint256 amount) public {
        base.mint(address(executor), amount % 1e30);
        vm.prank(OWNER);
        executor.rescue(address(base), OWNER, amount % 1e30);
        checkEqual(base.balanceOf(OWNER), amount % 1e30, "rescued");
    }

    function test_zero_addresses_are_refused() public {
        vm.expectRevert(IArbitrageExecutor.ZeroAddress.selector);
        new ArbitrageExecutor(OWNER, address(vault), address(0));
        vm.startPrank(OWNER);
        vm.expectRevert(IArbitrageExecutor.ZeroAddress.selector);
        executor.setTreasury(address(0));
        vm.expectRevert(IArbitrageExecutor.ZeroAddress.selector);
        executor.setOperator(address(0), true);
        vm.expectRevert(IArbitrageExecutor.ZeroAddress.selector);
        executor.setLender(address(0), 1);
        vm.expectRevert(IArbitrageExecutor.ZeroAddress.selector);
        executor.rescue(address(base), address(0), 1);
        vm.stopPrank();
    }

    // what an execution does ---------------------------------------------------------------------------------------

    function test_the_whole_profit_goes_to_the_treasury_and_nothing_stays(uint256 amountIn, uint256 feePpm) public {
        amountIn = bound(amountIn, 1e6, 10_000e18);
        feePpm = bound(feePpm, 0, 10_000);
        vault.setFee(feePpm);
        uint256 gross = poolOutput(pairOutput(amountIn)) - amountIn;
        uint256 fee = amountIn * feePpm / 1e6;
        uint256 vaultBefore = base.balanceOf(address(vault));

        vm.expectEmit(true, true, true, true, address(executor));
        emit IArbitrageExecutor.Executed(bytes32("plan"), address(base), amountIn, gross, fee, gross - fee);
        vm.prank(OPERATOR);
        uint256 profit = executor.execute(planOf(pairThenPool(), amountIn, gross - fee));

        checkEqual(profit, gross - fee, "returned profit");
        checkEqual(base.balanceOf(TREASURY), profit, "treasury");
        checkEqual(base.balanceOf(address(vault)), vaultBefore + fee, "vault");
        checkNothingStays();
    }

    function test_any_size_either_pays_its_exact_profit_or_reverts(uint256 amountIn) public {
        amountIn = bound(amountIn, 1, 1e25);
        uint256 out = poolOutput(pairOutput(amountIn));
        IArbitrageExecutor.ExecutionPlan memory plan = planOf(pairThenPool(), amountIn, 0);
        if (pairOutput(amountIn) == 0) {
            vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.NoOutput.selector, address(pair), amountIn));
        } else if (out == 0) {
            vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.NoOutput.selector, address(pool), pairOutput(amountIn)));
        } else if (out < amountIn) {
            vm.expectRevert(
                abi.encodeWithSelector(IArbitrageExecutor.ProfitBelowMinimum.selector, int256(out) - int256(amountIn), uint256(0))
            );
        }
        vm.prank(OPERATOR);
        executor.execute(plan);
        checkEqual(base.balanceOf(TREASURY), out > amountIn ? out - amountIn : 0, "treasury");
        checkNothingStays();
    }

    function test_a_pair_is_asked_for_the_most_that_it_lets_out(uint112 reserveIn, uint112 reserveOut, uint112 amount, uint24 fee) public {
        uint256 amountIn = bound(amount, 1, 1e26);
        fee = fee % 1_000_000;
        TestPair fuzzed = new TestPair(base, other, fee);
        base.mint(address(fuzzed), bound(reserveIn, 1e3, 1e24));
        other.mint(address(fuzzed), bound(reserveOut, 1e3, 1e24));
        fuzzed.sync();
        IArbitrageExecutor.Hop memory hop = hopOf(0, address(fuzzed), base, other);
        hop.data = bytes32(uint256(fee));
        // So generous that most sizes end in a profit.
        IArbitrageExecutor.Hop memory back = hopOf(1, address(fundedPool(new TestPool(other, base, 1e12))), other, base);
        IArbitrageExecutor.Hop[] memory hops = new IArbitrageExecutor.Hop[](2);
        (hops[0], hops[1]) = (hop, back);

        uint256 otherBefore = other.balanceOf(address(fuzzed));
        vm.prank(OPERATOR);
        try executor.execute(planOf(hops, amountIn, 0)) {
            uint256 paid = otherBefore - other.balanceOf(address(fuzzed));
            check(paid > 0, "the pair paid");
            // The same swap for one unit more is refused by the pair itself.
            TestPair twin = new TestPair(base, other, fee);
            base.mint(address(twin), base.balanceOf(address(fuzzed)) - amountIn);
            other.mint(address(twin), otherBefore);
            twin.sync();
            base.mint(address(twin), amountIn);
            (uint256 out0, uint256 out1) = address(base) < address(other) ? (uint256(0), paid + 1) : (paid + 1, uint256(0));
            vm.expectRevert(TestPair.K.selector);
            twin.swap(out0, out1, address(this), "");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            check(
                selector == IArbitrageExecutor.ProfitBelowMinimum.selector || selector == IArbitrageExecutor.NoOutput.selector,
                "no other reason to revert"
            );
        }
        checkNothingStays();
    }

    function test_three_hops_through_both_kinds_of_pool() public {
        IArbitrageExecutor.Hop[] memory hops = new IArbitrageExecutor.Hop[](3);
        hops[0] = hopOf(1, address(fundedPool(new TestPool(base, third, 2_000_000))), base, third);
        hops[1] = hopOf(1, address(fundedPool(new TestPool(third, other, 500_000))), third, other);
        hops[2] = hopOf(1, address(pool), other, base);
        vm.prank(OPERATOR);
        checkEqual(executor.execute(planOf(hops, 1000e18, 1)), poolOutput(1000e18) - 1000e18, "profit");
        checkNothingStays();
    }

    function test_tokens_that_lay_here_before_are_not_paid_out_as_profit() public {
        base.mint(address(executor), 5e18);
        other.mint(address(executor), 5e18);
        uint256 expected = poolOutput(pairOutput(1e18)) - 1e18;
        vm.prank(OPERATOR);
        checkEqual(executor.execute(planOf(pairThenPool(), 1e18, 1)), expected, "profit");
        checkEqual(base.balanceOf(address(executor)), 5e18, "base stays");
        checkEqual(other.balanceOf(address(executor)), 5e18, "other stays");
    }

    function test_tokens_that_lay_here_before_do_not_pay_for_a_loss() public {
        base.mint(address(executor), 1000e18);
        uint256 out = poolOutput(pairOutput(100_000e18));
        vm.prank(OPERATOR);
        vm.expectRevert(
            abi.encodeWithSelector(IArbitrageExecutor.ProfitBelowMinimum.selector, int256(out) - int256(100_000e18), uint256(0))
        );
        executor.execute(planOf(pairThenPool(), 100_000e18, 0));
    }

    // when an execution reverts ------------------------------------------------------------------------------------

    function test_one_unit_less_than_the_minimum_profit_reverts(uint256 amountIn) public {
        amountIn = bound(amountIn, 1e6, 10_000e18);
        uint256 profit = poolOutput(pairOutput(amountIn)) - amountIn;
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.ProfitBelowMinimum.selector, int256(profit), profit + 1));
        executor.execute(planOf(pairThenPool(), amountIn, profit + 1));
    }

    function test_the_deadline_block_is_the_last_one(uint64 deadline) public {
        deadline = uint64(bound(deadline, 1, type(uint64).max - 1));
        IArbitrageExecutor.ExecutionPlan memory plan = planOf(pairThenPool(), 1e18, 0);
        plan.deadlineBlock = deadline;
        vm.roll(deadline);
        vm.prank(OPERATOR);
        executor.execute(plan);
        vm.roll(uint256(deadline) + 1);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.PastDeadline.selector, deadline, uint256(deadline) + 1));
        executor.execute(plan);
    }

    function test_a_route_that_is_no_cycle_reverts() public {
        IArbitrageExecutor.Hop[] memory gap = pairThenPool();
        gap[1].tokenIn = address(third);
        refused(gap, abi.encodeWithSelector(IArbitrageExecutor.BrokenRoute.selector, 1));
        IArbitrageExecutor.Hop[] memory open = pairThenPool();
        open[1].tokenOut = address(third);
        refused(open, abi.encodeWithSelector(IArbitrageExecutor.BrokenRoute.selector, 2));
        refused(new IArbitrageExecutor.Hop[](0), abi.encodeWithSelector(IArbitrageExecutor.BrokenRoute.selector, 0));
    }

    function test_an_unknown_kind_or_a_fee_of_everything_reverts() public {
        IArbitrageExecutor.Hop[] memory hops = pairThenPool();
        hops[1].kind = 7;
        refused(hops, abi.encodeWithSelector(IArbitrageExecutor.UnknownKind.selector, 1, 7));
        hops = pairThenPool();
        hops[0].data = bytes32(uint256(1_000_000));
        refused(hops, abi.encodeWithSelector(IArbitrageExecutor.InvalidFee.selector, address(pair), 1_000_000));
    }

    function test_a_pool_that_runs_out_of_liquidity_reverts_instead_of_leaving_input_behind() public {
        uint256 offered = pairOutput(1e18);
        pool.limit(offered - 1);
        refused(
            pairThenPool(), abi.encodeWithSelector(IArbitrageExecutor.PartialSwap.selector, address(pool), offered - 1, offered)
        );
    }

    function test_a_token_whose_transfer_fails_quietly_reverts() public {
        TestToken liar = new TestToken(Habit.ReturnsFalse);
        liar.mint(address(vault), 1e30);
        TestPair lying = new TestPair(liar, other, FEE);
        liar.mint(address(lying), 1e24);
        other.mint(address(lying), 1e24);
        lying.sync();
        IArbitrageExecutor.Hop[] memory hops = new IArbitrageExecutor.Hop[](2);
        hops[0] = hopOf(0, address(lying), liar, other);
        hops[1] = hopOf(1, address(pool), other, liar);
        IArbitrageExecutor.ExecutionPlan memory plan = planOf(hops, 1e18, 0);
        plan.startToken = address(liar);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(liar)));
        executor.execute(plan);
    }

    // callbacks ----------------------------------------------------------------------------------------------------

    function test_forged_callbacks_are_refused(address forger, int256 delta, uint256 amount, bytes calldata data) public {
        // Only a simulated call can come from the zero address.
        vm.assume(forger != address(0));
        base.mint(address(executor), 1e18);
        address[] memory tokens = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (tokens[0], amounts[0]) = (address(base), amount);
        bytes memory refusal = abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, forger);
        vm.startPrank(forger);
        vm.expectRevert(refusal);
        executor.uniswapV3SwapCallback(delta, -1, data);
        vm.expectRevert(refusal);
        executor.pancakeV3SwapCallback(delta, -1, data);
        vm.expectRevert(refusal);
        executor.algebraSwapCallback(-1, delta, data);
        vm.expectRevert(refusal);
        executor.unlockCallback(data);
        vm.expectRevert(refusal);
        executor.balancerV3Callback(data);
        vm.expectRevert(refusal);
        executor.executeOperation(address(base), amount, 0, address(executor), data);
        vm.expectRevert(refusal);
        executor.onMorphoFlashLoan(amount, data);
        vm.expectRevert(refusal);
        executor.receiveFlashLoan(tokens, amounts, amounts, data);
        vm.stopPrank();
        checkEqual(base.balanceOf(address(executor)), 1e18, "nothing was taken");
    }

    function test_a_loan_that_a_stranger_takes_in_our_name_is_refused() public {
        address[] memory tokens = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (tokens[0], amounts[0]) = (address(base), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, address(vault)));
        vault.flashLoan(address(executor), tokens, amounts, abi.encode(planOf(pairThenPool(), 1e18, 0)));
    }

    function test_a_pool_is_answered_once() public {
        TestPool greedy = fundedPool(new GreedyPool(other, base, 1_050_000));
        other.mint(address(executor), 1000e18);
        refused(
            pairThen(address(greedy)), abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, address(greedy))
        );
    }

    function test_only_the_pool_that_is_being_called_is_answered() public {
        ProxyingPool proxying = new ProxyingPool(other, base, 1_050_000);
        fundedPool(proxying);
        refused(
            pairThen(address(proxying)), abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, proxying.other())
        );
    }

    function test_a_pool_that_never_asks_is_refused() public {
        address silent = address(new SilentPool());
        refused(pairThen(silent), abi.encodeWithSelector(IArbitrageExecutor.UnpaidSwap.selector, silent));
    }

    function test_a_lender_is_answered_once_and_with_the_loan_that_was_asked_for() public {
        vault.behave(Lending.NoLoan);
        refused(pairThenPool(), abi.encodeWithSelector(IArbitrageExecutor.LoanMissing.selector, address(vault)));
        vault.behave(Lending.OtherAmount);
        refused(pairThenPool(), abi.encodeWithSelector(IArbitrageExecutor.UnexpectedLoan.selector, address(base), 1e18 - 1));
        vault.behave(Lending.Twice);
        refused(pairThenPool(), abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, address(vault)));
    }

    function test_an_operator_cannot_execute_inside_an_execution() public {
        ReentrantToken reentrant = new ReentrantToken();
        TestPair odd = new TestPair(base, reentrant, FEE);
        base.mint(address(odd), 1e24);
        reentrant.mint(address(odd), 1e24);
        odd.sync();
        vm.prank(OWNER);
        executor.setOperator(address(reentrant), true);
        reentrant.arm(executor, planOf(pairThenPool(), 1e18, 0));
        IArbitrageExecutor.Hop[] memory hops = new IArbitrageExecutor.Hop[](2);
        hops[0] = hopOf(0, address(odd), base, reentrant);
        hops[1] = hopOf(0, address(odd), reentrant, base);
        refused(hops, abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    function test_unknown_functions_are_refused_by_name() public {
        bytes4 foreign = bytes4(keccak256("solidlyV3SwapCallback(int256,int256,bytes)"));
        (bool ok, bytes memory reason) = address(executor).call(abi.encodeWithSelector(foreign, int256(1), int256(-1), bytes("")));
        check(!ok, "refused");
        check(
            keccak256(reason) == keccak256(abi.encodeWithSelector(IArbitrageExecutor.UnknownFunction.selector, foreign)), "by name"
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function fundedPool(TestPool created) private returns (TestPool) {
        base.mint(address(created), 1e30);
        other.mint(address(created), 1e30);
        third.mint(address(created), 1e30);
        return created;
    }

    function pairThenPool() private view returns (IArbitrageExecutor.Hop[] memory) {
        return pairThen(address(pool));
    }

    function pairThen(address second) private view returns (IArbitrageExecutor.Hop[] memory hops) {
        hops = new IArbitrageExecutor.Hop[](2);
        hops[0] = hopOf(0, address(pair), base, other);
        hops[1] = hopOf(1, second, other, base);
    }

    function hopOf(uint8 kind, address market, TestToken tokenIn, TestToken tokenOut)
        private
        pure
        returns (IArbitrageExecutor.Hop memory)
    {
        return IArbitrageExecutor.Hop(kind, market, address(tokenIn), address(tokenOut), 0, 0, bytes32(uint256(FEE)));
    }

    function planOf(IArbitrageExecutor.Hop[] memory hops, uint256 amountIn, uint256 minProfit)
        private
        view
        returns (IArbitrageExecutor.ExecutionPlan memory)
    {
        return IArbitrageExecutor.ExecutionPlan(
            bytes32("plan"), address(vault), address(base), amountIn, minProfit, type(uint64).max, hops
        );
    }

    function refused(IArbitrageExecutor.Hop[] memory hops, bytes memory reason) private {
        vm.prank(OPERATOR);
        vm.expectRevert(reason);
        executor.execute(planOf(hops, 1e18, 0));
    }

    function pairOutput(uint256 amountIn) private view returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        (uint256 reserveIn, uint256 reserveOut) = address(base) < address(other) ? (reserve0, reserve1) : (reserve1, reserve0);
        return amountIn * 997 * reserveOut / (reserveIn * 1000 + amountIn * 997);
    }

    function poolOutput(uint256 amountIn) private view returns (uint256) {
        return address(other) < address(base) ? amountIn * 1_050_000 / 1e6 : amountIn * 1e6 / (uint256(1e12) / 1_050_000);
    }

    function checkNothingStays() private view {
        TestToken[3] memory tokens = [base, other, third];
        address[3] memory spenders = [address(vault), address(pair), address(pool)];
        for (uint256 i = 0; i < 3; ++i) {
            checkEqual(tokens[i].balanceOf(address(executor)), 0, "a token was left behind");
            for (uint256 j = 0; j < 3; ++j) {
                checkEqual(tokens[i].allowance(address(executor), spenders[j]), 0, "an allowance was left behind");
            }
        }
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrageExecutor} from "../src/interfaces/IArbitrageExecutor.sol";
import {IConcentratedPoolCaller} from "../src/interfaces/IPools.sol";
import {Arbitrage} from "./Arbitrage.sol";
import {
    FixedRate,
    LyingPool,
    Misdeed,
    NamedPool,
    TestCurve,
    TestManager,
    TestSolidlyPair,
    TestSwapVault,
    TestVaultV3
} from "./FamilyPools.sol";
import {Habit, ReentrantToken, TestPair, TestPool, TestToken} from "./Market.sol";

/// @dev Each kind of hop against pools of our own, honest and not.
contract ProtocolsTest is Arbitrage {
    uint8 private constant UNISWAP_V2 = 0;
    uint8 private constant SOLIDLY = 2;
    uint8 private constant UNISWAP_V4 = 3;
    uint8 private constant BALANCER_V2 = 4;
    uint8 private constant BALANCER_V3 = 5;
    uint8 private constant CURVE = 6;

    bytes32 private constant COINS_0_1 = bytes32(uint256(1 << 8));
    bytes32 private constant UNSIGNED = bytes32(uint256(1 << 16));
    bytes32 private constant CURVE_NATIVE_IN = bytes32(uint256(1 << 17));
    bytes32 private constant CURVE_NATIVE_OUT = bytes32(uint256(1 << 18));
    bytes32 private constant V4_NATIVE_IN = bytes32(uint256(1 << 40));
    bytes32 private constant V4_NATIVE_OUT = bytes32(uint256(1 << 41));

    TestManager private manager;
    TestSwapVault private vaultV2;
    TestVaultV3 private vaultV3;
    TestCurve private curve;

    function setUp() public override {
        super.setUp();
        manager = new TestManager();
        vaultV2 = new TestSwapVault();
        vaultV3 = new TestVaultV3();
        curve = new TestCurve(address(base), address(other));
        fund(address(manager));
        fund(address(vaultV2));
        fund(address(vaultV3));
        fund(address(curve));
    }

    // what each kind does ------------------------------------------------------------------------------------------

    function test_pools_of_each_callback_name_are_paid_what_they_were_offered() public {
        bytes4[3] memory names = [
            IConcentratedPoolCaller.uniswapV3SwapCallback.selector,
            IConcentratedPoolCaller.pancakeV3SwapCallback.selector,
            IConcentratedPoolCaller.algebraSwapCallback.selector
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            earns(cycle(CONCENTRATED, address(named(names[i])), 0), grossProfit());
        }
    }

    function test_a_uniswap_v4_swap_names_its_pool_and_settles() public {
        address hooks = address(0xbeef);
        bytes32 data = v4Data({hooks: hooks, fee: 0x800000, spacing: -60});
        earns(cycle(UNISWAP_V4, address(manager), data), grossProfit());
        (address currency0, address currency1, uint24 fee, int24 spacing, address named_) = manager.lastKey();
        checkEqual(currency0, address(base) < address(other) ? address(base) : address(other), "currency 0");
        checkEqual(currency1, address(base) < address(other) ? address(other) : address(base), "currency 1");
        check(fee == 0x800000 && spacing == -60 && named_ == hooks, "fee, spacing and hooks");
    }

    function test_uniswap_v4_takes_and_pays_the_native_coin() public {
        earns(cycle(UNISWAP_V4, address(manager), v4Data(address(0), 500, 10) | V4_NATIVE_IN), grossProfit());
        (address currency0, address currency1,,,) = manager.lastKey();
        check(currency0 == address(0) && currency1 == address(other), "the native coin sorts first");
        manager.setRate(1_200_000);
        earns(inverse(UNISWAP_V4, address(manager), v4Data(address(0), 500, 10) | V4_NATIVE_OUT), inverseProfit());
    }

    function test_a_balancer_v2_swap_names_its_pool_and_uses_its_allowance_up() public {
        earns(cycle(BALANCER_V2, address(vaultV2), bytes32("pool id")), grossProfit());
        check(vaultV2.lastPoolId() == bytes32("pool id"), "pool id");
    }

    function test_a_balancer_v3_swap_settles_with_the_vault() public {
        earns(cycle(BALANCER_V3, address(0xf001), bytes32(uint256(uint160(address(vaultV3))))), grossProfit());
        checkEqual(vaultV3.lastPool(), address(0xf001), "pool");
    }

    function test_curve_pools_are_called_by_the_kind_of_their_indices() public {
        earns(cycle(CURVE, address(curve), COINS_0_1 | UNSIGNED), grossProfit());
        check(!curve.usedSigned(), "by uint256");
        earns(cycle(CURVE, address(curve), COINS_0_1), grossProfit());
        check(curve.usedSigned(), "by int128");
    }

    function test_curve_pools_take_and_pay_the_native_coin() public {
        TestCurve native = new TestCurve(address(0), address(other));
        fund(address(native));
        earns(cycle(CURVE, address(native), COINS_0_1 | CURVE_NATIVE_IN), grossProfit());
        native.setRate(1_200_000);
        earns(inverse(CURVE, address(native), bytes32(uint256(1)) | CURVE_NATIVE_OUT), inverseProfit());
    }

    function test_a_solidly_pair_is_asked_for_its_quote(uint256 amountIn) public {
        TestSolidlyPair pair = solidly();
        IArbitrageExecutor.ExecutionPlan memory plan = cycle(SOLIDLY, address(pair), 0);
        plan.amountIn = bound(amountIn, 1e9, 1e22);
        earns(plan, backOutput(pair.letOut(plan.amountIn, address(base))) - plan.amountIn);
    }

    function test_a_solidly_quote_just_above_the_plan_gives_way_to_the_plan() public {
        TestSolidlyPair pair = solidly();
        pair.overquote(3);
        uint256 out = pair.letOut(1e18, address(base));
        IArbitrageExecutor.ExecutionPlan memory plan = cycle(SOLIDLY, address(pair), bytes32(uint256(3)));
        (plan.hops[0].amountIn, plan.hops[0].amountOut) = (1e18, out);
        earns(plan, backOutput(out) - 1e18);
        // Further above than the tolerance: the state is another one, and the pair's quote counts.
        plan.hops[0].data = bytes32(uint256(2));
        refused(plan, abi.encodeWithSelector(TestPair.K.selector));
        // Of another input than the planned one, the plan says nothing.
        (plan.hops[0].data, plan.hops[0].amountIn) = (bytes32(uint256(3)), 1e18 + 1);
        refused(plan, abi.encodeWithSelector(TestPair.K.selector));
    }

    function test_a_hop_gets_what_the_hop_before_really_paid() public {
        // A hundredth of what the first pool pays never arrives.
        TestToken taxed = new TestToken(Habit.TakesFee);
        TestPool first = new TestPool(base, taxed, 1e6);
        TestCurve second = new TestCurve(address(taxed), address(base));
        second.setRate(1_100_000);
        taxed.mint(address(first), 1e30);
        fund(address(second));
        IArbitrageExecutor.ExecutionPlan memory plan = planOf(
            hop(CONCENTRATED, address(first), address(base), address(taxed), 0),
            hop(CURVE, address(second), address(taxed), address(base), COINS_0_1)
        );
        earns(plan, 0.99e18 * 11 / 10 - 1e18);
    }

    // who misbehaves -----------------------------------------------------------------------------------------------

    function test_callbacks_are_taken_once_by_name_with_their_data_and_from_nobody_else() public {
        NamedPool pool = named(IConcentratedPoolCaller.algebraSwapCallback.selector);
        (uint8[3] memory kinds, address[3] memory callers) =
            ([CONCENTRATED, UNISWAP_V4, BALANCER_V3], [address(pool), address(manager), address(vaultV3)]);
        for (uint256 i = 0; i < kinds.length; ++i) {
            bool isV3 = kinds[i] == BALANCER_V3;
            address named_ = isV3 ? address(0xf001) : callers[i];
            IArbitrageExecutor.ExecutionPlan memory plan =
                cycle(kinds[i], named_, isV3 ? bytes32(uint256(uint160(callers[i]))) : bytes32(0));
            // What a second payment could take.
            base.mint(address(executor), 1e18);
            FixedRate market = FixedRate(callers[i]);
            market.behave(Misdeed.AsksTwice);
            refused(plan, notAwaited(callers[i]));
            market.behave(Misdeed.AsksWithOtherData);
            refused(plan, notAwaited(callers[i]));
            market.behave(Misdeed.AsksByAnotherName);
            refused(plan, notAwaited(callers[i]));
            market.behave(Misdeed.AsksThroughAnother);
            refused(plan, notAwaited(NamedPool(callers[i]).other()));
            market.behave(Misdeed.AsksNever);
            refused(
                plan,
                kinds[i] == CONCENTRATED
                    ? abi.encodeWithSelector(TestPool.IIA.selector)
                    : abi.encodeWithSelector(IArbitrageExecutor.UnpaidSwap.selector, named_)
            );
            market.behave(Misdeed.None);
            vm.prank(OWNER);
            executor.rescue(address(base), OWNER, 1e18);
            earns(plan, grossProfit());
        }
    }

    function test_an_input_that_is_not_used_whole_reverts_for_each_kind() public {
        (IArbitrageExecutor.ExecutionPlan[5] memory plans, address[5] memory markets) = oneOfEach();
        for (uint256 i = 0; i < plans.length; ++i) {
            FixedRate(markets[i]).behave(Misdeed.TakesLess);
            refused(
                plans[i],
                abi.encodeWithSelector(IArbitrageExecutor.PartialSwap.selector, plans[i].hops[0].pool, 1e18 - 1, uint256(1e18))
            );
        }
    }

    function test_a_pool_that_pays_nothing_gets_nothing_out_of_what_lies_here() public {
        other.mint(address(executor), 5e18);
        (IArbitrageExecutor.ExecutionPlan[5] memory plans, address[5] memory markets) = oneOfEach();
        for (uint256 i = 1; i < plans.length; ++i) {
            FixedRate(markets[i]).behave(Misdeed.PaysNothing);
            refused(plans[i], abi.encodeWithSelector(IArbitrageExecutor.NoOutput.selector, plans[i].hops[0].pool, uint256(1e18)));
        }
        LyingPool lying = new LyingPool(base, other);
        refused(
            cycle(CONCENTRATED, address(lying), 0),
            abi.encodeWithSelector(IArbitrageExecutor.NoOutput.selector, address(lying), uint256(1e18))
        );
        checkEqual(other.balanceOf(address(executor)), 5e18, "what lay here");
    }

    function test_a_token_that_executes_when_it_is_pulled_is_refused() public {
        ReentrantToken reentrant = new ReentrantToken();
        TestCurve first = new TestCurve(address(base), address(reentrant));
        reentrant.mint(address(first), 1e30);
        vm.prank(OWNER);
        executor.setOperator(address(reentrant), true);
        reentrant.arm(executor, cycle(CURVE, address(curve), COINS_0_1));
        refused(
            planOf(
                hop(CURVE, address(first), address(base), address(reentrant), COINS_0_1),
                hop(CONCENTRATED, address(back), address(reentrant), address(base), 0)
            ),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }

    // the native coin ----------------------------------------------------------------------------------------------

    function test_native_coin_is_taken_from_nobody_who_is_not_awaited(address payer, uint96 amount) public {
        vm.assume(payer != address(0) && payer.code.length == 0);
        vm.deal(payer, amount);
        vm.prank(payer);
        (bool ok, bytes memory reason) = address(executor).call{value: amount}("");
        check(!ok, "refused");
        check(
            keccak256(reason)
                == keccak256(abi.encodeWithSelector(IArbitrageExecutor.UnexpectedPayment.selector, payer, uint256(amount))),
            "by name"
        );
    }

    function test_native_coin_that_was_forced_here_is_not_spent_and_can_be_rescued() public {
        vm.deal(address(executor), 3e18);
        IArbitrageExecutor.ExecutionPlan memory plan =
            cycle(UNISWAP_V4, address(manager), v4Data(address(0), 500, 10) | V4_NATIVE_IN);
        vm.prank(OPERATOR);
        executor.execute(plan);
        manager.setRate(1_200_000);
        plan = inverse(UNISWAP_V4, address(manager), v4Data(address(0), 500, 10) | V4_NATIVE_OUT);
        vm.prank(OPERATOR);
        executor.execute(plan);
        checkEqual(address(executor).balance, 3e18, "untouched");
        vm.prank(OWNER);
        executor.rescue(address(0), OWNER, 3e18);
        checkEqual(OWNER.balance, 3e18, "rescued");
    }

    // ---------------------------------------------------------------------------------------------------------------

    /// @dev From `base` to `other` in the pool that is dear there, and back by the hop of the test.
    function inverse(uint8 kind, address market, bytes32 data) private view returns (IArbitrageExecutor.ExecutionPlan memory) {
        return planOf(
            hop(CONCENTRATED, address(back), address(base), address(other), 0), hop(kind, market, address(other), address(base), data)
        );
    }

    function inverseProfit() private view returns (uint256) {
        uint256 middle = address(base) < address(other) ? 1e18 * (uint256(1e12) / 1_050_000) / 1e6 : uint256(1e18) * 1e6 / 1_050_000;
        return middle * 1_200_000 / 1e6 - 1e18;
    }

    function oneOfEach()
        private
        returns (IArbitrageExecutor.ExecutionPlan[5] memory plans, address[5] memory markets)
    {
        NamedPool pool = named(IConcentratedPoolCaller.pancakeV3SwapCallback.selector);
        markets = [address(pool), address(manager), address(vaultV2), address(vaultV3), address(curve)];
        plans[0] = cycle(CONCENTRATED, address(pool), 0);
        plans[1] = cycle(UNISWAP_V4, address(manager), v4Data(address(0), 500, 10));
        plans[2] = cycle(BALANCER_V2, address(vaultV2), bytes32("pool id"));
        plans[3] = cycle(BALANCER_V3, address(0xf001), bytes32(uint256(uint160(address(vaultV3)))));
        plans[4] = cycle(CURVE, address(curve), COINS_0_1);
    }

    function named(bytes4 callback) private returns (NamedPool pool) {
        pool = new NamedPool(base, other, callback);
        fund(address(pool));
    }

    function solidly() private returns (TestSolidlyPair pair) {
        pair = new TestSolidlyPair(base, other, 500);
        base.mint(address(pair), 1e24);
        other.mint(address(pair), 1e24);
        pair.sync();
    }

    function v4Data(address hooks, uint24 fee, int24 spacing) private pure returns (bytes32) {
        return bytes32(uint256(uint160(hooks)) << 96 | uint256(fee) << 72 | uint256(uint24(spacing)) << 48);
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ArbitrageExecutor} from "../src/ArbitrageExecutor.sol";
import {IArbitrageExecutor} from "../src/interfaces/IArbitrageExecutor.sol";
import {Checks} from "./Checks.sol";
import {TestWrapped} from "./FamilyPools.sol";
import {Habit, TestPool, TestToken, TestVault} from "./Market.sol";

/// @dev An executor with one lender, and a pool in which `other` is worth 1.05 of `base`: a cycle is any swap from `base` to `other`, and back here.
abstract contract Arbitrage is Checks {
    address internal constant OWNER = address(0xA11CE);
    address internal constant OPERATOR = address(0xB0B);
    address internal constant TREASURY = address(0x7EA5);
    uint8 internal constant CONCENTRATED = 1;

    TestVault internal vault;
    TestWrapped internal base;
    TestToken internal other;
    TestPool internal back;
    ArbitrageExecutor internal executor;

    function setUp() public virtual {
        vault = new TestVault();
        base = new TestWrapped();
        other = new TestToken(Habit.ReturnsNothing);
        executor = new ArbitrageExecutor(OWNER, address(vault), TREASURY);
        vm.prank(OWNER);
        executor.setOperator(OPERATOR, true);
        vm.deal(address(base), 1e30);
        back = new TestPool(other, base, 1_050_000);
        fund(address(vault));
        fund(address(back));
    }

    function fund(address market) internal {
        base.mint(market, 1e30);
        other.mint(market, 1e30);
        vm.deal(market, 1e30);
    }

    function hop(uint8 kind, address market, address tokenIn, address tokenOut, bytes32 data)
        internal
        pure
        returns (IArbitrageExecutor.Hop memory)
    {
        return IArbitrageExecutor.Hop(kind, market, tokenIn, tokenOut, 0, 0, data);
    }

    /// @dev From `base` to `other` by the hop of the test, and back at a profit of 5 %.
    function cycle(uint8 kind, address market, bytes32 data) internal view returns (IArbitrageExecutor.ExecutionPlan memory) {
        return planOf(
            hop(kind, market, address(base), address(other), data), hop(CONCENTRATED, address(back), address(other), address(base), 0)
        );
    }

    function planOf(IArbitrageExecutor.Hop memory first, IArbitrageExecutor.Hop memory second)
        internal
        view
        returns (IArbitrageExecutor.ExecutionPlan memory)
    {
        IArbitrageExecutor.Hop[] memory hops = new IArbitrageExecutor.Hop[](2);
        (hops[0], hops[1]) = (first, second);
        return IArbitrageExecutor.ExecutionPlan(
            bytes32("plan"), address(vault), address(base), 1e18, 0, type(uint64).max, hops
        );
    }

    function earns(IArbitrageExecutor.ExecutionPlan memory plan, uint256 expected) internal {
        uint256 before = base.balanceOf(TREASURY);
        vm.prank(OPERATOR);
        checkEqual(executor.execute(plan), expected, "profit");
        checkEqual(base.balanceOf(TREASURY) - before, expected, "treasury");
        checkNothingStays(plan);
    }

    /// @dev What `back` pays in `base` for an amount of `other`.
    function backOutput(uint256 amount) internal view returns (uint256) {
        return address(other) < address(base) ? amount * 1_050_000 / 1e6 : amount * 1e6 / (uint256(1e12) / 1_050_000);
    }

    /// @dev Of a cycle of 1e18 whose first pool pays one for one.
    function grossProfit() internal view returns (uint256) {
        return backOutput(1e18) - 1e18;
    }

    function refused(IArbitrageExecutor.ExecutionPlan memory plan, bytes memory reason) internal {
        vm.prank(OPERATOR);
        vm.expectRevert(reason);
        executor.execute(plan);
    }

    function notAwaited(address caller) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, caller);
    }

    function checkNothingStays(IArbitrageExecutor.ExecutionPlan memory plan) internal view {
        checkEqual(address(executor).balance, 0, "native coin was left behind");
        for (uint256 i = 0; i < plan.hops.length; ++i) {
            TestToken token = TestToken(plan.hops[i].tokenIn);
            checkEqual(token.balanceOf(address(executor)), 0, "a token was left behind");
            checkEqual(token.allowance(address(executor), plan.lender), 0, "the lender keeps an allowance");
            for (uint256 j = 0; j < plan.hops.length; ++j) {
                address spender = plan.hops[j].pool;
                checkEqual(token.allowance(address(executor), spender), 0, "a pool keeps an allowance");
                spender = address(uint160(uint256(plan.hops[j].data)));
                checkEqual(token.allowance(address(executor), spender), 0, "a vault keeps an allowance");
            }
        }
    }
}

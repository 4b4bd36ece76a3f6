// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrageExecutor} from "./interfaces/IArbitrageExecutor.sol";
import {IFlashBorrower, IFlashLender} from "./interfaces/IFlashLoan.sol";
import {IConcentratedPool, IConcentratedPoolCaller, IConstantProductPair} from "./interfaces/IPools.sol";

/// @title See {IArbitrageExecutor}
/// @dev Whose call is awaited is kept in transient storage and taken away by the first call, so that a lender or pool is answered once and
/// everybody else never. No callback trusts its own data: what is owed is what was noted before the pool was called.
contract ArbitrageExecutor is IArbitrageExecutor, IFlashBorrower, IConcentratedPoolCaller, Ownable2Step, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint8 private constant CONSTANT_PRODUCT = 0;
    uint8 private constant CONCENTRATED = 1;
    uint256 private constant PIPS = 1_000_000;

    // A V3 pool accepts prices strictly between these two: TickMath.MIN_SQRT_RATIO and MAX_SQRT_RATIO.
    uint160 private constant LOWEST_PRICE_LIMIT = 4_295_128_739 + 1;
    uint160 private constant HIGHEST_PRICE_LIMIT = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342 - 1;

    address public immutable balancerVault;
    address public treasury;
    mapping(address account => bool) public isOperator;

    address private transient awaitedLender;
    address private transient awaitedPool;
    address private transient owedToken;
    uint256 private transient owedAmount;
    uint256 private transient paidFee;
    uint256 private transient earnedGross;

    constructor(address owner, address vault, address profitRecipient) Ownable(owner) {
        if (vault == address(0) || profitRecipient == address(0)) revert ZeroAddress();
        balancerVault = vault;
        treasury = profitRecipient;
        emit TreasurySet(profitRecipient);
    }

    /// @dev Whatever else calls, by another pool's callback name for instance, gets an error that says so.
    fallback() external {
        revert UnknownFunction(msg.sig);
    }

    function execute(ExecutionPlan calldata plan) external nonReentrant returns (uint256 profit) {
        if (!isOperator[msg.sender]) revert NotOperator(msg.sender);
        if (block.number > plan.deadlineBlock) revert PastDeadline(plan.deadlineBlock, block.number);
        requireCycle(plan);

        address[] memory tokens = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        tokens[0] = plan.startToken;
        amounts[0] = plan.amountIn;
        awaitedLender = balancerVault;
        IFlashLender(balancerVault).flashLoan(address(this), tokens, amounts, abi.encode(plan));
        if (awaitedLender != address(0)) revert LoanMissing(balancerVault);

        profit = earnedGross - paidFee;
        IERC20(plan.startToken).safeTransfer(treasury, profit);
        emit Executed(plan.planId, plan.startToken, plan.amountIn, earnedGross, paidFee, profit);
    }

    /// @dev `userData` is the plan as `execute` encoded it: the lender passes it through, and only a loan that `execute` asked for gets here.
    function receiveFlashLoan(
        address[] calldata tokens,
        uint256[] calldata amounts,
        uint256[] calldata feeAmounts,
        bytes calldata userData
    ) external {
        if (msg.sender != awaitedLender) revert UnexpectedCallback(msg.sender);
        awaitedLender = address(0);

        ExecutionPlan memory plan = abi.decode(userData, (ExecutionPlan));
        if (tokens.length != 1 || tokens[0] != plan.startToken || amounts[0] != plan.amountIn) {
            revert UnexpectedLoan(tokens.length == 0 ? address(0) : tokens[0], amounts.length == 0 ? 0 : amounts[0]);
        }

        uint256 amount = plan.amountIn;
        for (uint256 i = 0; i < plan.hops.length; ++i) {
            amount = swap(plan.hops[i], i, amount);
        }

        uint256 owed = plan.amountIn + feeAmounts[0];
        if (amount < owed || amount - owed < plan.minProfit) {
            revert ProfitBelowMinimum(int256(amount) - int256(owed), plan.minProfit);
        }
        earnedGross = amount - plan.amountIn;
        paidFee = feeAmounts[0];
        IERC20(plan.startToken).safeTransfer(msg.sender, owed);
    }

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        if (msg.sender != awaitedPool) revert UnexpectedCallback(msg.sender);
        awaitedPool = address(0);

        int256 asked = amount0Delta > 0 ? amount0Delta : amount1Delta;
        // Less than offered would leave the rest of the input behind, more was never offered.
        if (asked != int256(owedAmount)) revert PartialSwap(msg.sender, asked > 0 ? uint256(asked) : 0, owedAmount);
        IERC20(owedToken).safeTransfer(msg.sender, owedAmount);
    }

    function setOperator(address operator, bool allowed) external onlyOwner {
        if (operator == address(0)) revert ZeroAddress();
        isOperator[operator] = allowed;
        emit OperatorSet(operator, allowed);
    }

    function setTreasury(address profitRecipient) external onlyOwner {
        if (profitRecipient == address(0)) revert ZeroAddress();
        treasury = profitRecipient;
        emit TreasurySet(profitRecipient);
    }

    function rescue(address token, address to, uint256 amount) external onlyOwner nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        IERC20(token).safeTransfer(to, amount);
        emit Rescued(token, to, amount);
    }

    /// @dev A route with a gap would leave the tokens before the gap behind.
    function requireCycle(ExecutionPlan calldata plan) private pure {
        address token = plan.startToken;
        uint256 count = plan.hops.length;
        for (uint256 i = 0; i < count; ++i) {
            if (plan.hops[i].tokenIn != token) revert BrokenRoute(i);
            token = plan.hops[i].tokenOut;
        }
        if (count == 0 || token != plan.startToken) revert BrokenRoute(count);
    }

    function swap(Hop memory hop, uint256 index, uint256 amountIn) private returns (uint256 amountOut) {
        if (hop.kind == CONSTANT_PRODUCT) return swapConstantProduct(hop, amountIn);
        if (hop.kind == CONCENTRATED) return swapConcentrated(hop, amountIn);
        revert UnknownKind(index, hop.kind);
    }

    /// @dev The most that the pair's own check of reserves lets out (UniswapV2Pair.swap, `K`): one unit more reverts, one less is given away.
    /// Reserves are 112 bits and an input that a pair accepts is no more, so nothing here overflows for a pair that would not revert itself.
    function swapConstantProduct(Hop memory hop, uint256 amountIn) private returns (uint256 amountOut) {
        if (hop.feePips >= PIPS) revert InvalidFee(hop.pool, hop.feePips);
        bool zeroForOne = hop.tokenIn < hop.tokenOut;
        (uint256 reserveIn, uint256 reserveOut,) = IConstantProductPair(hop.pool).getReserves();
        if (!zeroForOne) (reserveIn, reserveOut) = (reserveOut, reserveIn);

        uint256 charged = amountIn * (PIPS - hop.feePips);
        amountOut = charged * reserveOut / (reserveIn * PIPS + charged);
        if (amountOut == 0) revert NoOutput(hop.pool, amountIn);

        IERC20(hop.tokenIn).safeTransfer(hop.pool, amountIn);
        (uint256 amount0Out, uint256 amount1Out) = zeroForOne ? (uint256(0), amountOut) : (amountOut, uint256(0));
        IConstantProductPair(hop.pool).swap(amount0Out, amount1Out, address(this), "");
    }

    function swapConcentrated(Hop memory hop, uint256 amountIn) private returns (uint256 amountOut) {
        bool zeroForOne = hop.tokenIn < hop.tokenOut;
        awaitedPool = hop.pool;
        owedToken = hop.tokenIn;
        owedAmount = amountIn;
        (int256 amount0, int256 amount1) = IConcentratedPool(hop.pool).swap(
            address(this), zeroForOne, int256(amountIn), zeroForOne ? LOWEST_PRICE_LIMIT : HIGHEST_PRICE_LIMIT, ""
        );
        if (awaitedPool != address(0)) revert UnpaidSwap(hop.pool);
        int256 paid = zeroForOne ? amount1 : amount0;
        if (paid >= 0) revert NoOutput(hop.pool, amountIn);
        amountOut = uint256(-paid);
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrageExecutor} from "./interfaces/IArbitrageExecutor.sol";
import {AaveV3Loan} from "./lenders/AaveV3Loan.sol";
import {BalancerV2Loan} from "./lenders/BalancerV2Loan.sol";
import {MorphoBlueLoan} from "./lenders/MorphoBlueLoan.sol";
import {BalancerV2Hop} from "./protocols/BalancerV2Hop.sol";
import {BalancerV3Hop} from "./protocols/BalancerV3Hop.sol";
import {ConcentratedHop} from "./protocols/ConcentratedHop.sol";
import {CurveHop} from "./protocols/CurveHop.sol";
import {SolidlyHop} from "./protocols/SolidlyHop.sol";
import {UniswapV2Hop} from "./protocols/UniswapV2Hop.sol";
import {UniswapV4Hop} from "./protocols/UniswapV4Hop.sol";

/// @title See {IArbitrageExecutor}
/// @dev Lenders are the owner's choice; pools, tokens and hooks are strangers. Four rules hold against them: callbacks are taken from the awaited
/// contract alone, once, with the data that was encoded before it was called (see {Expectation}); a pool gets at most what the hop before it paid,
/// as a transfer or as an allowance that must be used up; what a hop has paid is what the balance says, never what the pool says; and a
/// cycle that ends below its minimum reverts whole.
contract ArbitrageExecutor is
    IArbitrageExecutor,
    Ownable2Step,
    ReentrancyGuardTransient,
    BalancerV2Loan,
    AaveV3Loan,
    MorphoBlueLoan,
    UniswapV2Hop,
    ConcentratedHop,
    SolidlyHop,
    UniswapV4Hop,
    BalancerV2Hop,
    BalancerV3Hop,
    CurveHop
{
    using SafeERC20 for IERC20;

    uint8 private constant UNISWAP_V2 = 0;
    uint8 private constant CONCENTRATED = 1;
    uint8 private constant SOLIDLY = 2;
    uint8 private constant UNISWAP_V4 = 3;
    uint8 private constant BALANCER_V2 = 4;
    uint8 private constant BALANCER_V3 = 5;
    uint8 private constant CURVE = 6;

    uint8 private constant NO_LENDER = 0;
    uint8 private constant BALANCER_V2_LENDER = 1;
    uint8 private constant AAVE_V3_LENDER = 2;
    uint8 private constant MORPHO_BLUE_LENDER = 3;

    address public treasury;
    mapping(address account => bool) public isOperator;
    mapping(address lender => uint8) public lenderKind;

    uint256 private transient paidFee;
    uint256 private transient earnedGross;

    /// @param balancerVault The first lender; the zero address on a chain without a Balancer V2 vault.
    constructor(address owner, address balancerVault, address profitRecipient) Ownable(owner) {
        if (profitRecipient == address(0)) revert ZeroAddress();
        treasury = profitRecipient;
        emit TreasurySet(profitRecipient);
        if (balancerVault != address(0)) {
            lenderKind[balancerVault] = BALANCER_V2_LENDER;
            emit LenderSet(balancerVault, BALANCER_V2_LENDER);
        }
    }

    /// @dev Whatever else calls, by another pool's callback name for instance, gets an error that says so.
    fallback() external {
        revert UnknownFunction(msg.sig);
    }

    function execute(ExecutionPlan calldata plan) external nonReentrant returns (uint256 profit) {
        if (!isOperator[msg.sender]) revert NotOperator(msg.sender);
        if (block.number > plan.deadlineBlock) revert PastDeadline(plan.deadlineBlock, block.number);
        requireCycle(plan);
        borrow(plan);
        if (isAwaiting()) revert LoanMissing(plan.lender);

        profit = earnedGross - paidFee;
        IERC20(plan.startToken).safeTransfer(treasury, profit);
        emit Executed(plan.planId, plan.startToken, plan.amountIn, earnedGross, paidFee, profit);
    }

    function setOperator(address operator, bool allowed) external onlyOwner {
        if (operator == address(0)) revert ZeroAddress();
        isOperator[operator] = allowed;
        emit OperatorSet(operator, allowed);
    }

    function setLender(address lender, uint8 kind) external onlyOwner {
        if (lender == address(0)) revert ZeroAddress();
        if (kind > MORPHO_BLUE_LENDER) revert UnknownLenderKind(kind);
        lenderKind[lender] = kind;
        emit LenderSet(lender, kind);
    }

    function setTreasury(address profitRecipient) external onlyOwner {
        if (profitRecipient == address(0)) revert ZeroAddress();
        treasury = profitRecipient;
        emit TreasurySet(profitRecipient);
    }

    function rescue(address token, address to, uint256 amount) external onlyOwner nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        if (token == address(0)) Address.sendValue(payable(to), amount);
        else IERC20(token).safeTransfer(to, amount);
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

    function borrow(ExecutionPlan calldata plan) private {
        (address lender, address token, uint256 amount) = (plan.lender, plan.startToken, plan.amountIn);
        uint8 kind = lenderKind[lender];
        bytes memory data = abi.encode(plan);
        if (kind == BALANCER_V2_LENDER) borrowFromBalancerV2(lender, token, amount, data);
        else if (kind == AAVE_V3_LENDER) borrowFromAaveV3(lender, token, amount, data);
        else if (kind == MORPHO_BLUE_LENDER) borrowFromMorphoBlue(lender, token, amount, data);
        else revert UnknownLender(lender);
    }

    function runWith(address token, uint256 lent, uint256 fee, bytes calldata data) internal override returns (uint256 owed) {
        ExecutionPlan memory plan = abi.decode(data, (ExecutionPlan));
        if (token != plan.startToken || lent != plan.amountIn) revert UnexpectedLoan(token, lent);

        uint256 amount = lent;
        for (uint256 i = 0; i < plan.hops.length; ++i) {
            amount = swap(plan.hops[i], i, amount);
        }

        owed = lent + fee;
        if (amount < owed || amount - owed < plan.minProfit) {
            revert ProfitBelowMinimum(int256(amount) - int256(owed), plan.minProfit);
        }
        earnedGross = amount - lent;
        paidFee = fee;
    }

    function loanToken(bytes calldata data) internal pure override returns (address) {
        return abi.decode(data, (ExecutionPlan)).startToken;
    }

    /// @return amountOut What has arrived: a pool's own figure, or one that a token's fee has been taken from, decides nothing.
    function swap(Hop memory hop, uint256 index, uint256 amountIn) private returns (uint256 amountOut) {
        uint256 before = IERC20(hop.tokenOut).balanceOf(address(this));
        uint8 kind = hop.kind;
        if (kind == UNISWAP_V2) swapUniswapV2(hop, amountIn);
        else if (kind == CONCENTRATED) swapConcentrated(hop, amountIn);
        else if (kind == SOLIDLY) swapSolidly(hop, amountIn);
        else if (kind == UNISWAP_V4) swapUniswapV4(hop, amountIn);
        else if (kind == BALANCER_V2) swapBalancerV2(hop, amountIn);
        else if (kind == BALANCER_V3) swapBalancerV3(hop, amountIn);
        else if (kind == CURVE) swapCurve(hop, amountIn);
        else revert UnknownKind(index, kind);
        uint256 afterwards = IERC20(hop.tokenOut).balanceOf(address(this));
        if (afterwards <= before) revert NoOutput(hop.pool, amountIn);
        amountOut = afterwards - before;
    }
}

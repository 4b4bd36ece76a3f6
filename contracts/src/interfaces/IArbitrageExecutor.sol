// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Executes one arbitrage cycle in one transaction
/// @notice Borrows the input of a cycle from a lender that the owner allows, swaps it around the cycle, repays, and pays the whole profit to the
/// treasury; or reverts, and nothing has happened. Between transactions it holds no token and has given no allowance.
interface IArbitrageExecutor {
    /// @notice One swap of a cycle.
    /// @param kind 0: Uniswap V2 and its forks. 1: Uniswap V3, Slipstream, PancakeSwap V3, Algebra. 2: Solidly's pairs, Camelot V2. 3: Uniswap V4.
    /// 4: Balancer V2. 5: Balancer V3. 6: Curve.
    /// @param pool The contract that is called: pair, pool, Uniswap V4's PoolManager, Balancer V2's vault. Kind 5: the pool, though the vault is called.
    /// @param tokenIn What the pool receives.
    /// @param tokenOut What the pool pays.
    /// @param amountIn Planned input in base units. Informs readers of the calldata; a hop's real input is what the hop before it really paid.
    /// @param amountOut Planned output in base units. Informs likewise; the plan's `minProfit` is what binds.
    /// @param data What else the kind needs; the files in `protocols/` say how it is packed. 0: the fee in millionths. 1: nothing. 2: units of the
    /// output that the pair's quote may exceed the planned output by. 3: hooks, fee, tickSpacing, flags. 4: the pool's id. 5: the vault. 6: coins
    /// and flags.
    struct Hop {
        uint8 kind;
        address pool;
        address tokenIn;
        address tokenOut;
        uint256 amountIn;
        uint256 amountOut;
        bytes32 data;
    }

    /// @notice Everything a transaction does.
    /// @param planId keccak256 of the workflow ID: ties the receipt to the lifecycle that planned it.
    /// @param lender Whose loan it is; one that the owner allows.
    /// @param startToken The token that is borrowed, and that the cycle starts and ends with.
    /// @param amountIn Amount borrowed, in base units.
    /// @param minProfit Least profit after the lender's fee, in base units of `startToken`.
    /// @param deadlineBlock Last block in which the plan may be executed.
    /// @param hops The cycle, in order.
    struct ExecutionPlan {
        bytes32 planId;
        address lender;
        address startToken;
        uint256 amountIn;
        uint256 minProfit;
        uint64 deadlineBlock;
        Hop[] hops;
    }

    /// @notice A cycle went through.
    /// @param planId The plan's own.
    /// @param token The start token, in which all amounts are.
    /// @param amountIn Amount borrowed.
    /// @param grossProfit Output of the last hop minus `amountIn`.
    /// @param flashLoanFee What the lender charged.
    /// @param profit `grossProfit - flashLoanFee`: what the treasury was paid.
    event Executed(
        bytes32 indexed planId,
        address indexed token,
        uint256 amountIn,
        uint256 grossProfit,
        uint256 flashLoanFee,
        uint256 profit
    );

    /// @notice An account may execute plans from now on, or no longer.
    event OperatorSet(address indexed operator, bool allowed);

    /// @notice A contract may lend from now on, or no longer: kinds as in {setLender}.
    event LenderSet(address indexed lender, uint8 kind);

    /// @notice Profits go to another account from now on.
    event TreasurySet(address indexed treasury);

    /// @notice Tokens that did not belong here, or native coin (token zero), were taken out by the owner.
    event Rescued(address indexed token, address indexed to, uint256 amount);

    /// @notice The caller is no operator.
    error NotOperator(address caller);

    /// @notice The zero address where an account or contract is needed.
    error ZeroAddress();

    /// @notice The block is after the plan's last one.
    error PastDeadline(uint256 deadlineBlock, uint256 blockNumber);

    /// @notice The hops are no cycle from the start token to itself; `index` is the first hop that does not fit, or their number where the
    /// last one does not end in the start token.
    error BrokenRoute(uint256 index);

    /// @notice A hop's kind is none of those known.
    error UnknownKind(uint256 index, uint8 kind);

    /// @notice A fee of 100 % or more.
    error InvalidFee(address pool, uint256 feePips);

    /// @notice A pool would pay nothing for `amountIn`, or nothing of it has arrived.
    error NoOutput(address pool, uint256 amountIn);

    /// @notice A pool or lender took another amount than was offered, e.g. because a pool's liquidity ends before the input does.
    error PartialSwap(address pool, uint256 asked, uint256 offered);

    /// @notice A pool finished a swap without asking for its input.
    error UnpaidSwap(address pool);

    /// @notice The plan names a lender that the owner does not allow.
    error UnknownLender(address lender);

    /// @notice A kind of lender that this contract cannot borrow from.
    error UnknownLenderKind(uint8 kind);

    /// @notice The lender handed out another loan than was asked for.
    error UnexpectedLoan(address token, uint256 amount);

    /// @notice The lender finished without handing out the loan.
    error LoanMissing(address lender);

    /// @notice A call that no execution is waiting for, or from another contract, by another name or with other data than the one that it is waiting
    /// for.
    error UnexpectedCallback(address caller);

    /// @notice Native coin from a contract that no execution is waiting for.
    error UnexpectedPayment(address payer, uint256 amount);

    /// @notice A function that this contract does not have.
    error UnknownFunction(bytes4 selector);

    /// @notice The cycle earned less than the plan allows, after the lender's fee. Negative: it lost.
    error ProfitBelowMinimum(int256 profit, uint256 minProfit);

    /// @notice Executes a plan; operators only.
    /// @return profit What the treasury was paid, in base units of the start token.
    function execute(ExecutionPlan calldata plan) external returns (uint256 profit);

    /// @notice Lets an account execute plans, or no longer; owner only.
    function setOperator(address operator, bool allowed) external;

    /// @notice Lets a contract lend, or no longer; owner only. It is trusted: it calls back in the middle of an execution.
    /// @param kind 0: no longer. 1: a Balancer V2 vault. 2: an Aave V3 pool. 3: Morpho Blue.
    function setLender(address lender, uint8 kind) external;

    /// @notice Sets where profits go; owner only.
    function setTreasury(address profitRecipient) external;

    /// @notice Takes out tokens, or native coin (token zero), that were sent here by mistake; owner only, never during an execution.
    function rescue(address token, address to, uint256 amount) external;

    /// @notice Whether an account may execute plans.
    function isOperator(address account) external view returns (bool);

    /// @notice Where profits go.
    function treasury() external view returns (address);

    /// @notice What kind of lender a contract is, as in {setLender}; 0 where it is none.
    function lenderKind(address lender) external view returns (uint8);
}

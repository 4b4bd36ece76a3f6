import { Interface, keccak256, toUtf8Bytes } from "ethers";
import { ArbError } from "./errors.ts";
import type { ReceiptLog } from "./lifecycle.ts";
import type { RevertCode } from "./outcome.ts";

/** What the executor emits for a cycle that went through; base units of `token`. `profit` is `grossProfit − flashLoanFee`. */
export interface Executed {
	readonly planId: string;
	readonly token: string;
	readonly amountIn: bigint;
	readonly grossProfit: bigint;
	readonly flashLoanFee: bigint;
	readonly profit: bigint;
}

/** Why a call reverted: a code to count by, a sentence to read. */
export interface RevertReason {
	readonly code: RevertCode;
	readonly message: string;
}

const EVENTS = new Interface([
	"event Executed(bytes32 indexed planId, address indexed token, uint256 amountIn, uint256 grossProfit, uint256 flashLoanFee, uint256 profit)",
	"event Transfer(address indexed from, address indexed to, uint256 value)",
]);

const ERRORS = new Interface([
	"error ProfitBelowMinimum(int256 profit, uint256 minProfit)",
	"error PastDeadline(uint256 deadlineBlock, uint256 blockNumber)",
	"error NoOutput(address pool, uint256 amountIn)",
	"error PartialSwap(address pool, uint256 asked, uint256 offered)",
	"error UnpaidSwap(address pool)",
	"error InvalidFee(address pool, uint256 feePips)",
	"error SafeERC20FailedOperation(address token)",
	"error NotOperator(address caller)",
	"error ZeroAddress()",
	"error BrokenRoute(uint256 index)",
	"error UnknownKind(uint256 index, uint8 kind)",
	"error UnknownLender(address lender)",
	"error UnknownLenderKind(uint8 kind)",
	"error UnexpectedPayment(address payer, uint256 amount)",
	"error UnexpectedLoan(address token, uint256 amount)",
	"error LoanMissing(address lender)",
	"error UnexpectedCallback(address caller)",
	"error UnknownFunction(bytes4 selector)",
	"error ReentrancyGuardReentrantCall()",
	"error FailedCall()",
	"error InsufficientBalance(uint256 balance, uint256 needed)",
]);

/** Names of the executor's errors that say the market was not as planned. */
const CODES: Readonly<Record<string, RevertCode>> = {
	ProfitBelowMinimum: "profit_below_minimum",
	PastDeadline: "past_deadline",
	NoOutput: "swap_failed",
	PartialSwap: "swap_failed",
	UnpaidSwap: "swap_failed",
	InvalidFee: "swap_failed",
	SafeERC20FailedOperation: "swap_failed",
};

/** Uniswap V3's reasons are two to three letters: UniswapV3Pool, SwapMath, TransferHelper. */
const V3_REASONS: Readonly<Record<string, string>> = {
	LOK: "the pool is in the middle of another swap",
	AS: "the swap's amount is zero",
	SPL: "the price is already at the limit: no liquidity that way",
	IIA: "the pool did not receive its input",
	TF: "a token refused the transfer",
};

/** Balancer V2's and Aave V3's reasons are numbers: BalancerErrors.sol, Errors.sol. */
const LENDER_REASONS: Readonly<Record<string, string>> = {
	"BAL#400": "Balancer V2: BAL#400, the vault is in the middle of another call",
	"BAL#402": "Balancer V2: BAL#402, the vault is paused",
	"BAL#515": "Balancer V2: BAL#515, the loan was not repaid",
	"BAL#528": "Balancer V2: BAL#528, the vault holds less than the loan",
	"BAL#602": "Balancer V2: BAL#602, the loan's fee was not paid",
	"27": "Aave V3: 27, the reserve is not active",
	"29": "Aave V3: 29, the reserve is paused",
	"91": "Aave V3: 91, the reserve is closed to flash loans",
};

/** The ID by which the executor's event names a lifecycle: keccak256 of the workflow ID's UTF-8. */
export function planIdOf(workflowId: string): string {
	return keccak256(toUtf8Bytes(workflowId));
}

/**
 * Finds the executor's event in a receipt's logs; null where there is none.
 *
 * @throws ArbError `chain` where there are two: one transaction executes one plan.
 */
export function readExecuted(logs: readonly ReceiptLog[], executor: string): Executed | null {
	const topic = EVENTS.getEvent("Executed")?.topicHash;
	const own = logs.filter((log) => log.address.toLowerCase() === executor.toLowerCase() && log.topics[0] === topic);
	if (own.length > 1) {
		throw new ArbError({
			code: "chain",
			message: `receipt has ${own.length} Executed events of executor ${executor}; one transaction executes one plan: do not book it, look at it`,
			retryable: false,
		});
	}
	const [log] = own;
	if (log === undefined) return null;
	const { planId, token, amountIn, grossProfit, flashLoanFee, profit } = EVENTS.decodeEventLog("Executed", log.data, log.topics);
	return { planId, token: String(token).toLowerCase(), amountIn, grossProfit, flashLoanFee, profit };
}

/** Sum of a token's `Transfer` events to an account, in base units: what the logs say it received. */
export function transfersTo(logs: readonly ReceiptLog[], of: { readonly token: string; readonly account: string }): bigint {
	const topic = EVENTS.getEvent("Transfer")?.topicHash;
	let sum = 0n;
	for (const log of logs) {
		// ERC-721 shares the topic and indexes its third value: four topics.
		if (log.address.toLowerCase() !== of.token.toLowerCase() || log.topics[0] !== topic || log.topics.length !== 3) continue;
		const { to, value } = EVENTS.decodeEventLog("Transfer", log.data, log.topics);
		if (String(to).toLowerCase() === of.account.toLowerCase()) sum += value as bigint;
	}
	return sum;
}

/**
 * Reads the data that a call reverted with: the executor's errors, `Error(string)` with the reasons of Uniswap V2 and V3 and the Balancer vault,
 * and `Panic(uint256)`. Never throws: what it does not know is `reverted`, with the data.
 */
export function decodeRevert(data: string): RevertReason {
	if (data === "0x" || data === "") {
		return { code: "reverted", message: "reverted without a reason: out of gas, or a call to an address without that function" };
	}
	let error: ReturnType<Interface["parseError"]>;
	try {
		error = ERRORS.parseError(data);
	} catch {
		// Known selector, but not its arguments: as unknown as any other data.
		error = null;
	}
	if (error === null) return { code: "reverted", message: `reverted with unknown data ${data.slice(0, 138)}` };
	if (error.name === "Error") return textReason(String(error.args[0]));
	if (error.name === "Panic") {
		return { code: "reverted", message: `panic 0x${BigInt(error.args[0]).toString(16)}: a check of the compiler failed` };
	}
	const values = error.fragment.inputs.map((input, i) => `${input.name} ${String(error.args[i])}`);
	return { code: CODES[error.name] ?? "reverted", message: `${error.name}(${values.join(", ")})` };
}

function textReason(text: string): RevertReason {
	const concentrated = V3_REASONS[text];
	if (concentrated !== undefined) return { code: "swap_failed", message: `Uniswap V3: ${text}, ${concentrated}` };
	if (text.startsWith("UniswapV2: ")) return { code: "swap_failed", message: text };
	const lender = LENDER_REASONS[text];
	if (lender !== undefined) return { code: "reverted", message: lender };
	// The vault's other numbers come from its swaps, and from its pools.
	if (text.startsWith("BAL#")) return { code: "swap_failed", message: `Balancer V2: ${text}` };
	return { code: "reverted", message: `reverted: ${text}` };
}

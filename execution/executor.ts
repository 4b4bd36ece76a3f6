import { Interface, toBeHex } from "ethers";
import { ArbError } from "../domain/errors.ts";
import type { PlannedHop } from "../domain/plan.ts";
import { HOP_ENCODERS } from "./protocols/all.ts";
import type { HopEncoder } from "./protocols/hop.ts";

/** `IArbitrageExecutor.execute`; contracts/src/interfaces/IArbitrageExecutor.sol documents each field. */
const EXECUTOR = new Interface([
	"function execute((bytes32 planId, address lender, address startToken, uint256 amountIn, uint256 minProfit, uint64 deadlineBlock, (uint8 kind, address pool, address tokenIn, address tokenOut, uint256 amountIn, uint256 amountOut, bytes32 data)[] hops) plan) returns (uint256 profit)",
]);

/**
 * Calldata of `execute`. Amounts in base units of the start token; `planId` is `planIdOf` of the workflow ID.
 *
 * @throws ArbError `invalid_input` for a hop of an unknown family, or one that lacks what its family needs
 */
export function encodeExecute(of: {
	readonly planId: string;
	/** Whose loan it is; the executor knows by which rules it lends. */
	readonly lender: string;
	readonly startToken: string;
	readonly amountIn: bigint;
	readonly minProfit: bigint;
	readonly deadlineBlock: number;
	readonly hops: readonly PlannedHop[];
}): string {
	const hops = of.hops.map((hop) => {
		const { kind, pool, data } = encoderOf(hop)(hop);
		return { ...{ kind, pool, data: toBeHex(data, 32) }, ...amountsOf(hop) };
	});
	return EXECUTOR.encodeFunctionData("execute", [{ ...of, hops }]);
}

function amountsOf({
	tokenIn,
	tokenOut,
	amountIn,
	amountOut,
}: PlannedHop): Pick<PlannedHop, "tokenIn" | "tokenOut" | "amountIn" | "amountOut"> {
	return { tokenIn, tokenOut, amountIn, amountOut };
}

/** Plans come from histories and files too, so the family may be any text. */
function encoderOf(hop: PlannedHop): HopEncoder {
	if (Object.hasOwn(HOP_ENCODERS, hop.family)) return HOP_ENCODERS[hop.family];
	throw new ArbError({
		code: "invalid_input",
		message: `hop in pool ${hop.pool}: family is ${JSON.stringify(hop.family)}, for which the executor has no kind; take its pools out of the route`,
		retryable: false,
	});
}

/** The profit that `execute` returned, in base units of the start token. */
export function decodeProfit(returnData: string): bigint {
	return EXECUTOR.decodeFunctionResult("execute", returnData)[0] as bigint;
}

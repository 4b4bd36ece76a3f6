import { Interface } from "ethers";
import { ArbError } from "../domain/errors.ts";
import type { PlannedHop } from "../domain/plan.ts";
import type { ProtocolFamily } from "../domain/pool.ts";

/** `IArbitrageExecutor.execute`; contracts/src/interfaces/IArbitrageExecutor.sol documents each field. */
const EXECUTOR = new Interface([
	"function execute((bytes32 planId, address startToken, uint256 amountIn, uint256 minProfit, uint64 deadlineBlock, (uint8 kind, address pool, address tokenIn, address tokenOut, uint256 amountIn, uint256 amountOut, uint24 feePips)[] hops) plan) returns (uint256 profit)",
]);

/** `Hop.kind` as the contract numbers it. */
const KINDS: Readonly<Partial<Record<ProtocolFamily, number>>> = { "uniswap-v2": 0, "uniswap-v3": 1 };

/** Calldata of `execute`. Amounts in base units of the start token; `planId` is `planIdOf` of the workflow ID. */
export function encodeExecute(of: {
	readonly planId: string;
	readonly startToken: string;
	readonly amountIn: bigint;
	readonly minProfit: bigint;
	readonly deadlineBlock: number;
	readonly hops: readonly PlannedHop[];
}): string {
	const hops = of.hops.map(({ family, ...hop }) => {
		const kind = KINDS[family];
		if (kind !== undefined) return { ...hop, kind };
		throw new ArbError({
			code: "invalid_input",
			message: `hop in pool ${hop.pool}: the executor has no kind for family ${family}`,
			retryable: false,
		});
	});
	return EXECUTOR.encodeFunctionData("execute", [{ ...of, hops }]);
}

/** The profit that `execute` returned, in base units of the start token. */
export function decodeProfit(returnData: string): bigint {
	return EXECUTOR.decodeFunctionResult("execute", returnData)[0] as bigint;
}

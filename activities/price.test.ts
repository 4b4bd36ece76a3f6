import { describe, expect, it } from "vitest";
import { planIdOf } from "../domain/executor-events.ts";
import { encodeExecute } from "../execution/executor.ts";
import { candidate, detected } from "../tests/fixtures/lifecycle.ts";
import { expectedTransaction } from "./price.ts";

const EXECUTOR = `0x${"ee".repeat(20)}`;
const { calldata, ...rest } = expectedTransaction(EXECUTOR, candidate);

function bytesThatAreNotZero(data: string): number {
	return (data.match(/../g) ?? []).filter((byte) => byte !== "00").length;
}

describe("the transaction whose data is priced before its amounts are decided", () => {
	it("goes to the executor, and is as long as the one that the plan will make", () => {
		if (detected.decision.kind !== "proceed") throw new Error("the fixture does not proceed");
		const hops = detected.decision.hops;
		const planned = encodeExecute({
			...{
				planId: planIdOf("arb-1"),
				lender: `0x${"ba".repeat(20)}`,
				startToken: candidate.startToken,
				amountIn: 5n * 10n ** 18n,
				minProfit: 10n ** 15n,
				deadlineBlock: 102,
			},
			hops: candidate.route.map((hop, i) => ({
				...{ pool: hop.pool, family: hop.family, tokenIn: hop.tokenIn, tokenOut: hop.tokenOut, feePips: 3000 },
				...{ amountIn: hops[i]?.amountIn ?? "", amountOut: hops[i]?.amountOut ?? "" },
			})),
		});
		expect(calldata.length).toBe(planned.length);
		expect(bytesThatAreNotZero(calldata)).toBeGreaterThan(bytesThatAreNotZero(planned));
		expect(rest).toMatchObject({ to: EXECUTOR, chainId: candidate.chainId });
		expect(rest.gas > 0n).toBe(true);
	});

	it("is the same for the same candidate", () => {
		expect(expectedTransaction(EXECUTOR, candidate).calldata).toBe(calldata);
	});
});

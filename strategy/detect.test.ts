import { describe, expect, it } from "vitest";
import type { UniswapV2PoolState } from "../domain/pool.ts";
import { candidate, detected } from "../tests/fixtures/lifecycle.ts";
import { decideDetect, flashLoanFee } from "./detect.ts";

/** UniswapV2Library.getAmountOut, with the pair's own 997/1000. */
function getAmountOut(amountIn: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
	const withFee = amountIn * 997n;
	return (withFee * reserveOut) / (reserveIn * 1000n + withFee);
}

function profitOf(amountIn: bigint): bigint {
	const [a, b] = candidate.pools as readonly UniswapV2PoolState[];
	if (a === undefined || b === undefined) throw new RangeError("the fixture has two pairs");
	const middle = getAmountOut(amountIn, BigInt(a.reserve1), BigInt(a.reserve0));
	return getAmountOut(middle, BigInt(b.reserve0), BigInt(b.reserve1)) - amountIn;
}

describe("detect", () => {
	it("finds the size at which neither a little more nor a little less earns more, in the contract's own integers", () => {
		const decision = decideDetect(candidate, detected.facts);
		if (decision.kind !== "proceed") throw new Error(decision.reason.message);
		const amountIn = BigInt(decision.amountIn);
		expect(BigInt(decision.grossProfit)).toBe(profitOf(amountIn));
		for (const step of [10n ** 12n, 10n ** 14n, 10n ** 16n, 10n ** 18n]) {
			expect(profitOf(amountIn + step) <= profitOf(amountIn)).toBe(true);
			expect(profitOf(amountIn - step) <= profitOf(amountIn)).toBe(true);
		}
		expect(decision.hops[1]?.amountIn).toBe(decision.hops[0]?.amountOut);
		expect(decision.hops.every((hop) => hop.priceImpact > 0 && hop.priceImpact < 0.05)).toBe(true);
	});

	it("takes no more than can be borrowed", () => {
		const bound = 10n ** 18n;
		const decision = decideDetect(candidate, { ...detected.facts, loanLiquidity: bound.toString() });
		if (decision.kind !== "proceed") throw new Error(decision.reason.message);
		expect(BigInt(decision.amountIn) <= bound).toBe(true);
		expect(BigInt(decision.grossProfit) >= profitOf(bound)).toBe(true);
	});

	it("rejects a cycle that loses at every size", () => {
		const reversed = {
			...candidate,
			route: [...candidate.route].reverse().map((hop) => ({ ...hop, tokenIn: hop.tokenOut, tokenOut: hop.tokenIn })),
			pools: [...candidate.pools].reverse(),
		};
		expect(decideDetect(reversed, detected.facts)).toMatchObject({ kind: "reject", reason: { code: "not_profitable" } });
	});

	it("rejects a profit that the lender would take", () => {
		expect(decideDetect(candidate, { ...detected.facts, flashLoanFeePercentage: "900000000000000000" })).toMatchObject({
			kind: "reject",
			reason: { code: "not_profitable" },
		});
	});

	it("rounds the flash-loan fee up, as the vault does", () => {
		expect([1n, 10_000n, 10_001n].map((amount) => flashLoanFee(amount, 9n * 10n ** 14n)).concat(flashLoanFee(5n, 0n))).toEqual([
			1n,
			9n,
			10n,
			0n,
		]);
	});
});

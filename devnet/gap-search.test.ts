import { describe, expect, it } from "vitest";
import { bestGap, type WethPool } from "./gap-search.ts";

function pool(address: string, of: Partial<WethPool>): WethPool {
	return { address, isV3: false, token: "0xt", isWethToken0: true, feePips: 3000, weth: 100, other: 10_000, ...of };
}

/** What two constant-product swaps return, step by step. */
function around(amountIn: number, buy: WethPool, sell: WethPool): number {
	const bought = (amountIn * (1 - buy.feePips / 1e6) * buy.other) / (buy.weth + amountIn * (1 - buy.feePips / 1e6));
	const kept = bought * (1 - sell.feePips / 1e6);
	return (kept * sell.weth) / (sell.other + kept) - amountIn;
}

describe("the competitor's search", () => {
	it("sees nothing between pools whose prices differ by less than the fees", () => {
		expect(bestGap([pool("1", {}), pool("2", { other: 10_050 })])).toBeNull();
	});

	it("buys where the token is cheap, and no other size earns more", () => {
		const cheap = pool("cheap", { other: 10_500 });
		const dear = pool("dear", { weth: 300, other: 30_000 });
		const gap = bestGap([dear, cheap, pool("other token", { token: "0xu", other: 99_999 })]);
		expect([gap?.buy.address, gap?.sell.address]).toEqual(["cheap", "dear"]);
		const amountIn = gap?.amountIn ?? 0;
		expect(gap?.profit).toBeCloseTo(around(amountIn, cheap, dear), 9);
		for (const factor of [0.9, 0.99, 1.01, 1.1]) expect(around(amountIn * factor, cheap, dear)).toBeLessThan(gap?.profit ?? 0);
	});
});

import { describe, expect, it } from "vitest";
import { bps, gapLabel, shortPrice } from "./gaps.ts";

describe("prices on the gaps page", () => {
	it.each([
		["0.000413870123456789", "0.0004138701"],
		["0.00000000123456789012", "0.000000001234567"],
		["12.3456789", "12.34567"],
		["12345678.9", "12345678"],
		["3", "3"],
		["0", "0"],
	])("%s is shown as %s", (price, shown) => {
		expect(shortPrice(price)).toBe(shown);
	});
});

describe("a gap", () => {
	it("is shown in basis points with its sign, and in words where there is none", () => {
		const best = { buyOn: 1, sellOn: 2, gapBps: 25.314, apartSeconds: 0 };
		expect([gapLabel({ status: "gap", best }), gapLabel({ status: "no_gap", best }), gapLabel({ status: "stale", best: null })]).toEqual([
			"+25.31 bps",
			"no gap",
			"not compared",
		]);
		expect(bps(-3.5)).toBe("−3.50 bps");
	});
});

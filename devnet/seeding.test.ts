import { describe, expect, it } from "vitest";
import { readPoolFacts, tokenPrices } from "./seeding.ts";

const facts = readPoolFacts();

describe("seeding", () => {
	it("has at least 30 mainnet pools of 8 tokens and more, and names their source", () => {
		expect(facts.pools.length).toBeGreaterThanOrEqual(30);
		expect(facts.tokens.length).toBeGreaterThanOrEqual(8);
		expect(new Set(facts.pools.map((pool) => pool.feePips))).toEqual(new Set([100, 500, 3000, 10_000]));
		expect(new Set(facts.tokens.map((token) => token.decimals))).toEqual(new Set([6, 8, 18]));
		expect(facts.source).toContain("bancorprotocol/fastlane-bot (MIT)");
	});

	it("takes each token's price from its deepest pool with WETH: a dollar was 0.00054 ETH, a bitcoin 14.8", () => {
		const prices = tokenPrices(facts);
		expect((prices.get("USDC") ?? 0) / 1e12).toBeCloseTo(0.000538, 6);
		expect((prices.get("WBTC") ?? 0) / 1e10).toBeCloseTo(14.84, 1);
		expect(prices.get("WETH")).toBe(1);
	});
});

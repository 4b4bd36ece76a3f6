import { describe, expect, it } from "vitest";
import { readPoolFacts, seedOf, tokenPrices } from "./seeding.ts";

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

	it("gives every pool the aligned price and its real size, and every V3 pool positions on its tick grid around the price", () => {
		const prices = tokenPrices(facts);
		for (const fact of facts.pools) {
			const price = (prices.get(fact.token0) ?? 0) / (prices.get(fact.token1) ?? 0);
			const seed = seedOf(fact, { price });
			if (seed.family === "uniswap-v2") {
				expect(Number(seed.reserveB) / Number(seed.reserveA) / price).toBeCloseTo(1, 9);
				continue;
			}
			const tick = Math.log((Number(seed.sqrtPriceX96) / 2 ** 96) ** 2) / Math.log(1.0001);
			expect((Number(seed.sqrtPriceX96) / 2 ** 96) ** 2 / price).toBeCloseTo(1, 9);
			const around = seed.positions.filter((position) => position.tickLower <= tick && tick < position.tickUpper);
			expect(around.length).toBeGreaterThanOrEqual(5);
			expect(seed.positions.length).toBeGreaterThan(around.length);
			for (const position of seed.positions) {
				expect(position.tickLower).toBeLessThan(position.tickUpper);
				if (!("tickSpacing" in fact)) throw new Error("a V3 pool has a tick spacing");
				expect(Math.abs(position.tickLower % fact.tickSpacing) + Math.abs(position.tickUpper % fact.tickSpacing)).toBe(0);
			}
			if ("liquidity" in fact) {
				const active = around.reduce((sum, position) => sum + position.liquidity, 0n);
				expect(Number(active) / Number(fact.liquidity)).toBeCloseTo(1, 6);
			}
		}
	});
});

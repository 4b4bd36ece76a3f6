import { describe, expect, it } from "vitest";
import { observed, readPoolFacts, tokenPrices } from "../seeding.ts";
import { positionsAround, sqrtPriceX96 } from "./concentrated.ts";

describe("seeds of concentrated liquidity", () => {
	it("are positions on the tick grid around the aligned price, as deep there as the mainnet pool", () => {
		const facts = readPoolFacts();
		const prices = tokenPrices(facts);
		for (const fact of facts.pools) {
			if (!("tickSpacing" in fact)) continue;
			const price = (prices.get(fact.token0) ?? 0) / (prices.get(fact.token1) ?? 0);
			const { liquidity } = observed(fact);
			const root = Number(sqrtPriceX96(price)) / 2 ** 96;
			expect(root ** 2 / price).toBeCloseTo(1, 9);
			const tick = Math.log(root ** 2) / Math.log(1.0001);
			const positions = positionsAround({ price, liquidity }, fact.tickSpacing);
			const around = positions.filter((position) => position.tickLower <= tick && tick < position.tickUpper);
			expect(around.length).toBeGreaterThanOrEqual(5);
			expect(positions.length).toBeGreaterThan(around.length);
			for (const position of positions) {
				expect(position.tickLower).toBeLessThan(position.tickUpper);
				expect(Math.abs(position.tickLower % fact.tickSpacing) + Math.abs(position.tickUpper % fact.tickSpacing)).toBe(0);
			}
			const active = around.reduce((sum, position) => sum + position.liquidity, 0n);
			expect(Number(active) / liquidity).toBeCloseTo(1, 6);
		}
	});
});

import { afterEach, beforeEach, expect, it } from "vitest";
import { Engine } from "../engine.ts";
import { address, concentrated, pair, token } from "../testing/pools.ts";
import { predictImpact } from "./price-impact.ts";

let engine: Engine;
beforeEach(() => {
	engine = new Engine();
});
afterEach(() => engine[Symbol.dispose]());

it("of a pair follows its reserves: fee, own size, and the price after", () => {
	engine.upsertPools([pair(1, { reserve0: "1000000000000000000000", reserve1: "2000000000000" })]);
	const amountIn = 10n ** 19n;
	const predicted = predictImpact(engine, { pool: address(1), tokenIn: token(0), amountIn });
	const kept = 0.01 * 0.997;
	expect(predicted.spotRate / 2e-9).toBeCloseTo(1, 14);
	expect(predicted.fee).toBeCloseTo(0.003, 14);
	// Within the rounding of a 6-decimals output: 1 of 2e10.
	expect(predicted.impact).toBeCloseTo(kept / (1 + kept), 9);
	expect(1 - predicted.impactWithFee).toBeCloseTo((1 - predicted.impact) * 0.997, 14);
	engine.upsertPools([
		pair(2, { reserve0: (10n ** 21n + amountIn).toString(), reserve1: (2_000_000_000_000n - predicted.amountOut).toString() }),
	]);
	const then = predictImpact(engine, { pool: address(2), tokenIn: token(0), amountIn: 10n ** 15n });
	expect(predicted.rateAfter / then.spotRate).toBeCloseTo(1, 14);
	expect(predicted.priceMove).toBeCloseTo(1 - then.spotRate / predicted.spotRate, 12);
	expect(predicted.atExecution).toBeNull();
});

it("of a concentrated pool ends at the pool's own price, in both directions", () => {
	const liquidity = "3000000000000000000000";
	engine.upsertPools([concentrated(1, { liquidity })]);
	for (const [index, invert] of [
		[0, false],
		[1, true],
	] as const) {
		const swap = { pool: address(1), tokenIn: token(index), amountIn: 10n ** 20n };
		const { sqrtPriceX96 } = engine.swapV3(swap);
		const price = (Number(sqrtPriceX96) / 2 ** 96) ** 2;
		const predicted = predictImpact(engine, swap);
		expect(predicted.rateAfter).toBeCloseTo(invert ? 1 / price : price, 12);
		expect(predicted.fee).toBeCloseTo(0.0005, 12);
		expect(predicted.impact).toBeCloseTo(engine.quoteRoute([engine.hop(swap)], swap.amountIn).priceImpacts[0] ?? 0, 12);
	}
});

it("of any family uses the fee that it names, or the middle of both directions", () => {
	const tokens = [token(0), token(1)];
	const solidly = { family: "velodrome-v2", address: address(1), dex: "velodrome-v2", tokens, stable: true, fee: "5" };
	const scale = {
		decimals0: "1000000000000000000",
		decimals1: "1000000",
		reserve0: "1000000000000000000000000",
		reserve1: "1000000000000",
	};
	engine.upsertFamilyPool({ ...solidly, ...scale });
	const stable = predictImpact(engine, { pool: address(1), tokenIn: token(0), amountIn: 10n ** 22n });
	expect(stable.fee).toBeCloseTo(0.0005, 12);
	expect(stable.spotRate / 1e-12).toBeCloseTo(1, 9);
	// A hundredth of a balanced stable pair moves its price by far less than that of a constant product.
	expect(stable.impact).toBeGreaterThan(0);
	expect(stable.impact).toBeLessThan(1e-5);
	expect(stable.rateAfter).toBeLessThan(stable.spotRate);
});

it("gives an interval around the rates where a volatility is given", () => {
	engine.upsertPools([pair(1, { reserve0: "1000000000000", reserve1: "1000000000000" })]);
	const volatility = { perRootSecond: 0.0005, horizonSeconds: 12, confidence: 0.95 };
	const { spotRate, executionRate, impactWithFee, atExecution } = predictImpact(engine, {
		pool: address(1),
		tokenIn: token(0),
		amountIn: 10n ** 10n,
		volatility,
	});
	if (atExecution === null) throw new Error("a volatility was given");
	const width = 1.959963984540054 * 0.0005 * Math.sqrt(12);
	expect(Math.log(atExecution.spotRate.high / spotRate)).toBeCloseTo(width, 12);
	expect(Math.log(executionRate / atExecution.executionRate.low)).toBeCloseTo(width, 12);
	expect(atExecution.impactWithFee.low).toBeLessThan(impactWithFee);
	expect(atExecution.impactWithFee.high).toBeCloseTo(1 - (1 - impactWithFee) * Math.exp(-width), 12);
});

it("refuses a swap that pays nothing, and one that the pool refuses", () => {
	engine.upsertPools([pair(1, { reserve0: "1000000000000", reserve1: "10" })]);
	expect(() => predictImpact(engine, { pool: address(1), tokenIn: token(0), amountIn: 5n })).toThrow(/^amount_too_small: .* pays nothing/);
	expect(() => predictImpact(engine, { pool: address(1), tokenIn: token(0), amountIn: 0n })).toThrow(/^amount_too_small: /);
	expect(() => predictImpact(engine, { pool: address(1), tokenIn: token(5), amountIn: 1n })).toThrow(/^broken_route: /);
});

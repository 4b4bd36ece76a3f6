import { afterEach, beforeEach, expect, it } from "vitest";
import { Engine } from "../engine.ts";
import { address, concentrated, pair, token } from "../testing/pools.ts";
import { depthToImpact } from "./depth.ts";
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

const E18 = 10n ** 18n;
const tokens = [token(0), token(1)];
const wholes = (...amounts: number[]) => amounts.map((amount) => (BigInt(amount) * E18).toString());
const velodrome = { family: "velodrome-v2", stable: true, fee: "5", decimals0: `${E18}`, decimals1: "1000000" };
const camelot = { family: "camelot-v2", token0FeePercent: "300", token1FeePercent: "500", ownerFeeShare: "40000", feeTo: "set" };
const balancer = { family: "balancer-v2-weighted", swapFeePercentage: `${E18 / 400n}`, powVersion: 2, scalingFactors: wholes(1, 1) };
const curve = {
	family: "stableswap-ng",
	n_coins: "2",
	initial_A: "20000",
	future_A: "20000",
	initial_A_time: "0",
	future_A_time: "0",
	timestamp: "0",
};
const v4 = {
	family: "uniswap-v4",
	sqrtPriceX96: (1n << 96n).toString(),
	tick: "0",
	liquidity: `${3_000n * E18}`,
	tickSpacing: "10",
	lpFee: "500",
};
const families: readonly (readonly [name: string, state: Record<string, unknown> & { family: string }, expected: Record<string, number>])[] = [
	["a stable pair, its fee named", { ...velodrome, reserve0: wholes(1_000_000)[0], reserve1: "1000000000000" }, { spot: 1e-12, fee: 0.0005, mostImpact: 1e-5 }],
	["a pair with a fee for each direction", { ...camelot, stableSwap: false, precisionMultiplier0: `${E18}`, precisionMultiplier1: `${E18}`, reserve0: wholes(1_000_000)[0], reserve1: wholes(2_000_000)[0] }, { spot: 2, fee: 0.003, mostImpact: 0.011 }],
	["a weighted pool", { ...balancer, balances: wholes(1_000_000, 100_000), normalizedWeights: [`${(E18 * 4n) / 5n}`, `${E18 / 5n}`] }, { spot: 0.4, fee: 0.0025, mostImpact: 0.03 }],
	["a StableSwap pool, whose fee is half of a round trip", { ...curve, fee: "4000000", offpeg_fee_multiplier: "0", rates: wholes(1, 1), balances: wholes(1_000_000, 1_000_000) }, { spot: 1, fee: 0.0004, mostImpact: 1e-3 }],
	["a Uniswap V4 pool", { ...v4, ticks: [["-887270", `${3_000n * E18}`], ["887270", `-${3_000n * E18}`]] }, { spot: 1, fee: 0.0005, mostImpact: 0.9 }],
]; // biome-ignore format: a table
it.each(families)("of %s gives spot rate, fee, and a depth that holds", (_name, state, { spot = 0, fee = 0, mostImpact = 0 }) => {
	engine.upsertFamilyPool({ ...state, address: address(1), dex: state.family, tokens });
	const swap = { pool: address(1), tokenIn: token(0) };
	const predicted = predictImpact(engine, { ...swap, amountIn: 10_000n * E18 });
	expect(predicted.spotRate / spot).toBeCloseTo(1, 8);
	expect(predicted.fee).toBeCloseTo(fee, 8);
	expect(predicted.impact).toBeGreaterThan(0);
	expect(predicted.impact).toBeLessThan(mostImpact);
	expect(predicted.rateAfter).toBeLessThan(predicted.spotRate);
	// The spot price moves by twice the average impact where the curve is nearly straight, and by more than the impact everywhere.
	expect(predicted.priceMove).toBeGreaterThan(predicted.impact);

	const maxImpactPpm = Math.max(100, Math.floor(predicted.impact * 1e6) + 1);
	const depth = depthToImpact(engine, { ...swap, maxImpactPpm });
	expect(depth).toBeGreaterThanOrEqual(10_000n * E18);
	const impactAt = (amountIn: bigint) => predictImpact(engine, { ...swap, amountIn }).impact * 1e6;
	expect(impactAt(depth)).toBeLessThanOrEqual(maxImpactPpm + 1e-6);
	expect(impactAt((depth * 1_001n) / 1_000n)).toBeGreaterThan(maxImpactPpm - 1e-6);
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

import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Engine } from "../engine.ts";
import { WORDS } from "../limbs.ts";
import { address, concentrated, pair, token } from "../testing/pools.ts";
import { type DepthQuestion, depthToImpact } from "./depth.ts";

let engine: Engine;
beforeEach(() => {
	engine = new Engine();
});
afterEach(() => engine[Symbol.dispose]());

const seed = Number(process.env.SEED ?? 1);

/** The largest input up to `end` whose quote stays within the bound, one by one; `rate` as a fraction. */
function enumerate(of: { readonly question: DepthQuestion; readonly rate: readonly [bigint, bigint]; readonly end: bigint }): bigint {
	const { maxImpactPpm, ...swap } = of.question;
	const [numerator, denominator] = of.rate;
	const numbers = engine.routeNumbers([engine.hop(swap)]);
	const amounts = new BigUint64Array(Number(of.end) * WORDS);
	for (let amountIn = 1n; amountIn <= of.end; amountIn++) amounts[(Number(amountIn) - 1) * WORDS] = amountIn;
	const answers = engine.quoteRoutes({ lengths: Uint32Array.of(1), numbers, sizes: Number(of.end), amounts });
	for (let amountIn = of.end; amountIn > 0n; amountIn--) {
		const out = answers.output({ route: 0, size: Number(amountIn) - 1 });
		if (out !== null && out * denominator * 1_000_000n >= amountIn * numerator * BigInt(1_000_000 - maxImpactPpm)) return amountIn;
	}
	return 0n;
}

const bound = fc.constantFrom(10, 500, 5_000, 20_000, 100_000, 400_000);

it("is the largest input within the bound, by trying every one, on small pairs of fine and coarse tokens", () => {
	let found = 0;
	// Powers of two as reserves: the rate is a double without rounding.
	const reserves = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 18 }));
	fc.assert(
		fc.property(reserves, bound, ([a, b], maxImpactPpm) => {
			engine.upsertPools([pair(1, { reserve0: (1n << BigInt(a)).toString(), reserve1: (1n << BigInt(b)).toString(), feePips: 0 })]);
			const question = { pool: address(1), tokenIn: token(0), maxImpactPpm };
			const expected = enumerate({ question, rate: [1n << BigInt(b), 1n << BigInt(a)], end: 1n << BigInt(a + 1) });
			if (expected > 0n) found++;
			expect(depthToImpact(engine, question)).toBe(expected);
		}),
		{ numRuns: 300, seed, verbose: 1 },
	);
	expect(found).toBeGreaterThan(50);
});

it("is the largest input within the bound, by trying every one, across ticks of a concentrated pool", () => {
	const state = { liquidity: fc.bigInt(2_000n, 20_000n), outer: fc.bigInt(500n, 2_000n), isForth: fc.boolean() };
	fc.assert(
		fc.property(fc.record(state), bound, ({ liquidity, outer, isForth }, maxImpactPpm) => {
			const ticks: readonly (readonly [number, string])[] = [
				[-887_270, `${outer}`],
				[-300, `${liquidity}`],
				[300, `-${liquidity}`],
				[887_270, `-${outer}`],
			];
			engine.upsertPools([concentrated(1, { liquidity: `${liquidity + outer}`, ticks, feePips: 0 })]);
			const question = { pool: address(1), tokenIn: token(isForth ? 0 : 1), maxImpactPpm };
			expect(depthToImpact(engine, question)).toBe(enumerate({ question, rate: [1n, 1n], end: 30_000n }));
		}),
		{ numRuns: 60, seed, verbose: 1 },
	);
});

it("of a deep pair is where its formula puts it: X ÷ (1 − X) of the reserve, fee taken off", () => {
	engine.upsertPools([pair(1, { reserve0: "1000000000000000000000", reserve1: "2000000000000000000000000" })]);
	const depth = depthToImpact(engine, { pool: address(1), tokenIn: token(0), maxImpactPpm: 10_000 });
	expect(Number(depth) / ((1e21 * 0.01) / 0.99 / 0.997)).toBeCloseTo(1, 12);
	// With a fee of 0.3 % only 0.7 % are left for the size.
	const withFee = depthToImpact(engine, { pool: address(1), tokenIn: token(0), maxImpactPpm: 10_000, isFeeIncluded: true });
	expect(Number(withFee) / ((1e21 * (1 - 0.99 / 0.997)) / 0.99)).toBeCloseTo(1, 12);
	expect(depthToImpact(engine, { pool: address(1), tokenIn: token(0), maxImpactPpm: 3_000, isFeeIncluded: true })).toBe(0n);
});

it("ends where the liquidity does, and is refused where the known ticks do", () => {
	const ticks = [[-60, "1000000000"], [60, "-1000000000"]] as const; // biome-ignore format: a table
	engine.upsertPools([
		concentrated(1, { liquidity: "1000000000", ticks, feePips: 0 }),
		concentrated(2, { liquidity: "1000000000", tickLower: -60, tickUpper: 60, ticks: [], feePips: 0 }),
	]);
	const question = { tokenIn: token(0), maxImpactPpm: 500_000 };
	const depth = depthToImpact(engine, { ...question, pool: address(1) });
	expect(depth).toBeGreaterThan(1_000_000n);
	expect(() => engine.quote({ pool: address(1), tokenIn: token(0), amountIn: depth + 1n })).toThrow(/^insufficient_liquidity: /);
	expect(() => depthToImpact(engine, { ...question, pool: address(2) })).toThrow(/^unknown_ticks: /);
	expect(depthToImpact(engine, { pool: address(2), tokenIn: token(0), maxImpactPpm: 100 })).toBeGreaterThan(90_000n);
});

it("refuses a bound that is no whole number of millionths below all, by the field's name", () => {
	engine.upsertPools([pair(1, { reserve0: "1000", reserve1: "1000" })]);
	for (const maxImpactPpm of [9, 10.5, 1_000_000, Number.NaN]) {
		expect(() => depthToImpact(engine, { pool: address(1), tokenIn: token(0), maxImpactPpm })).toThrow(/^maxImpactPpm: /);
	}
	expect(() => depthToImpact(engine, { pool: address(9), tokenIn: token(0), maxImpactPpm: 10 })).toThrow(/^unknown_pool: /);
});

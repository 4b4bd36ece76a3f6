import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArbError } from "../domain/errors.ts";
import type { PoolState, UniswapV2PoolState, UniswapV3PoolState } from "../domain/pool.ts";
import type { Hop } from "../domain/route.ts";
import { Engine, type EngineHop } from "./engine.ts";
import type { EngineRefusal } from "./refusal.ts";
import { address, hop, concentrated as onePosition, pair, token } from "./testing/pools.ts";

/** At price 1 with three positions, the middle one narrow: swaps of some size cross ticks. */
function concentrated(number: number, state: Partial<UniswapV3PoolState> = {}): UniswapV3PoolState {
	return onePosition(number, {
		liquidity: "6000000000000000000",
		ticks: [
			[-887_270, "1000000000000000000"],
			[-6000, "2000000000000000000"],
			[-20, "3000000000000000000"],
			[20, "-3000000000000000000"],
			[6000, "-2000000000000000000"],
			[887_270, "-1000000000000000000"],
		],
		...state,
	});
}

function refusalOf(call: () => unknown): string {
	try {
		call();
	} catch (error) {
		if (error instanceof ArbError && error.code === "engine") return error.message.split(":")[0] ?? "";
		throw error;
	}
	return "none";
}

let engine: Engine;
beforeEach(() => {
	engine = new Engine();
});
afterEach(() => engine[Symbol.dispose]());

describe("pool states", () => {
	it("are kept per engine, counted, replaced and forgotten", () => {
		const other = new Engine();
		engine.upsertPools([pair(1, { reserve0: "1000", reserve1: "2000" }), concentrated(2)]);
		engine.upsertPools([pair(1, { reserve0: "1000", reserve1: "4000" })]);
		expect([engine.poolCount, other.poolCount]).toEqual([2, 0]);
		expect(engine.quote({ pool: address(1), tokenIn: token(0), amountIn: 100n })).toBe(362n);
		engine.removePool(address(1));
		engine.removePool(address(99));
		expect(engine.poolCount).toBe(1);
		expect(refusalOf(() => engine.quote({ pool: address(1), tokenIn: token(0), amountIn: 100n }))).toBe("unknown_pool");
		other[Symbol.dispose]();
	});

	it("give the numbers of removed pools to new ones without mixing them up", () => {
		engine.upsertPools([1, 2, 3].map((i) => pair(i, { reserve0: "1000000", reserve1: `${i}000000` })));
		engine.removePool(address(1));
		engine.removePool(address(3));
		engine.upsertPools([4, 5, 6].map((i) => pair(i, { reserve0: "1000000", reserve1: `${i}000000`, feePips: 0 })));
		engine.upsertPools([concentrated(7)]);
		const out = [2, 4, 5, 6].map((i) => engine.quote({ pool: address(i), tokenIn: token(0), amountIn: 1_000_000n }));
		expect(out).toEqual([998_497n, 2_000_000n, 2_500_000n, 3_000_000n]);
		expect(engine.poolCount).toBe(5);
	});

	it("take a batch of reserves as words, all or nothing", () => {
		const pools = [1, 2].map((i) => pair(i, { reserve0: "1000000", reserve1: "1000000", feePips: 0 }));
		engine.upsertPools([...pools, concentrated(3)]);
		const names = pools.map((state) => state.address);
		engine.updateV2Reserves({ pools: names, reserves: BigUint64Array.of(1_000_000n, 0n, 0n, 1n, 3_000_000n, 0n, 3_000_000n, 0n) });
		const quote = (pool: string) => engine.quote({ pool, tokenIn: token(0), amountIn: 1_000_000n });
		expect(names.map(quote)).toEqual([1n << 63n, 750_000n]);
		const tooLarge = BigUint64Array.of(1n, 0n, 1n, 0n, 0n, 1n << 48n, 1n, 0n);
		expect(refusalOf(() => engine.updateV2Reserves({ pools: names, reserves: tooLarge }))).toBe("overflow");
		expect(names.map(quote)).toEqual([1n << 63n, 750_000n]);
		expect(refusalOf(() => engine.updateV2Reserves({ pools: names, reserves: new BigUint64Array(4) }))).toBe("invalid_state");
		expect(refusalOf(() => engine.updateV2Reserves({ pools: [address(3)], reserves: new BigUint64Array(4) }))).toBe("unknown_pool");
	});

	const badStates: readonly (readonly [string, PoolState, EngineRefusal])[] = [
		["a reserve above uint112", pair(1, { reserve0: (1n << 112n).toString(), reserve1: "1" }), "overflow"],
		["a fee of 100 %", pair(1, { reserve0: "1", reserve1: "1", feePips: 1_000_000 }), "invalid_state"],
		["two times the same token", pair(1, { reserve0: "1", reserve1: "1", token1: token(0) }), "invalid_state"],
		["a tick far from the price", concentrated(1, { tick: 7 }), "invalid_state"],
		["a fee that is no integer", pair(1, { reserve0: "1", reserve1: "1", feePips: 0.5 }), "invalid_state"],
		["a tick that is no 32-bit integer", concentrated(1, { tick: 2 ** 32 }), "invalid_state"],
		["a price of 0", concentrated(1, { sqrtPriceX96: "0" }), "invalid_state"],
		["liquidity above uint128", concentrated(1, { liquidity: (1n << 128n).toString() }), "overflow"],
		["a tick between the spacings", concentrated(1, { ticks: [[15, "1"]] }), "invalid_state"],
		["ticks out of order", concentrated(1, { ticks: [[20, "1"], [10, "1"]] }), "invalid_state"], // biome-ignore format: a table
		["a net liquidity above int128", concentrated(1, { ticks: [[10, (1n << 127n).toString()]] }), "overflow"],
	];
	it.each(badStates)("with %s are refused and leave nothing behind", (_name, state, expected) => {
		expect(refusalOf(() => engine.upsertPools([state]))).toBe(expected);
		expect(engine.poolCount).toBe(0);
	});

	it("with a field that is no integer are refused with the field's name", () => {
		expect(() => engine.upsertPools([pair(1, { reserve0: "1.5", reserve1: "1" })])).toThrow(/reserve0 of 0x.*1\.5/);
	});
});

describe("quotes", () => {
	it("are refused with a name that says why", () => {
		const known = pair(1, { reserve0: "1000000", reserve1: "1000000" });
		const trimmed = concentrated(2, { tickLower: -2560, tickUpper: 2560, ticks: [[-20, "3000000000000000000"], [20, "-3000000000000000000"]] }); // biome-ignore format: a table
		engine.upsertPools([known, trimmed, concentrated(3), pair(4, { reserve0: "0", reserve1: "0" })]);
		const cases: readonly (readonly [EngineRefusal | "none", number, bigint])[] = [
			["amount_too_small", 1, 0n],
			["overflow", 1, 1n << 112n],
			["overflow", 1, 1n << 256n],
			["overflow", 1, -1n],
			["insufficient_liquidity", 4, 10n],
			["unknown_ticks", 2, 10n ** 30n],
			["none", 2, 10n ** 15n],
			["insufficient_liquidity", 3, 10n ** 60n],
			["overflow", 3, 1n << 255n],
		];
		for (const [expected, number, amountIn] of cases) {
			expect([number, amountIn, refusalOf(() => engine.quote({ pool: address(number), tokenIn: token(0), amountIn }))]).toEqual([
				number,
				amountIn,
				expected,
			]);
		}
		expect(refusalOf(() => engine.quote({ pool: address(1), tokenIn: token(9), amountIn: 1n }))).toBe("broken_route");
		const limited = { pool: address(3), tokenIn: token(0), amountIn: 1n, sqrtPriceLimitX96: 1n << 97n };
		expect(refusalOf(() => engine.swapV3(limited))).toBe("price_limit");
		expect(refusalOf(() => engine.swapV3({ pool: address(1), tokenIn: token(0), amountIn: 1n }))).toBe("unknown_pool");
	});

	it("along a route are those of its hops one after the other, with the impact of our own size", () => {
		const [a, b] = [pair(1, { reserve0: "1000000000000", reserve1: "2000000000000" }), concentrated(2)];
		engine.upsertPools([a, b]);
		const route = [hop(a, token(0)), hop(b, token(1))];
		const amountIn = 10_000_000_000n;
		const first = engine.quote({ pool: a.address, tokenIn: token(0), amountIn });
		const second = engine.quote({ pool: b.address, tokenIn: token(1), amountIn: first });
		const quote = engine.quoteRoute(route, amountIn);
		expect(quote.amounts).toEqual([amountIn, first, second]);
		// A constant-product pair: x × (1 − fee) over reserve plus that.
		const kept = Number(amountIn) * 0.997;
		expect(quote.priceImpacts[0]).toBeCloseTo(kept / (1e12 + kept), 9);
		expect(quote.priceImpacts[1]).toBeLessThan(1e-7);
	});

	it("refuse a route that does not connect or uses a pool twice", () => {
		const [a, b] = [pair(1, { reserve0: "1000000", reserve1: "2000000" }), pair(2, { reserve0: "1", reserve1: "1", token0: token(2) })];
		engine.upsertPools([a, b]);
		for (const route of [[], [hop(a, token(0)), hop(b, token(2))], [hop(a, token(0)), hop(a, token(1))]]) {
			expect(refusalOf(() => engine.quoteRoute(route, 100n))).toBe("broken_route");
		}
		expect(refusalOf(() => engine.optimise([hop(a, token(0))], 100n))).toBe("broken_route");
	});
});

describe("the optimum of a cycle", () => {
	const cheap = pair(1, { reserve0: "10000000000000000000", reserve1: "20000000000" });
	const dear = pair(2, { reserve0: "11000000000000000000", reserve1: "20000000000", dex: "sushiswap" });
	const route = [hop(cheap, token(0)), hop(dear, token(1))];

	it("is where no other size earns more, by a scan over the coarse token's amounts", () => {
		engine.upsertPools([cheap, dear]);
		const best = engine.optimise(route, 10n ** 24n);
		if (best === null) throw new Error("a gap of 10 % has an optimum");
		expect(best.amountOut - best.amountIn).toBe(best.grossProfit);
		expect(engine.quoteRoute(route, best.amountIn).amounts).toEqual(best.amounts);
		// Each amount of the coarse token around the optimum, with the smallest input that buys it (UniswapV2Library.getAmountIn).
		const [reserveIn, reserveOut] = [BigInt(cheap.reserve0), BigInt(cheap.reserve1)];
		const middle = best.amounts[1] ?? 0n;
		for (let amount = middle - 3000n; amount <= middle + 3000n; amount++) {
			const amountIn = (reserveIn * amount * 1000n) / ((reserveOut - amount) * 997n) + 1n;
			const out = engine.quote({ pool: dear.address, tokenIn: token(1), amountIn: amount });
			expect(out - amountIn).toBeLessThanOrEqual(best.grossProfit + 1n + best.grossProfit / 1_000_000_000n);
		}
		for (let percent = 1n; percent <= 400n; percent++) {
			const amountIn = (best.amountIn * percent) / 100n;
			expect((engine.quoteRoute(route, amountIn).amounts[2] ?? 0n) - amountIn).toBeLessThanOrEqual(best.grossProfit);
		}
		expect(best.alternatives.map((other) => other.grossProfit < best.grossProfit)).toEqual([true, true, true, true]);
	});

	it("stays within the bound, and is null backwards", () => {
		engine.upsertPools([cheap, dear]);
		const bounded = engine.optimise(route, 10n ** 17n);
		expect(bounded?.amountIn).toBeLessThanOrEqual(10n ** 17n);
		expect(bounded?.amountIn).toBeGreaterThan(9n * 10n ** 16n);
		expect(engine.optimise([hop(dear, token(0)), hop(cheap, token(1))], 10n ** 24n)).toBeNull();
		expect(engine.optimise(route, 0n)).toBeNull();
	});

	it("crosses ticks where that earns more", () => {
		const [shifted, straight] = [concentrated(3, { sqrtPriceX96: "80000000000000000000000000000", tick: 193 }), concentrated(4)];
		const moved = { ...shifted, liquidity: "3000000000000000000" };
		engine.upsertPools([moved, straight]);
		const cycle = [hop(moved, token(0)), hop(straight, token(1))];
		const best = engine.optimise(cycle, 10n ** 24n);
		if (best === null) throw new Error("a gap of 2 % has an optimum");
		const end = engine.swapV3({ pool: straight.address, tokenIn: token(1), amountIn: best.amounts[1] ?? 0n });
		expect(end.tick).toBeGreaterThan(20);
		for (let permille = 900n; permille <= 1100n; permille++) {
			const amountIn = (best.amountIn * permille) / 1000n;
			expect((engine.quoteRoute(cycle, amountIn).amounts[2] ?? 0n) - amountIn).toBeLessThanOrEqual(best.grossProfit);
		}
	});
});

describe("the split of a cycle", () => {
	const forth = [concentrated(1), pair(2, { reserve0: "4000000000000000000", reserve1: "4020000000000000000" })];
	const back = [3, 4].map((i) => pair(i, { reserve0: `${i}060000000000000000`, reserve1: `${i}000000000000000000`, feePips: 500 }));
	const [first, last] = [forth[1] as PoolState, back[0] as PoolState];
	const route = [hop(first, token(0)), hop(last, token(1))];

	it("earns more than the route alone, with each hop's legs paid for by the hop before and each quote the pool's own", () => {
		engine.upsertPools([...forth, ...back]);
		const [split, alone] = [engine.optimiseSplit(route, 10n ** 24n), engine.optimise(route, 10n ** 24n)];
		if (split === null || alone === null) throw new Error("a gap of 2 % earns something");
		expect(split.isSplit).toBe(true);
		expect(split.grossProfit).toBeGreaterThan((alone.grossProfit * 11n) / 10n);
		expect(split.grossProfit).toBe(split.amountOut - split.amountIn);
		let amount = split.amountIn;
		for (const legs of split.hops) {
			expect(legs.reduce((sum, leg) => sum + leg.amountIn, 0n)).toBe(amount);
			for (const { pool, tokenIn, amountIn, amountOut } of legs) expect(engine.quote({ pool, tokenIn, amountIn })).toBe(amountOut);
			amount = legs.reduce((sum, leg) => sum + leg.amountOut, 0n);
		}
		expect(amount).toBe(split.amountOut);
		const used = split.hops.flat().map((leg) => leg.pool);
		expect(new Set(used).size).toBe(used.length);
	});

	it("stays within what can be borrowed, and is the route itself where no other pool helps", () => {
		engine.upsertPools([first, last]);
		const [split, alone] = [engine.optimiseSplit(route, 10n ** 15n), engine.optimise(route, 10n ** 15n)];
		expect(split?.isSplit).toBe(false);
		expect(split?.hops.map((legs) => legs.map((leg) => leg.amountOut))).toEqual(alone?.amounts.slice(1).map((amount) => [amount]));
		expect(split?.amountIn).toBeLessThanOrEqual(10n ** 15n);
		expect(engine.optimiseSplit(route, 0n)).toBeNull();
		expect(refusalOf(() => engine.optimiseSplit([hop(first, token(0))], 100n))).toBe("broken_route");
		expect(refusalOf(() => engine.optimiseSplit(route, -1n))).toBe("overflow");
	});
});

/** Every cycle by trying all ordered choices of pools, sized one by one: slow and simple. */
function bruteForce(of: {
	readonly pools: readonly PoolState[];
	readonly changed: ReadonlySet<string>;
	readonly start: string;
	readonly maxHops: 2 | 3 | 4;
}) {
	const found: { readonly key: string; readonly grossProfit: bigint }[] = [];
	const extend = (route: readonly Hop[], at: string): void => {
		for (const state of of.pools) {
			if (route.some((used) => used.pool === state.address) || (state.token0 !== at && state.token1 !== at)) continue;
			const longer = [...route, hop(state, at)];
			const end = longer.at(-1)?.tokenOut ?? "";
			if (end === of.start) {
				if (longer.length < 2 || !longer.some((used) => of.changed.has(used.pool))) continue;
				const best = engine.optimise(longer, 10n ** 30n);
				if (best !== null) found.push({ key: keyOf(longer), grossProfit: best.grossProfit });
			} else if (longer.length < of.maxHops) extend(longer, end);
		}
	};
	extend([], of.start);
	return found.sort((a, b) => (a.grossProfit === b.grossProfit ? a.key.localeCompare(b.key) : a.grossProfit > b.grossProfit ? -1 : 1));
}

function keyOf(route: readonly EngineHop[]): string {
	return route.map((used) => used.pool).join(">");
}

describe("the search", () => {
	const graph = fc.record({
		pools: fc.array(
			fc.record({
				tokens: fc.tuple(fc.nat(4), fc.nat(4)).filter(([a, b]) => a < b),
				// Small ones too: there rounding decides which cycle earns more.
				reserves: fc.oneof(...[500n, 10n ** 6n].map((least) => fc.tuple(fc.bigInt(least, 10n * least), fc.bigInt(least, 10n * least)))),
				feePips: fc.constantFrom(0, 500, 3000, 10_000),
				tick: fc.option(fc.integer({ min: -200, max: 200 })),
			}),
			{ minLength: 2, maxLength: 9 },
		),
		changed: fc.array(fc.nat(8), { minLength: 1, maxLength: 4 }),
		maxHops: fc.constantFrom(2 as const, 3 as const, 4 as const),
	});

	it("finds exactly what trying every cycle finds, on random graphs of V2 and V3 pools", () => {
		fc.assert(
			fc.property(graph, ({ pools, changed, maxHops }) => {
				const states = pools.map(({ tokens: [a, b], reserves: [reserve0, reserve1], feePips, tick }, i): PoolState => {
					const sides = { token0: token(a), token1: token(b), feePips };
					if (tick === null) return pair(i + 1, { ...sides, reserve0: reserve0.toString(), reserve1: reserve1.toString() });
					const sqrtPriceX96 = BigInt(Math.floor(1.0001 ** ((tick + 0.5) / 2) * 2 ** 48)) << 48n;
					const ticks = [[-300, "5000000"], [300, "-5000000"]] as const; // biome-ignore format: a table
					return concentrated(i + 1, { ...sides, tick, sqrtPriceX96: sqrtPriceX96.toString(), liquidity: "5000000", ticks });
				});
				engine[Symbol.dispose]();
				engine = new Engine();
				engine.upsertPools(states);
				const changedPools = changed.flatMap((i) => states[i]?.address ?? []);
				const query = { changedPools, startTokens: [{ token: token(0) }], maxHops, exact: true };
				const all = engine.search({ ...query, limit: 10_000, overlapping: true });
				const expected = bruteForce({ pools: states, changed: new Set(changedPools), start: token(0), maxHops });
				const keys = new Set(all.map((cycle) => keyOf(cycle.hops)));
				expect(keys.size).toBe(all.length);
				expect(all.map((cycle) => cycle.grossProfit)).toEqual(expected.map((cycle) => cycle.grossProfit));
				expect([...keys].sort()).toEqual(expected.map((cycle) => cycle.key).sort());

				// The best that share no pool: taken one by one from the ranked list.
				const used = new Set<string>();
				const apart = all.filter((cycle) => {
					if (cycle.hops.some(({ pool }) => used.has(pool))) return false;
					for (const { pool } of cycle.hops) used.add(pool);
					return true;
				});
				expect(engine.search({ ...query, limit: 2 })).toEqual(apart.slice(0, 2));
				for (const { hops, amountIn, grossProfit } of apart) {
					expect((engine.quoteRoute(hops, amountIn).amounts.at(-1) ?? 0n) - amountIn).toBe(grossProfit);
				}
			}),
			{ numRuns: 300, seed: Number(process.env.SEED ?? 1), verbose: 1 },
		);
	});

	it("ranks by the exact profit where rounding, not the prices, decides", () => {
		const states = Array.from({ length: 12 }, (_, i) =>
			pair(i + 1, { reserve0: `${700 + ((i * 137) % 601)}`, reserve1: `${700 + ((i * 253) % 599)}`, feePips: 500 }),
		);
		engine.upsertPools(states);
		const changed = new Set(states.map((state) => state.address));
		const query = { changedPools: [...changed], startTokens: [{ token: token(0) }], maxHops: 2 as const, exact: true };
		const found = engine.search({ ...query, limit: 1000, overlapping: true }).map((cycle) => cycle.grossProfit);
		expect(found.length).toBeGreaterThan(30);
		expect(found).toEqual(bruteForce({ pools: states, changed, start: token(0), maxHops: 2 }).map((cycle) => cycle.grossProfit));
	});

	it("borrows of each start token no more than its own bound, and then the best that it allows, by trying every input", () => {
		const gap = [
			pair(1, { reserve0: "5000", reserve1: "5000", feePips: 500 }),
			pair(2, { reserve0: "6100", reserve1: "4900", feePips: 500 }),
		];
		engine.upsertPools(gap);
		const [route, other] = [
			[hop(gap[0] as PoolState, token(0)), hop(gap[1] as PoolState, token(1))],
			[hop(gap[1] as PoolState, token(1)), hop(gap[0] as PoolState, token(0))],
		];
		const best = (cycle: readonly Hop[], bound: bigint) => {
			let most = 0n;
			for (let amountIn = 1n; amountIn <= bound; amountIn++) {
				try {
					const profit = (engine.quoteRoute(cycle, amountIn).amounts.at(-1) ?? 0n) - amountIn;
					if (profit > most) most = profit;
				} catch (error) {
					if (!(error instanceof ArbError) || !error.message.startsWith("amount_too_small")) throw error;
				}
			}
			return most;
		};
		for (const [bound0, bound1] of [
			[17n, 120n],
			[90n, 5n],
			[250n, 0n],
			[0n, 60n],
			[10_000n, 10_000n],
		] as const) {
			// biome-ignore format: a table
			const startTokens = [
				{ token: token(0), maxAmountIn: bound0 },
				{ token: token(1), maxAmountIn: bound1 },
			];
			const changedPools = gap.map((state) => state.address);
			const found = engine.search({ changedPools, startTokens, maxHops: 2, limit: 10, overlapping: true, exact: true });
			const of = (start: string) => found.filter((cycle) => cycle.hops[0]?.tokenIn === start);
			for (const [start, cycle, bound] of [
				[token(0), route, bound0],
				[token(1), other, bound1],
			] as const) {
				// biome-ignore format: a table
				expect(of(start).every(({ amountIn }) => amountIn <= bound)).toBe(true);
				expect([start, bound, of(start)[0]?.grossProfit ?? 0n]).toEqual([start, bound, best(cycle, bound)]);
			}
		}
		const asked = { changedPools: [address(1)], maxHops: 2 as const, limit: 1 };
		expect(refusalOf(() => engine.search({ ...asked, startTokens: [{ token: token(0), maxAmountIn: -1n }] }))).toBe("overflow");
	});

	it("passes over pools and tokens that are not loaded, and returns nothing where nothing is profitable", () => {
		engine.upsertPools([1, 2].map((i) => pair(i, { reserve0: "1000000", reserve1: "1000000" })));
		const query = {
			changedPools: [address(1), address(77)],
			startTokens: [{ token: token(0) }, { token: token(50) }],
			maxHops: 3 as const,
			limit: 5,
		};
		expect(engine.search(query)).toEqual([]);
	});

	const dataset = join(import.meta.dirname, "../../shared/data/pools/mainnet-17105k.jsonl");
	it.skipIf(!existsSync(dataset))(
		"equals trying every cycle around WETH on real mainnet pairs (skipped where ../shared/data is absent)",
		() => {
			interface Row {
				readonly kind: string;
				readonly dex: string;
				readonly address: string;
				readonly token0: { readonly address: string };
				readonly token1: { readonly address: string };
				readonly reserve0: string;
				readonly reserve1: string;
			}
			const rows = readFileSync(dataset, "utf8")
				.split("\n")
				.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Row]));
			const states = rows
				.filter((row) => row.kind === "v2")
				.map(({ dex, address: pool, token0, token1, reserve0, reserve1 }): UniswapV2PoolState => {
					const tokens = { token0: token0.address.toLowerCase(), token1: token1.address.toLowerCase() };
					return { family: "uniswap-v2", address: pool.toLowerCase(), dex, ...tokens, feePips: 3000, reserve0, reserve1 };
				});
			expect(states.length).toBeGreaterThan(2000);
			engine.upsertPools(states);
			const weth = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
			const byToken = Map.groupBy(
				states.flatMap((state) => [state.token0, state.token1].map((at) => ({ at, state }))),
				({ at }) => at,
			);
			// Brute force over the neighbours of each token: all routes that come back to WETH.
			const expected: string[] = [];
			const extend = (route: readonly Hop[], at: string): void => {
				for (const { state } of byToken.get(at) ?? []) {
					if (route.some((used) => used.pool === state.address)) continue;
					const longer = [...route, hop(state, at)];
					const end = longer.at(-1)?.tokenOut ?? "";
					if (end === weth) {
						const best = longer.length > 1 ? engine.optimise(longer, 10n ** 30n) : null;
						if (best !== null) expected.push(`${keyOf(longer)} ${best.amountIn} ${best.grossProfit}`);
					} else if (longer.length < 3) extend(longer, end);
				}
			};
			extend([], weth);
			const query = {
				changedPools: states.map((state) => state.address),
				startTokens: [{ token: weth }],
				maxHops: 3 as const,
				exact: true,
			};
			const found = engine.search({ ...query, limit: 100_000, overlapping: true });
			expect(found.length).toBeGreaterThan(50);
			expect(found.map(({ hops, amountIn, grossProfit }) => `${keyOf(hops)} ${amountIn} ${grossProfit}`).sort()).toEqual(expected.sort());
			expect(found.every((cycle, i) => i === 0 || cycle.grossProfit <= (found[i - 1]?.grossProfit ?? 0n))).toBe(true);
		},
	);
});

describe("an ERC-4626 vault", () => {
	const codeHash = `0x${"ab".repeat(32)}`;
	const vault = {
		family: "erc4626",
		address: address(1),
		dex: "erc4626",
		tokens: [token(0), token(1)],
		totalAssets: "2000000",
		totalSupply: "1000000",
		maxDeposit: "1000",
		maxRedeem: "1000",
		codeHash,
		rounding: "solmate",
	};

	it("is taken where its code was vetted, and refused elsewhere", () => {
		expect(refusalOf(() => engine.upsertFamilyPool(vault))).toBe("invalid_state");
		expect(() => engine.upsertFamilyPool(vault)).toThrow(/codeHash 0xabab.* is not among the vetted vault codes/);
		using vetted = new Engine({ vaultCodes: [codeHash.toUpperCase().replace("X", "x")] });
		vetted.upsertFamilyPool(vault);
		expect(vetted.quote({ pool: address(1), tokenIn: token(0), amountIn: 1000n })).toBe(500n);
	});
});

describe("moves of pools of other families", () => {
	const velodrome = (reserve0: bigint, reserve1: bigint) => ({
		family: "velodrome-v2",
		address: address(1),
		dex: "velodrome-v2",
		tokens: [token(0), token(1)],
		stable: false,
		reserve0: reserve0.toString(),
		reserve1: reserve1.toString(),
		decimals0: "1000000000000000000",
		decimals1: "1000000",
		fee: 30,
	});
	const words = (...values: readonly bigint[]) => BigUint64Array.from(values.flatMap((value) => [value, 0n, 0n, 0n]));

	it("answer as the state given whole, and are taken back with their block", () => {
		engine.keepBlocks(2);
		engine.upsertFamilyPool(velodrome(1_000_000n, 2_000_000n));
		const question = { pool: address(1), tokenIn: token(0), amountIn: 1000n };
		const before = engine.quote(question);
		expect(engine.movingFields(address(1))).toEqual([
			{ field: "reserve0", count: 1 },
			{ field: "reserve1", count: 1 },
		]);
		engine.beginBlock(7);
		engine.movePools({ pools: [address(1)], counts: Uint32Array.of(2), values: words(1_500_000n, 1_400_000n) });
		const moved = engine.quote(question);
		using other = new Engine();
		other.upsertFamilyPool(velodrome(1_500_000n, 1_400_000n));
		expect(moved).toBe(other.quote(question));
		expect(engine.rollBack(7)).toEqual([address(1)]);
		expect(engine.quote(question)).toBe(before);
	});

	it("refuse what does not fit, whole batches at once", () => {
		const second = { ...velodrome(1n, 1n), address: address(2) };
		engine.upsertFamilyPool(velodrome(1_000_000n, 2_000_000n));
		engine.upsertFamilyPool(second);
		const pools = [address(1), address(2)];
		const move = (counts: readonly number[], values: BigUint64Array) => () =>
			engine.movePools({ pools, counts: Uint32Array.from(counts), values });
		expect(refusalOf(move([2, 1], words(5n, 6n, 7n)))).toBe("invalid_state");
		expect(refusalOf(move([2, 2], words(5n, 6n)))).toBe("invalid_state");
		expect(engine.quote({ pool: address(1), tokenIn: token(0), amountIn: 1000n })).toBe(1992n);
		engine.upsertPools([pair(1, { reserve0: "10", reserve1: "10" })]);
		expect(refusalOf(move([2, 2], words(5n, 6n, 7n, 8n)))).toBe("unknown_pool");
	});
});

describe("reachable ticks", () => {
	it("give the same quotes up to twice the amount with fewer ticks, and refuse what lies beyond", () => {
		const far = Array.from({ length: 800 }, (_, i) => [(i - 400) * 100, i < 400 ? "1000" : "-1000"] as const);
		const state = concentrated(1, { tickSpacing: 10, liquidity: "400000", ticks: far, tickLower: -40_000, tickUpper: 40_000 });
		engine.upsertPools([state]);
		for (const tokenIn of [token(0), token(1)]) {
			const amountIn = 30_000n;
			const trimmed = { ...engine.reachableTicks(state, tokenIn, amountIn), address: address(2) };
			expect(trimmed.ticks.length).toBeLessThan(120);
			expect(Math.abs(trimmed.tickLower % 2560) + Math.abs(trimmed.tickUpper % 2560)).toBe(0);
			engine.upsertPools([trimmed]);
			for (const amount of [1n, 1000n, amountIn, 2n * amountIn]) {
				const whole = engine.quote({ pool: state.address, tokenIn, amountIn: amount });
				expect(engine.quote({ pool: trimmed.address, tokenIn, amountIn: amount })).toBe(whole);
			}
			expect(refusalOf(() => engine.quote({ pool: trimmed.address, tokenIn, amountIn: 10n ** 7n }))).toBe("unknown_ticks");
		}
	});
});

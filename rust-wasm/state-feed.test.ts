import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PoolState } from "../domain/pool.ts";
import { Engine } from "./engine.ts";
import { StateFeed } from "./state-feed.ts";

const [TOKEN0, TOKEN1] = [`0x${"01".repeat(20)}`, `0x${"02".repeat(20)}`];
const FACTS = { dex: "dex", token0: TOKEN0, token1: TOKEN1 };
const TICKS = [
	[-600, "5000000000000"],
	[600, "-5000000000000"],
] as const;

const PAIR: PoolState = { ...FACTS, family: "uniswap-v2", address: "0xaa", feePips: 3000, reserve0: "1000000000", reserve1: "2000000000" };
const V3: PoolState = {
	...{ ...FACTS, family: "uniswap-v3", address: "0xbb", feePips: 500, tickSpacing: 10 },
	...{ sqrtPriceX96: String(1n << 96n), tick: 0, liquidity: "5000000000000", tickLower: -887_270, tickUpper: 887_270, ticks: TICKS },
};
const V4: PoolState = {
	...{
		family: "uniswap-v4",
		address: "0xcc",
		dex: "dex",
		tokens: [TOKEN0, TOKEN1],
		lpFee: 3000,
		protocolFee: 0,
		hooks: `0x${"00".repeat(20)}`,
	},
	...{ tickSpacing: 10, sqrtPriceX96: String(1n << 96n), tick: 0, liquidity: "5000000000000" },
	...{ tickLower: -887_270, tickUpper: 887_270, ticks: TICKS },
};
const VELODROME: PoolState = {
	...{
		family: "velodrome-v2",
		address: "0xdd",
		dex: "dex",
		tokens: [TOKEN0, TOKEN1],
		stable: false,
		fee: 30,
		decimals0: 18,
		decimals1: 18,
	},
	...{ reserve0: "1000000000", reserve1: "2000000000" },
};
/** A price between the ticks -50 and -49: 1.0001^(-50/2) · 2^96 is 79030.35e24. */
const LOWER_PRICE = { sqrtPriceX96: "79031000000000000000000000000", tick: -50, liquidity: "6000000000000" };

let engine: Engine;
let feed: StateFeed;
let calls: Record<"whole" | "reserves" | "moves", number>;

beforeEach(() => {
	engine = new Engine();
	feed = new StateFeed(engine);
	calls = { whole: 0, reserves: 0, moves: 0 };
	const { upsertPools, updateV2Reserves, movePools } = engine;
	vi.spyOn(engine, "upsertPools").mockImplementation((states) => {
		calls.whole += states.length;
		upsertPools.call(engine, states);
	});
	vi.spyOn(engine, "updateV2Reserves").mockImplementation((batch) => {
		calls.reserves += batch.pools.length;
		updateV2Reserves.call(engine, batch);
	});
	vi.spyOn(engine, "movePools").mockImplementation((batch) => {
		calls.moves += batch.pools.length;
		movePools.call(engine, batch);
	});
});
afterEach(() => engine[Symbol.dispose]());

/** What an engine that got the whole state answers. */
function expectAsWhole(state: PoolState): void {
	using other = new Engine();
	other.upsertPools([state]);
	for (const tokenIn of [TOKEN0, TOKEN1]) {
		for (const amountIn of [1_000n, 1_000_000n, 40_000_000n]) {
			const question = { pool: state.address, tokenIn, amountIn };
			expect(engine.quote(question)).toBe(other.quote(question));
		}
	}
}

describe("states that go to the engine", () => {
	const cases: readonly (readonly [string, PoolState, Partial<Record<string, unknown>>, keyof typeof calls])[] = [
		["reserves of a pair", PAIR, { reserve0: "1500000000", reserve1: "1333333333" }, "reserves"],
		["another fee of a pair", PAIR, { feePips: 2500 }, "whole"],
		["a swap in a V3 pool", V3, LOWER_PRICE, "moves"],
		["other ticks of a V3 pool", V3, { ticks: [[-1200, "5000000000000"], TICKS[1]] }, "whole"],
		["a swap in a V4 pool, whose fees stay", V4, LOWER_PRICE, "moves"],
		["another fee of a V4 pool", V4, { lpFee: 500 }, "whole"],
		["reserves of a Solidly pair", VELODROME, { reserve0: "900000000", reserve1: "2300000000" }, "moves"],
		["a field that goes", { ...VELODROME, details: { stable: false } }, { details: undefined }, "whole"],
	];
	for (const [what, before, change, way] of cases) {
		it(`${what}: ${way}, with the answers of the whole state`, () => {
			feed.give([before]);
			expect(calls).toEqual({ whole: 1, reserves: 0, moves: 0 });
			const after = Object.fromEntries(
				Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
			) as unknown as PoolState;
			feed.give([after]);
			expect(calls).toEqual({ whole: 1, reserves: 0, moves: 0, [way]: way === "whole" ? 2 : 1 });
			expectAsWhole(after);
			// An equal list is no other list.
			feed.give([{ ...after, ...("ticks" in after ? { ticks: structuredClone(after.ticks) } : {}) } as PoolState]);
			expect(calls.whole).toBe(way === "whole" ? 2 : 1);
			expectAsWhole(after);
		});
	}

	it("cross whole again after the pool was removed, and after the engine refused a move", () => {
		feed.give([PAIR, V3]);
		feed.remove(PAIR.address);
		feed.give([PAIR]);
		expect(calls.whole).toBe(3);
		expect(() => feed.give([{ ...V3, ...LOWER_PRICE, tick: 7000 } as PoolState])).toThrow(/invalid_state/);
		expectAsWhole(V3);
		feed.give([{ ...V3, ...LOWER_PRICE } as PoolState]);
		expect(calls.whole).toBe(4);
		expectAsWhole({ ...V3, ...LOWER_PRICE } as PoolState);
	});
});

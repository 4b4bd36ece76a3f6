import { describe, expect, it } from "vitest";
import type { PoolState } from "../domain/pool.ts";
import { Engine } from "../rust-wasm/engine.ts";
import { SearchFloor } from "./search-floor.ts";

const [WETH, USDC] = [`0x${"01".repeat(20)}`, `0x${"02".repeat(20)}`];
const POOLS = new Set(["0xaa", "0xbb"]);

function pair(address: string, reserve1: string): PoolState {
	return { family: "uniswap-v2", address, dex: "dex", token0: WETH, token1: USDC, feePips: 3000, reserve0: "1000000000", reserve1 };
}

/** Two pairs that are far enough apart for a cycle, in an engine. */
function market() {
	const states = new Map([
		["0xaa", pair("0xaa", "1000000000")],
		["0xbb", pair("0xbb", "1100000000")],
	]);
	const engine = new Engine();
	const floor = new SearchFloor({
		engine,
		book: {
			state: (address) => {
				const state = states.get(address);
				if (state === undefined) throw new Error(`no ${address}`);
				return state;
			},
		},
	});
	floor.update([...POOLS]);
	const cycles = () => engine.search({ changedPools: [...POOLS], startTokens: [{ token: WETH }], maxHops: 3, limit: 4 }).length;
	return { states, engine, floor, cycles };
}

describe("pools below the floor", () => {
	it("leave the search, also when their states change, and come back by themselves with the state of that time", () => {
		const { states, engine, floor, cycles } = market();
		expect(cycles()).toBe(1);
		expect(floor.move({ below: new Set(["0xbb"]), pools: POOLS })).toEqual([]);
		expect(cycles()).toBe(0);
		states.set("0xbb", pair("0xbb", "1200000000"));
		floor.update(["0xbb"]);
		expect(cycles()).toBe(0);
		expect(floor.move({ below: new Set(), pools: POOLS })).toEqual(["0xbb"]);
		expect(cycles()).toBe(1);
		// 997 × 1,000 × 1.2e9 ÷ (1e9 × 1,000 + 997 × 1,000): the later reserves.
		expect(engine.quote({ pool: "0xbb", tokenIn: WETH, amountIn: 1_000n })).toBe(1196n);
	});

	it("may be pools that the watch does not know", () => {
		const { floor, cycles } = market();
		floor.move({ below: new Set(["0xcc"]), pools: POOLS });
		expect(floor.move({ below: new Set(), pools: POOLS })).toEqual([]);
		expect(cycles()).toBe(1);
	});
});

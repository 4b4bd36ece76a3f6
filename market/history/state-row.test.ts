import { describe, expect, it } from "vitest";
import type { Pool } from "../../domain/pool.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { poolLine, poolOfLine } from "./pool-line.ts";
import { rowOf, trackedOf } from "./state-row.ts";

const TOKENS = ["0x01", "0x02"];
const FACTS = { chainId: 1, address: "0xaa", dex: "dex", tokens: TOKENS, feePips: 500, tickSpacing: 10, details: {} };
const V4: Pool = { ...FACTS, family: "uniswap-v4", details: { manager: "0x0a", hooks: "0x00", fee: 500 } };
const SHAPE = { sqrtPriceX96: "79228162514264337593543950336", tick: -3, liquidity: "7", tickLower: -10, tickUpper: 10 };

function through(pool: Pool, tracked: TrackedPool): TrackedPool {
	return trackedOf(pool, JSON.parse(JSON.stringify(rowOf(tracked))));
}

describe("stored states", () => {
	it("come back with every field, map and large integer, whatever the family", () => {
		const gross = new Map([
			[-10, 2n ** 127n],
			[10, 5n],
		]);
		const ticks = [
			[-10, "5"],
			[10, "-5"],
		] as const;
		const v3: TrackedPool = {
			liquidityGross: gross,
			state: {
				family: "uniswap-v3",
				address: "0xaa",
				dex: "dex",
				token0: "0x01",
				token1: "0x02",
				feePips: 500,
				tickSpacing: 10,
				...SHAPE,
				ticks,
			},
		};
		const v4: TrackedPool = {
			liquidityGross: gross,
			state: {
				family: "uniswap-v4",
				address: "0xaa",
				dex: "dex",
				tokens: TOKENS,
				details: V4.details,
				lpFee: 500,
				...SHAPE,
				tickSpacing: 10,
				ticks,
			},
		};
		for (const [pool, tracked] of [
			[{ ...FACTS, family: "uniswap-v3" } as const, v3],
			[V4, v4],
		] as const) {
			const back = through(pool, tracked);
			expect(back).toEqual(tracked);
			expect(JSON.stringify(back.state)).toBe(JSON.stringify(tracked.state));
		}
	});

	it("are refused where they could not come back, or belong to another pool", () => {
		const state = { family: "uniswap-v4", address: "0xaa", dex: "dex", tokens: TOKENS } as const;
		expect(() => rowOf({ state: { ...state, at: new Date(0), reserves: new Uint8Array(2) } })).toThrow(/cannot be stored/);
		expect(() => trackedOf({ ...V4, address: "0xbb" }, rowOf({ state }))).toThrow(
			/the stored state of pool 0xbb is none of family uniswap-v4/,
		);
	});
});

describe("a pool's line", () => {
	it("tells all facts, in one order", () => {
		expect(poolOfLine(poolLine(V4))).toEqual(V4);
		const { manager, hooks, fee } = { manager: "0x0a", hooks: "0x00", fee: 500 };
		expect(poolLine({ ...V4, details: { fee, hooks, manager } })).toBe(poolLine(V4));
		expect(poolLine({ ...V4, details: { fee: 501, hooks, manager } })).not.toBe(poolLine(V4));
		expect(() => poolOfLine('[1,"0xaa"]')).toThrow(/a stored pool is none of this version/);
	});
});

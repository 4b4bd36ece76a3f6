import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PoolState } from "../domain/pool.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { addressOf } from "./testing/lifecycles.ts";
import { currentFencingNumber, readWatchState, saveWatchState, takeFencingNumber } from "./watchers.ts";

let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

const STATE: PoolState = {
	family: "uniswap-v2",
	address: addressOf("a"),
	dex: "uniswap-v2",
	token0: addressOf("t0"),
	token1: addressOf("t1"),
	feePips: 3_000,
	reserve0: (2n ** 112n - 1n).toString(),
	reserve1: "1",
};

describe("fencing numbers", () => {
	it("start after 0 and rise by one, also when many are taken at once", async () => {
		expect(await currentFencingNumber(fresh.db, 1)).toBe(0);
		const taken = await Promise.all(Array.from({ length: 10 }, (_, i) => takeFencingNumber(fresh.db, { chainId: 1, holder: `w${i}` })));
		expect(taken.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		expect(await currentFencingNumber(fresh.db, 1)).toBe(10);
		expect(await currentFencingNumber(fresh.db, 2)).toBe(0);
	});
});

describe("a watcher's stored state", () => {
	it("comes back as it was saved, and a fenced watcher cannot replace it", async () => {
		expect(await readWatchState(fresh.db, 7)).toBeNull();
		const old = await takeFencingNumber(fresh.db, { chainId: 7, holder: "old" });
		const state = { chainId: 7, blockNumber: 10, blockHash: "0xb10", states: [STATE] };
		await saveWatchState(fresh.db, { ...state, fencingNumber: old });
		const successor = await takeFencingNumber(fresh.db, { chainId: 7, holder: "successor" });
		await expect(saveWatchState(fresh.db, { ...state, blockNumber: 11, fencingNumber: old })).rejects.toMatchObject({ code: "fenced" });
		expect(await readWatchState(fresh.db, 7)).toEqual(state);
		await saveWatchState(fresh.db, { ...state, blockNumber: 12, fencingNumber: successor });
		expect(await readWatchState(fresh.db, 7)).toEqual({ ...state, blockNumber: 12 });
	});
});

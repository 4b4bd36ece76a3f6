import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { readPools, upsertPools } from "./registry.ts";
import { poolsBelowFloor, readTvl, recordTvl, TVL_RETENTION_DAYS, type TvlValue } from "./tvl.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const START = new Date("2026-01-01T00:00:00Z");
let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function value(of: Partial<TvlValue>): TvlValue {
	return { scope: "chain", name: "all", microUsd: "1", isPartial: false, ...of };
}

async function record(of: {
	readonly chainId: number;
	readonly blockNumber: number;
	readonly day?: number;
	readonly values?: readonly TvlValue[];
	readonly leaving?: readonly string[];
	readonly returning?: readonly string[];
}): Promise<void> {
	const at = new Date(START.getTime() + (of.day ?? 0) * DAY_MS);
	await recordTvl(fresh.db, { values: [], leaving: [], returning: [], ...of, at });
}

describe("the time series of values", () => {
	it("gives back each scope's values, youngest first, to the last millionth of a dollar", async () => {
		const huge = "123456789012345678901234567890";
		await record({
			chainId: 1,
			blockNumber: 10,
			values: [value({}), value({ scope: "pool", name: "0xaa", microUsd: huge, isPartial: true })],
		});
		await record({ chainId: 1, blockNumber: 11, day: 1, values: [value({ microUsd: "2" })] });
		await record({ chainId: 2, blockNumber: 11, values: [value({ microUsd: "9" })] });
		const chain = await readTvl(fresh.db, { chainId: 1, scope: "chain", name: "all", limit: 10 });
		expect(chain.map(({ blockNumber, microUsd }) => [blockNumber, microUsd])).toEqual([
			[11, "2"],
			[10, "1"],
		]);
		const pool = await readTvl(fresh.db, { chainId: 1, scope: "pool", name: "0xaa", limit: 10 });
		expect(pool).toEqual([{ blockNumber: 10, at: START, microUsd: huge, isPartial: true }]);
	});

	it("changes nothing where a block is stored again", async () => {
		await record({ chainId: 3, blockNumber: 5, values: [value({})] });
		await record({ chainId: 3, blockNumber: 5, values: [value({ microUsd: "7" })] });
		expect(await readTvl(fresh.db, { chainId: 3, scope: "chain", name: "all", limit: 10 })).toMatchObject([{ microUsd: "1" }]);
	});

	it("takes thousands of pools at once", async () => {
		const values = Array.from({ length: 4_500 }, (_, i) => value({ scope: "pool", name: `0x${i}` }));
		await record({ chainId: 4, blockNumber: 1, values });
		expect(await readTvl(fresh.db, { chainId: 4, scope: "pool", name: "0x4499", limit: 1 })).toHaveLength(1);
	});

	it("is kept for the days that its scope is kept for, on its own chain", async () => {
		const both = [value({}), value({ scope: "pool", name: "0xaa" })];
		await record({ chainId: 5, blockNumber: 1, values: both });
		await record({ chainId: 6, blockNumber: 1, values: both });
		const of = (scope: "pool" | "chain") => readTvl(fresh.db, { chainId: 5, scope, name: scope === "pool" ? "0xaa" : "all", limit: 10 });
		await record({ chainId: 5, blockNumber: 2, day: TVL_RETENTION_DAYS.pool });
		expect([await of("pool"), await of("chain")].map((rows) => rows.length)).toEqual([1, 1]);
		await record({ chainId: 5, blockNumber: 3, day: TVL_RETENTION_DAYS.pool + 1 });
		expect([await of("pool"), await of("chain")].map((rows) => rows.length)).toEqual([0, 1]);
		await record({ chainId: 5, blockNumber: 4, day: TVL_RETENTION_DAYS.chain + 1 });
		expect(await of("chain")).toEqual([]);
		expect(await readTvl(fresh.db, { chainId: 6, scope: "pool", name: "0xaa", limit: 1 })).toHaveLength(1);
	});
});

describe("pools below the floor", () => {
	it("are marked and unmarked, apart from what else allows them, also when they are discovered again", async () => {
		const pool = {
			...{
				chainId: 1,
				address: "0xaa",
				family: "uniswap-v2" as const,
				dex: "d",
				tokens: ["0x01", "0x02"],
				feePips: 3000,
				tickSpacing: 0,
				details: {},
			},
			...{ allowed: true, reason: "", discoveredAtBlock: 1 },
		};
		await upsertPools(fresh.db, [pool, { ...pool, address: "0xbb" }, { ...pool, chainId: 2 }]);
		await record({ chainId: 1, blockNumber: 20, leaving: ["0xaa"] });
		await upsertPools(fresh.db, [pool]);
		expect([...(await poolsBelowFloor(fresh.db, 1))]).toEqual(["0xaa"]);
		expect((await poolsBelowFloor(fresh.db, 2)).size).toBe(0);
		expect((await readPools(fresh.db, 1)).every((each) => each.allowed)).toBe(true);
		await record({ chainId: 1, blockNumber: 21, returning: ["0xaa"] });
		expect((await poolsBelowFloor(fresh.db, 1)).size).toBe(0);
	});
});

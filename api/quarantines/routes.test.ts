import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quarantinePool, releasePool } from "../../db/quarantine.ts";
import { CHAIN } from "../../db/testing/lifecycles.ts";
import type { PoolState } from "../../domain/pool.ts";
import { type RunningApi, startApi } from "../testing/api.ts";
import type { Quarantines } from "./schema.ts";

const [FIRST, SECOND] = [`0x${"aa".repeat(20)}`, `0x${"bb".repeat(20)}`];
let api: RunningApi;

beforeAll(async () => {
	api = await startApi();
});
afterAll(() => api.close());

function pair(address: string, reserve0: string): PoolState {
	const sides = { token0: `0x${"01".repeat(20)}`, token1: `0x${"02".repeat(20)}` };
	return { family: "uniswap-v2", address, dex: "dex", ...sides, feePips: 3000, reserve0, reserve1: "7" };
}

async function quarantines(query = ""): Promise<Quarantines> {
	return (await (await api.ask(`/api/quarantines${query}`)).json()) as Quarantines;
}

describe("quarantines", () => {
	it("are listed with both states, those that last first", async () => {
		expect(await quarantines()).toEqual({ items: [] });
		for (const [blockNumber, pool] of [FIRST, SECOND].entries()) {
			await quarantinePool(api.fresh.db, {
				...{ chainId: CHAIN, pool, blockNumber, blockHash: `0x${"cc".repeat(32)}`, foundBy: "audit" },
				...{ kept: pair(pool, "1"), fresh: pair(pool, "2"), fields: ["reserve0"] },
			});
		}
		await releasePool(api.fresh.db, { chainId: CHAIN, pool: SECOND, blockNumber: 5, why: "right again" });
		const { items } = await quarantines();
		expect(items).toMatchObject([
			{
				...{ chainId: CHAIN, pool: expect.stringMatching(/^0xaA/i), block: { number: 0 }, fields: ["reserve0"], foundBy: "audit" },
				...{ kept: { reserve0: "1" }, fresh: { reserve0: "2" }, releasedAt: null, releasedAtBlock: null },
			},
			{ block: { number: 1 }, releasedAtBlock: 5, releasedAt: expect.stringMatching(/Z$/) },
		]);
		expect((await quarantines("?limit=1")).items).toHaveLength(1);
	});

	it("are of a chain that is configured", async () => {
		expect((await api.ask("/api/quarantines?chainId=999")).status).toBe(404);
		expect((await api.ask("/api/quarantines?limit=0")).status).toBe(400);
	});
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../domain/pool.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { allowedPools, allowedTokens, readPools, readTokens, upsertPools, upsertTokens } from "./registry.ts";

let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function poolOf(number: number): Pool {
	return {
		chainId: 1,
		address: `0x${number.toString(16).padStart(40, "0")}`,
		family: "uniswap-v3",
		dex: "uniswap-v3",
		tokens: ["0xaa", "0xbb"],
		feePips: 500,
		tickSpacing: 10,
		details: {},
	};
}

describe("the registry", () => {
	it("takes thousands of pools at once and gives back those that are known and allowed", async () => {
		const found = Array.from({ length: 4_500 }, (_, i) => ({
			...poolOf(i),
			allowed: i % 2 === 0,
			reason: i % 2 === 0 ? "" : "too little liquidity",
			discoveredAtBlock: i,
		}));
		await upsertPools(fresh.db, found);
		expect(await readPools(fresh.db, 1)).toHaveLength(4_500);
		const asked = [poolOf(0), poolOf(1), poolOf(9_999)].map((pool) => pool.address);
		expect(await allowedPools(fresh.db, { chainId: 1, pools: asked })).toEqual([poolOf(0).address]);
		expect(await allowedPools(fresh.db, { chainId: 2, pools: asked })).toEqual([]);
	});

	it("takes a new permission for what it knows, with the inspection that led to it", async () => {
		const token = { chainId: 1, address: "0xaa", symbol: "AAA", decimals: 18 };
		await upsertTokens(fresh.db, [{ ...token, allowed: true, reason: "" }]);
		expect(await allowedTokens(fresh.db, { chainId: 1, tokens: ["0xaa", "0xbb"] })).toEqual(["0xaa"]);
		expect(await readTokens(fresh.db, 1)).toEqual([
			{ ...token, allowed: true, reason: "", reasonCode: null, notes: [], inspectedAtBlock: null },
		]);
		const inspected = {
			...{ ...token, allowed: false, reason: "buy 10000", reasonCode: "transfer_fee" as const },
			...{ notes: [{ code: "upgradable" as const, sentence: "its code may change" }], inspectedAtBlock: 17 },
		};
		await upsertTokens(fresh.db, [inspected]);
		expect(await allowedTokens(fresh.db, { chainId: 1, tokens: ["0xaa"] })).toEqual([]);
		expect(await readTokens(fresh.db, 1)).toEqual([inspected]);
	});

	it("takes nothing without complaint", async () => {
		await expect(upsertPools(fresh.db, [])).resolves.toBeUndefined();
		expect(await allowedPools(fresh.db, { chainId: 1, pools: [] })).toEqual([]);
	});
});

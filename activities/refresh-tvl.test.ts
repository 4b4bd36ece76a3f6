import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceSettings } from "../config/prices.ts";
import { readPools, upsertPools } from "../db/registry.ts";
import { poolsBelowFloor, readTvl } from "../db/tvl.ts";
import { type ChainClient, connectChain } from "../market/chain-client.ts";
import { discoverPools } from "../market/discovery/events.ts";
import { type Exchange, startExchange } from "../market/testing/exchange.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { refreshTvlActivity } from "./refresh-tvl.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let fresh: FreshDatabase;
let exchange: Exchange;
let client: ChainClient;

beforeAll(async () => {
	[fresh, exchange] = await Promise.all([freshDatabase(), startExchange()]);
	client = await connectChain(exchange.chain, { pollMs: 50 });
});
afterAll(async () => {
	client?.close();
	await Promise.all([exchange?.close(), fresh?.close()]);
});

function refresh(prices?: PriceSettings, stablecoins = exchange.chain.stablecoins) {
	const chain = { ...exchange.chain, stablecoins, ...(prices === undefined ? {} : { prices }) };
	return refreshTvlActivity({ chain, db: fresh.db, client, log })({ chainId: chain.chainId });
}

function floorOf(tvlFloorUsd: number): PriceSettings {
	return { feeds: [], sequencer: null, maxDisagreementPpm: 500_000, minDepthWei: "1", maxHops: 3, tvlFloorUsd };
}

describe("refreshing the values of pools", () => {
	it("has nothing to value before pools are known, and stores nothing then", async () => {
		expect((await refresh()).summary).toBe("the registry has no pools yet");
		expect(await readTvl(fresh.db, { chainId: 31337, scope: "chain", name: "all", limit: 1 })).toEqual([]);
	});

	it("stores what pools, dexes and chain hold at the head", async () => {
		const pools = await discoverPools(client, exchange.chain, {});
		await upsertPools(
			fresh.db,
			pools.map((pool) => ({ ...pool, allowed: true, reason: "", discoveredAtBlock: 0 })),
		);
		const { blockNumber, summary } = await refresh();
		expect(blockNumber).toBe((await client.head()).number);
		expect(summary).toContain("5 pools hold ");
		// Every token is worth one dollar; the first pair holds a million of two tokens.
		const [pair = ""] = exchange.pairs;
		expect(await readTvl(fresh.db, { chainId: 31337, scope: "pool", name: pair, limit: 1 })).toMatchObject([
			{ blockNumber, microUsd: "2000000000000", isPartial: false },
		]);
		const [pairs] = await readTvl(fresh.db, { chainId: 31337, scope: "dex", name: "uniswap-v2", limit: 1 });
		const [concentrated] = await readTvl(fresh.db, { chainId: 31337, scope: "dex", name: "uniswap-v3", limit: 1 });
		const [all] = await readTvl(fresh.db, { chainId: 31337, scope: "chain", name: "all", limit: 1 });
		expect(pairs?.microUsd).toBe("3000000000000");
		expect(BigInt(pairs?.microUsd ?? 0) + BigInt(concentrated?.microUsd ?? 0)).toBe(BigInt(all?.microUsd ?? 0));
	});

	it("lets pools below the floor leave and come back, and none without a floor", async () => {
		const [, small = ""] = exchange.pairs;
		await refresh(floorOf(1_500_000));
		expect([...(await poolsBelowFloor(fresh.db, 31337))]).toEqual([small]);
		// A tenth above the floor it comes back; a hundredth above it does not.
		await refresh(floorOf(990_000));
		expect((await poolsBelowFloor(fresh.db, 31337)).size).toBe(1);
		await refresh(floorOf(900_000));
		expect((await poolsBelowFloor(fresh.db, 31337)).size).toBe(0);
		await refresh(floorOf(1_500_000));
		await refresh();
		expect((await poolsBelowFloor(fresh.db, 31337)).size).toBe(0);
		expect((await readPools(fresh.db, 31337)).every((pool) => pool.allowed)).toBe(true);
	});

	it("leaves a pool where it is while the price of one of its tokens is refused", async () => {
		const [, small = ""] = exchange.pairs;
		const [, second = ""] = exchange.chain.tokens.map((token) => token.address);
		// No contract is at the feed's address: its token has no price that may be used.
		const feed = { pair: "TWO/USD", address: `0x${"99".repeat(20)}`, tokens: [second], heartbeatSeconds: 1, deviationPpm: 0 };
		await refresh({ ...floorOf(1_500_000), feeds: [feed] });
		expect((await poolsBelowFloor(fresh.db, 31337)).has(small)).toBe(false);
	});

	it("changes nothing while the native coin has no price in dollars", async () => {
		await expect(refresh(floorOf(1_500_000), [])).rejects.toMatchObject({ type: "unavailable", nonRetryable: false });
		expect((await poolsBelowFloor(fresh.db, 31337)).size).toBe(0);
	});

	it("is refused for another chain than the worker's", async () => {
		const deps = { chain: exchange.chain, db: fresh.db, client, log };
		await expect(refreshTvlActivity(deps)({ chainId: 1 })).rejects.toMatchObject({ type: "configuration", nonRetryable: true });
	});
});

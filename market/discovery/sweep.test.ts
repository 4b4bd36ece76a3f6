import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readCursors } from "../../db/discovery.ts";
import { readPools, upsertTokens } from "../../db/registry.ts";
import { ArbError } from "../../domain/errors.ts";
import { type FreshDatabase, freshDatabase } from "../../tests/setup/database.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import type { Dex } from "../protocols/adapter.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { Factories } from "../testing/factories.ts";
import { discoverPools } from "./events.ts";
import { plainPool } from "./permission.ts";
import { discoverIntoRegistry } from "./registry-sweep.ts";
import type { DiscoveredChain } from "./scope.ts";
import type { SweepProgress, SweepWay } from "./sweep.ts";

let exchange: Exchange;
let factories: Factories;
let client: ChainClient;
let fresh: FreshDatabase;

beforeAll(async () => {
	exchange = await startExchange();
	factories = new Factories(exchange);
	client = await connectChain(exchange.chain, { wsUrl: null });
	fresh = await freshDatabase();
	await allowTokens();
});
afterEach(async () => {
	await fresh.db.pool.query("truncate pools, discovery_cursors");
});
afterAll(async () => {
	client?.close();
	await Promise.all([exchange?.close(), fresh?.close()]);
});

/** As an inspection would leave them. */
async function allowTokens(): Promise<void> {
	const { chainId, tokens } = exchange.chain;
	await upsertTokens(
		fresh.db,
		tokens.map((token) => ({ ...token, chainId, allowed: true, reason: "" })),
	);
}

function discover(
	of: {
		readonly ways?: readonly SweepWay[];
		readonly chain?: DiscoveredChain;
		readonly through?: ChainClient;
		readonly onProgress?: (progress: SweepProgress) => void;
	} = {},
) {
	const { ways, chain = exchange.chain, through = client, onProgress } = of;
	return discoverIntoRegistry({
		...{ db: fresh.db, client: through, chain: { ...chain, policy: { confirmationDepth: 1 } as never } },
		...(ways && { waysOf: () => ways }),
		...(onProgress && { onProgress }),
	});
}

/** A client that tells which ranges of blocks were asked for events. */
function watched(): { readonly through: ChainClient; readonly asked: { from: number; to: number }[] } {
	const asked: { from: number; to: number }[] = [];
	const logsBetween: ChainClient["logsBetween"] = (filter) => {
		asked.push({ from: filter.fromBlock, to: filter.toBlock });
		return client.logsBetween(filter);
	};
	return { through: { ...client, logsBetween }, asked };
}

async function stored() {
	const pools = await readPools(fresh.db, exchange.chain.chainId);
	return pools.toSorted((a, b) => a.address.localeCompare(b.address));
}

describe("a sweep", () => {
	it.each<readonly [SweepWay, number]>([
		["events", 5],
		["derivation", 5],
		["list", 2],
	])("by %s alone finds the pools with the same facts, and lets them be searched", async (way, count) => {
		const { results } = await discover({ ways: [way] });
		expect(results.map(({ failure }) => failure)).toEqual([null, null]);
		const found = await stored();
		const known = await discoverPools(client, exchange.chain, {});
		expect(found).toHaveLength(count);
		expect(found.map(plainPool)).toEqual(
			known.filter((pool) => count === 5 || pool.family === "uniswap-v2").toSorted((a, b) => a.address.localeCompare(b.address)),
		);
		expect(found.every(({ allowed, reason }) => allowed && reason === "")).toBe(true);
	});

	it("by all ways stores each pool once, and says how far it is", async () => {
		const progress: SweepProgress[] = [];
		const { results, head } = await discover({ onProgress: (one) => progress.push(one) });
		expect(results.map(({ dex, way, found }) => [dex, way, found])).toEqual([
			["uniswap-v2", "events", 2],
			["uniswap-v2", "list", 2],
			["uniswap-v2", "derivation", 2],
			["uniswap-v3", "events", 3],
			["uniswap-v3", "derivation", 3],
		]);
		expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(5);
		expect(progress.find(({ way, dex }) => way === "events" && dex === "uniswap-v2")).toMatchObject({ done: 0, total: head.number + 1 });
		for (const { done, total } of results) expect(done).toBe(total);
	});

	it("asks the chain only for what came after the last one", async () => {
		const { head } = await discover({ ways: ["events"] });
		const [native = "", , third = ""] = exchange.chain.tokens.map(({ address }) => address);
		const pair = await factories.pair(factoryOf(0), native, third);
		const { through, asked } = watched();
		const { results } = await discover({ ways: ["events"], through });
		expect(asked.every(({ from }) => from === head.number + 1)).toBe(true);
		expect(results.map(({ found }) => found)).toEqual([1, 0]);
		expect((await stored()).find(({ address }) => address === pair)).toMatchObject({ allowed: true, dex: "uniswap-v2" });
	});

	it("goes on where the node broke it off, and loses nothing", async () => {
		let left = 3;
		const broken: ChainClient = {
			...client,
			logsBetween: (filter) => {
				if (filter.toBlock - filter.fromBlock > 3)
					return Promise.reject(new ArbError({ code: "chain", message: "range too wide", retryable: true }));
				if (left-- <= 0) return Promise.reject(new ArbError({ code: "unavailable", message: "the node is away", retryable: true }));
				return client.logsBetween(filter);
			},
		};
		const { results } = await discover({ ways: ["events"], through: broken });
		expect(results.map(({ failure }) => failure?.code)).toEqual(["unavailable", "unavailable"]);
		const points = (await readCursors(fresh.db, exchange.chain.chainId)).map((cursor) => cursor.points.at(-1)?.number ?? -1);
		const { through, asked } = watched();
		await discover({ ways: ["events"], through });
		// The rows of the cursors come in no particular order.
		const begins = exchange.chain.dexes.map((_, i) => (points[i] ?? -1) + 1).toSorted((a, b) => a - b);
		expect(asked.map(({ from }) => from).toSorted((a, b) => a - b)).toEqual(begins);
		expect(await stored()).toHaveLength((await discoverPools(client, exchange.chain, {})).length);
	});

	it("notices a reorg behind its cursor, and forgets what is no longer there", async () => {
		const [, a = "", b = ""] = exchange.chain.tokens.map(({ address }) => address);
		await discover({ ways: ["events"] });
		const before = await stored();
		const pool = await factories.pool(factoryOf(1), { a, b, fee: 3000, spacing: 60 });
		await discover({ ways: ["events"] });
		expect((await stored()).map(({ address }) => address)).toContain(pool);
		await exchange.provider.send("anvil_reorg", [3, []]);
		await exchange.mine();
		await discover({ ways: ["events"] });
		expect(await stored()).toEqual(before);
	});

	it("reads everything again for a token that the settings did not have", async () => {
		const { tokens } = exchange.chain;
		await discover({ ways: ["events"], chain: { ...exchange.chain, tokens: tokens.slice(0, 2) } });
		const [native, second] = tokens.map(({ address }) => address);
		expect((await stored()).map((pool) => pool.tokens.toSorted())).toEqual(Array(2).fill([native, second].toSorted()));
		await discover({ ways: ["events"] });
		expect(await stored()).toHaveLength((await discoverPools(client, exchange.chain, {})).length);
	});

	it("stores pools of other tokens where the settings want them, not to be searched, with their reason", async () => {
		const [native = ""] = exchange.chain.tokens.map(({ address }) => address);
		const other = await factories.token();
		const pair = await factories.pair(factoryOf(0), native, other);
		await discover();
		expect((await stored()).map(({ address }) => address)).not.toContain(pair);
		await discover({ chain: { ...exchange.chain, storesUnlistedPools: true } });
		expect((await stored()).find(({ address }) => address === pair)).toMatchObject({
			...{ allowed: false, reason: `token ${other} is not among the chain's tokens` },
		});
	});

	it("takes a pool out of the search whose dex has another factory by now, and corrects the facts that settings give", async () => {
		await discover();
		const [v2, v3] = exchange.chain.dexes as [Dex, Dex];
		await discover({ chain: { ...exchange.chain, dexes: [{ ...v2, feePips: 2500 }] } });
		const pools = await stored();
		const pairs = pools.filter(({ dex }) => dex === "uniswap-v2");
		expect(pairs.length).toBeGreaterThan(1);
		for (const pair of pairs) expect(pair).toMatchObject({ feePips: 2500, allowed: true });
		for (const pool of pools.filter(({ dex }) => dex === v3.name)) {
			expect(pool).toMatchObject({ allowed: false, reason: expect.stringContaining("dex uniswap-v3") });
		}
	});

	it("names what is wrong with one dex, and reads the others", async () => {
		const [v2, v3] = exchange.chain.dexes as [Dex, Dex];
		const wrong = { ...v2, factory: exchange.pairs[0] ?? "" };
		const { results } = await discover({ chain: { ...exchange.chain, dexes: [wrong, v3] } });
		const failures = results.filter(({ failure }) => failure !== null).map(({ dex, way, failure }) => [dex, way, failure?.code]);
		expect(failures).toEqual([
			["uniswap-v2", "list", "configuration"],
			["uniswap-v2", "derivation", "configuration"],
		]);
		expect(await stored()).toHaveLength(3);
	});
});

function factoryOf(index: number): string {
	return exchange.chain.dexes[index]?.factory ?? "";
}

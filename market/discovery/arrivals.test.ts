import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readCursors } from "../../db/discovery.ts";
import { readPools } from "../../db/registry.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { type FreshDatabase, freshDatabase } from "../../tests/setup/database.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { type AppliedBlock, followChain } from "../follow.ts";
import { PoolBook } from "../pool-book.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { Factories } from "../testing/factories.ts";
import { Arrivals, type ArrivalsOptions } from "./arrivals.ts";
import { discoverIntoRegistry } from "./registry-sweep.ts";

const EXECUTOR = `0x${"e1".repeat(20)}`;
const LIMIT = { timeout: 30_000, interval: 20 };

let exchange: Exchange;
let factories: Factories;
let client: ChainClient;
let fresh: FreshDatabase;
let other: string;

/** A book that follows the chain with its arrivals until it is ended. */
interface Follower {
	readonly book: PoolBook;
	readonly applied: AppliedBlock[];
	readonly told: string[];
	end(): Promise<void>;
}

const followers: Follower[] = [];

beforeAll(async () => {
	exchange = await startExchange();
	factories = new Factories(exchange);
	client = await connectChain(exchange.chain);
	fresh = await freshDatabase();
	other = await factories.token();
});
afterEach(async () => {
	for (const follower of followers.splice(0)) await follower.end();
	await fresh.db.pool.query("truncate pools, discovery_cursors");
});
afterAll(async () => {
	client?.close();
	await Promise.all([exchange?.close(), fresh?.close()]);
});

async function follow(options: Partial<ArrivalsOptions> = {}): Promise<Follower> {
	const book = new PoolBook(client, []);
	const applied: AppliedBlock[] = [];
	const told: string[] = [];
	const ended = new AbortController();
	const chain = { ...exchange.chain, executor: EXECUTOR, policy: { confirmationDepth: 1 } as never, storesUnlistedPools: true };
	const onPool: ArrivalsOptions["onPool"] = ({ address, reason }) => void told.push(`${address} ${reason}`);
	const arrivals = new Arrivals({ db: fresh.db, client, chain, onPool, ...options });
	await arrivals.load(book, await client.head());
	const running = followChain(client, book, ended.signal, { newPools: arrivals, onBlock: (block) => void applied.push(block) });
	const follower = {
		...{ book, applied, told },
		end: async () => {
			ended.abort();
			await running;
		},
	};
	followers.push(follower);
	return follower;
}

async function atHead({ book }: Follower): Promise<void> {
	const head = await client.head();
	await vi.waitFor(() => expect(book.block.hash).toBe(head.hash), LIMIT);
}

function tokens(): readonly [string, string, string] {
	const [native = "", second = "", third = ""] = exchange.chain.tokens.map(({ address }) => address);
	return [native, second, third];
}

function factoryOf(index: number): string {
	return exchange.chain.dexes[index]?.factory ?? "";
}

async function registered(address: string) {
	return (await readPools(fresh.db, exchange.chain.chainId)).find((pool) => pool.address === address);
}

describe("pools that come while a chain is followed", () => {
	it("are in the book and searched with the block that creates them, a pair and a V3 pool", async () => {
		const [native, second, third] = tokens();
		const follower = await follow();
		expect(follower.book.addresses.toSorted()).toEqual([...exchange.pairs, ...exchange.v3Pools].toSorted());
		await factories.queuePair(factoryOf(0), native, third);
		await exchange.mine();
		await atHead(follower);
		const [created] = follower.applied.slice(-1);
		const pair = await factories.fill(factoryOf(0), native, third, 1_000n);
		expect(created?.changedPools).toEqual([pair]);
		expect(follower.told).toEqual([`${pair} `]);
		const pool = await factories.pool(factoryOf(1), { a: second, b: third, fee: 3000, spacing: 60 });
		await atHead(follower);
		expect(await registered(pair)).toMatchObject({ allowed: true, dex: "uniswap-v2", feePips: 3000 });
		expect(await registered(pool)).toMatchObject({ allowed: true, dex: "uniswap-v3", feePips: 3000, tickSpacing: 60 });
		// The pair holds 1,000 of each: 997 × 1 ÷ (1,000,000 + 997) of 1,000 tokens.
		using engine = new Engine();
		engine.upsertPools(follower.book.states);
		expect(engine.quote({ pool: pair, tokenIn: native, amountIn: 10n ** 18n })).toBe((997n * 10n ** 21n) / (1_000_000n + 997n));
		expect(engine.quote({ pool, tokenIn: second, amountIn: 10n ** 15n })).toBeGreaterThan(99n * 10n ** 13n);
	});

	it("of tokens that the chain does not have are stored and not searched, with their reason", async () => {
		const [native] = tokens();
		const follower = await follow();
		const pair = await factories.pair(factoryOf(0), native, other);
		await atHead(follower);
		expect(follower.book.has(pair)).toBe(false);
		expect(await registered(pair)).toMatchObject({ allowed: false, reason: `token ${other} is not among the chain's tokens` });
	});

	it("leave book and registry with the block that a reorg takes back, and come again with the one that has it again", async () => {
		const [, second, third] = tokens();
		const follower = await follow();
		const before = follower.book.addresses.toSorted();
		const pool = await factories.pool(factoryOf(1), { a: second, b: third, fee: 500, spacing: 10 });
		await atHead(follower);
		expect(follower.book.has(pool)).toBe(true);
		await exchange.provider.send("anvil_reorg", [3, []]);
		await exchange.mine();
		await atHead(follower);
		expect(follower.applied.flatMap(({ removedPools }) => removedPools)).toEqual([pool]);
		expect(follower.book.addresses.toSorted()).toEqual(before);
		expect(await registered(pool)).toBeUndefined();
		expect(await factories.pool(factoryOf(1), { a: second, b: third, fee: 500, spacing: 10 })).toBe(pool);
		await atHead(follower);
		expect(follower.book.has(pool)).toBe(true);
		expect(await registered(pool)).toMatchObject({ allowed: true });
	});

	it("come from the registry where others have stored them", async () => {
		const fork = { name: "fork", family: "uniswap-v2", factory: await factories.fork("uniswap-v2"), feePips: 2000, startBlock: 0 } as const;
		const [native, second] = tokens();
		const pair = await factories.pair(fork.factory, native, second);
		const chain = {
			...exchange.chain,
			dexes: [...exchange.chain.dexes, fork],
			policy: { confirmationDepth: 1 } as never,
			executor: EXECUTOR,
		};
		const follower = await follow({ chain, registryMs: 0 });
		expect(follower.book.has(pair)).toBe(true);
		await fresh.db.pool.query("delete from pools where address = $1", [pair]);
		await follower.end();
		const without = await follow({ chain, registryMs: 0 });
		expect(without.book.has(pair)).toBe(false);
		await discoverIntoRegistry({ db: fresh.db, client, chain, waysOf: () => ["derivation"] });
		await exchange.mine();
		await atHead(without);
		expect(without.book.has(pair)).toBe(true);
	});

	it("are found where blocks were skipped, and by a later start, which reads no block twice", async () => {
		const [, second, third] = tokens();
		const follower = await follow({ cursorMs: 0 });
		await exchange.mine();
		await atHead(follower);
		const stands = (await readCursors(fresh.db, exchange.chain.chainId)).map((cursor) => cursor.points.at(-1)?.number);
		expect(stands).toEqual(stands.map(() => follower.book.block.number));
		await follower.end();
		const pool = await factories.pool(factoryOf(1), { a: second, b: third, fee: 10_000, spacing: 200 });
		const asked: number[] = [];
		const logsBetween: ChainClient["logsBetween"] = (filter) => {
			asked.push(filter.fromBlock);
			return client.logsBetween(filter);
		};
		const later = await follow({ client: { ...client, logsBetween } });
		expect(later.book.has(pool)).toBe(true);
		expect(asked.every((from) => from === (stands[0] ?? 0) + 1)).toBe(true);
	});

	it("that cannot be read are stored with the reason, and keep nothing else out", async () => {
		const [native, second] = tokens();
		const follower = await follow();
		await follower.end();
		// A row whose contract is none: whoever put it there, the watch goes on without it.
		await fresh.db.pool.query(
			`insert into pools (chain_id, address, family, dex, tokens, fee_pips, tick_spacing, allowed, discovered_at_block, source)
			select chain_id, $1, family, dex, $2, fee_pips, tick_spacing, true, 0, source from pools where address = $3`,
			[`0x${"99".repeat(20)}`, [native, second], exchange.pairs[0]],
		);
		const later = await follow();
		expect(later.book.addresses).toHaveLength(follower.book.addresses.length);
		expect(await registered(`0x${"99".repeat(20)}`)).toMatchObject({
			allowed: false,
			reason: expect.stringContaining("cannot be read as uniswap-v2"),
		});
		expect(later.told).toEqual([expect.stringContaining("cannot be read")]);
	});
});

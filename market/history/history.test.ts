import { randomInt } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { takeFencingNumber } from "../../db/watchers.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool, PoolState } from "../../domain/pool.ts";
import { type FreshDatabase, freshDatabase } from "../../tests/setup/database.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { discoverPools } from "../discovery/events.ts";
import { followChain } from "../follow.ts";
import { PoolBook } from "../pool-book.ts";
import { uniswapV2 } from "../protocols/uniswap-v2.ts";
import { PoolActivity } from "../testing/activity.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { MarketHistory } from "./market-history.ts";
import { HistoryRecorder } from "./recorder.ts";
import { openBook } from "./restart.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const LIMIT = { timeout: 30_000, interval: 20 };

let fresh: FreshDatabase;
let exchange: Exchange;
let activity: PoolActivity;
let client: ChainClient;
let pools: Pool[];
let chainId = 1_000;
let watcher = 0;
let history: MarketHistory;
let troubles: ArbError[];

/** What a book stood at, by block hash, in the states' own text. */
type Seen = Map<string, Map<string, string>>;

beforeAll(async () => {
	console.log(`seed ${seed}`);
	[fresh, exchange] = await Promise.all([freshDatabase(), startExchange()]);
	activity = new PoolActivity(exchange, seed);
	client = await connectChain(exchange.chain, { wsUrl: null, pollMs: 20 });
	pools = await discoverPools(client, exchange.chain, {});
});

afterAll(async () => {
	client?.close();
	await Promise.all([exchange?.close(), fresh?.close()]);
});

// Each test has a history of its own: the chain's, under another number.
beforeEach(() => {
	chainId++;
	history = new MarketHistory({ db: fresh.db, chainId });
	troubles = [];
});
afterEach(() => vi.restoreAllMocks());

async function newRecorder(): Promise<HistoryRecorder> {
	const fencingNumber = await takeFencingNumber(fresh.db, { chainId, holder: "test", scheduledAtMs: ++watcher });
	return new HistoryRecorder({ db: fresh.db, chainId, fencingNumber, onTrouble: (error) => troubles.push(error) });
}

function textOf(states: readonly PoolState[]): Map<string, string> {
	return new Map(states.map((state) => [state.address, JSON.stringify(state)]));
}

/** A book that follows the chain and is recorded, until it is ended. */
async function watch(seen: Seen, recorder: HistoryRecorder, book = new PoolBook(client, pools, recorder)) {
	const ended = new AbortController();
	const running = followChain(client, book, ended.signal, {
		onBlock: ({ block }) => {
			seen.set(block.hash, textOf(book.states));
			void recorder.flush();
		},
	});
	return {
		book,
		atHead: async () => {
			const head = await client.head();
			await vi.waitFor(() => expect(book.isLoaded && book.block.hash).toBe(head.hash), LIMIT);
		},
		end: async () => {
			ended.abort();
			await running;
			await recorder[Symbol.asyncDispose]();
		},
	};
}

async function expectRebuilt(seen: Seen): Promise<void> {
	for (const [hash, states] of seen) {
		const rebuilt = await history.rebuild(hash);
		expect(rebuilt.block.hash).toBe(hash);
		expect(textOf(rebuilt.states)).toEqual(states);
	}
}

describe("the history of a random run", () => {
	it("rebuilds every block that the book stood at, canonical or not, to the character", async () => {
		// Pair 0 tells nothing by logs: what was read of it is all that the history can know.
		const [silentPair] = exchange.pairs;
		const { apply } = uniswapV2;
		vi.spyOn(uniswapV2, "apply").mockImplementation((tracked, log) =>
			tracked.state.address === silentPair ? tracked : apply(tracked, log),
		);
		uniswapV2.isSilent = ({ address }) => address === silentPair;
		const seen: Seen = new Map();
		const watched = await watch(seen, await newRecorder());
		await watched.atHead();
		const first = watched.book.block.number;
		for (let i = 0; i < 60; i++) {
			await activity.block(6, 1);
			if (i % 7 !== 6) continue;
			await watched.atHead();
			await exchange.provider.send("anvil_reorg", [1 + (i % 5), []]);
			await activity.block(4, 1);
			await watched.atHead();
		}
		await watched.atHead();
		await watched.end();
		delete uniswapV2.isSilent;
		vi.restoreAllMocks();
		expect(troubles).toEqual([]);
		const canonical = await Promise.all([...seen.keys()].map((hash) => client.block(hash).catch(() => null)));
		expect(canonical.length).toBeGreaterThan(60);
		await expectRebuilt(seen);
		for (let number = first; number <= watched.book.block.number; number++) {
			const block = await client.block(number);
			expect((await history.rebuild(number)).block).toEqual(block);
		}
	});

	it("knows a state that was put right after its block, also when a reorg goes back over that block", async () => {
		const seen: Seen = new Map();
		const recorder = await newRecorder();
		const watched = await watch(seen, recorder);
		await watched.atHead();
		for (let i = 0; i < 4; i++) await activity.block(4, 1);
		await watched.atHead();
		const [pair = ""] = exchange.pairs;
		const { book } = watched;
		const state = book.state(pair);
		if (state.family !== "uniswap-v2") throw new Error(`${pair} is no pair`);
		book.replace([{ state: { ...state, reserve0: "123456789" } }]);
		seen.set(book.block.hash, textOf(book.states));
		await recorder.flush();
		await exchange.provider.send("anvil_reorg", [2, []]);
		for (let i = 0; i < 3; i++) await activity.block(4, 1);
		await watched.atHead();
		await watched.end();
		expect(troubles).toEqual([]);
		await expectRebuilt(seen);
	});

	it("gives backtests the canonical blocks in order, with what changed in each", async () => {
		const seen: Seen = new Map();
		const watched = await watch(seen, await newRecorder());
		await watched.atHead();
		const from = watched.book.block.number + 2;
		for (let i = 0; i < 12; i++) await activity.block(3, 1);
		await watched.atHead();
		await watched.end();
		const to = watched.book.block.number - 1;
		let before: ReadonlyMap<string, string> = new Map();
		const numbers: number[] = [];
		for await (const { block, changedPools, states, missingBefore } of history.blocks({ from, to })) {
			const now = textOf(states.states);
			const differing = [...now].filter(([address, text]) => before.get(address) !== text).map(([address]) => address);
			expect(now).toEqual(seen.get(block.hash));
			expect(differing.filter((address) => !changedPools.includes(address))).toEqual([]);
			expect(missingBefore).toBe(0);
			numbers.push(block.number);
			before = now;
		}
		expect(numbers).toEqual(Array.from({ length: to - from + 1 }, (_, i) => from + i));
	});
});

describe("a restarted watcher", () => {
	/** Opens the book as a restarted watcher does, and lets it be recorded. */
	async function restart(wanted: readonly Pool[]) {
		const recorder = await newRecorder();
		const { signal } = new AbortController();
		const opened = await openBook({ client, history, recorder, pools: wanted, head: await client.head(), signal });
		return { ...opened, recorder };
	}

	/** Blocks that are watched and stored; ends with the last of them. */
	async function stored(blocks: number, wanted: readonly Pool[] = pools): Promise<Seen> {
		const seen: Seen = new Map();
		const recorder = await newRecorder();
		const watched = await watch(seen, recorder, new PoolBook(client, wanted, recorder));
		await watched.atHead();
		for (let i = 0; i < blocks; i++) await activity.block(4, 1);
		await watched.atHead();
		await watched.end();
		return seen;
	}

	it("goes on from the stored states and the blocks that it missed, without reading a pool, and leaves no gap", async () => {
		const seen = await stored(10);
		for (let i = 0; i < 5; i++) await activity.block(4, 1);
		const loads = [vi.spyOn(uniswapV2, "load")];
		const { book, way, why, recorder } = await restart(pools);
		expect({ way, why }).toEqual({
			way: "restored",
			why: "10 stored blocks on top of a base, 5 blocks of the chain, 0 new pools, 0 that left",
		});
		expect(loads.map((load) => load.mock.calls.length)).toEqual([0]);
		const watched = await watch(seen, recorder, book);
		await activity.block(4, 1);
		await watched.atHead();
		// Back behind the restart: the journal reaches into the stored blocks.
		await exchange.provider.send("anvil_reorg", [9, []]);
		await activity.block(4, 1);
		await watched.atHead();
		await watched.end();
		expect(troubles).toEqual([]);
		await expectRebuilt(seen);
		const all = await history.rebuild(book.block.number);
		expect(textOf(all.states)).toEqual(textOf(book.states));
	});

	it("loads where one of the stored pools cannot be read any more, which would stop every restart", async () => {
		await stored(5);
		const { number: storedTo } = await client.head();
		for (let i = 0; i < 8; i++) await activity.block(6, 1);
		const { apply } = uniswapV2;
		vi.spyOn(uniswapV2, "apply").mockImplementation((tracked, log) => (log.blockNumber > storedTo ? "reload" : apply(tracked, log)));
		vi.spyOn(uniswapV2, "load").mockRejectedValueOnce(new ArbError({ code: "chain", message: "pair 0 is gone", retryable: false }));
		const { way, why, book, recorder } = await restart(pools);
		vi.restoreAllMocks();
		expect({ way, why }).toEqual({ way: "loaded", why: "a stored pool cannot be read any more: pair 0 is gone" });
		expect(book.block.hash).toBe((await client.head()).hash);
		await recorder[Symbol.asyncDispose]();
		expect(textOf((await history.rebuild(book.block.hash)).states)).toEqual(textOf(book.states));
	});

	it("finds its way where the last stored blocks were reorganised away meanwhile", async () => {
		await stored(10);
		await exchange.provider.send("anvil_reorg", [4, []]);
		await activity.block(4, 1);
		const { book, way, recorder } = await restart(pools);
		expect(way).toBe("restored");
		expect(book.block.hash).toBe((await client.head()).hash);
		const loaded = new PoolBook(client, pools);
		await loaded.load(book.block);
		const reserves = (of: PoolBook) => exchange.pairs.map((pair) => of.state(pair));
		expect(reserves(book)).toEqual(reserves(loaded));
		await recorder[Symbol.asyncDispose]();
		expect(textOf((await history.rebuild(book.block.hash)).states)).toEqual(textOf(book.states));
	});

	it("reads pools that came since and those whose facts changed, and forgets those that left", async () => {
		const [first, second, third, ...rest] = pools;
		if (first === undefined || second === undefined || third === undefined) throw new Error("the exchange has more pools");
		await stored(5, [first, second, third]);
		await activity.block(4, 1);
		const changed = { ...second, feePips: 2500 };
		const wanted = [first, changed, ...rest];
		const { book, way, why, recorder } = await restart(wanted);
		expect({ way, why }).toMatchObject({ way: "restored", why: expect.stringContaining(`${rest.length + 1} new pools, 2 that left`) });
		expect(book.states.map(({ address }) => address).sort()).toEqual(wanted.map(({ address }) => address).sort());
		expect(book.state(changed.address)).toMatchObject({ feePips: 2500 });
		await recorder[Symbol.asyncDispose]();
		const rebuilt = await history.rebuild(book.block.hash);
		expect(textOf(rebuilt.states)).toEqual(textOf(book.states));
		expect(rebuilt.pools.get(changed.address)).toEqual(changed);
		expect(troubles).toEqual([]);
	});

	it("reads all pools where nothing is stored, or what is stored is of another version, and says so", async () => {
		expect(await restart(pools)).toMatchObject({ way: "loaded", why: "nothing is stored yet" });
		await stored(2);
		await fresh.db.pool.query("update history_bases set version = 0 where chain_id = $1", [chainId]);
		const { way, why } = await restart(pools);
		expect(way).toBe("loaded");
		expect(why).toMatch(/what is stored cannot be used: the base at block \d+ was stored in version 0 of the history, this system reads 1/);
	});

	it("marks the blocks that it missed where it reads all pools, and the iteration passes over them", async () => {
		const seen = await stored(4);
		const last = [...seen.keys()].length;
		const before = (await history.last())?.number ?? 0;
		for (let i = 0; i < 300; i++) await exchange.mine();
		const { way, why, recorder, book } = await restart(pools);
		expect({ way, why }).toEqual({ way: "loaded", why: "300 blocks were missed, more than 256" });
		await recorder[Symbol.asyncDispose]();
		expect(troubles.map(({ message }) => message)).toEqual([
			`the history of chain ${chainId} lacks the blocks ${before + 1} to ${before + 299}: all pools were read anew at the block after them; they cannot be rebuilt`,
		]);
		await expect(history.rebuild(before + 7)).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining("are missing") });
		const steps = [];
		for await (const { block, missingBefore } of history.blocks({ from: before - last + 2, to: before + 300 }))
			steps.push([block.number, missingBefore]);
		expect(steps.at(-1)).toEqual([book.block.number, 299]);
		expect(steps.slice(0, -1).every(([, missing]) => missing === 0)).toBe(true);
	});
});

describe("old blocks", () => {
	it("are dropped with the first base that no kept block needs to come before", async () => {
		const recorder = await newRecorder();
		const book = new PoolBook(client, pools, recorder);
		const head = await client.head();
		await book.load(head);
		for (let day = 1; day <= 45; day++) {
			const parent = book.block;
			const hash = `0x${(parent.number + 1).toString(16).padStart(64, "0")}`;
			await book.apply(
				{ ...parent, number: parent.number + 1, hash, parentHash: parent.hash, timestamp: head.timestamp + day * 86_400 },
				[],
			);
			if (day % 10 === 0) recorder.base(() => book.standing);
			await recorder.flush();
		}
		// The base of day 40 keeps 30 days: of day 10 and later.
		await expect(history.rebuild(head.number + 9)).rejects.toMatchObject({ code: "not_found" });
		for (const day of [10, 11, 45]) expect((await history.rebuild(head.number + day)).block.timestamp).toBe(head.timestamp + day * 86_400);
		const { rows } = await fresh.db.pool.query("select count(*)::int as lists from history_pools where chain_id = $1", [chainId]);
		expect(rows).toEqual([{ lists: 1 }]);
		expect(troubles).toEqual([]);
	});
});

describe("a database that fails", () => {
	it("holds nothing up: blocks wait, and are written when it is back", async () => {
		const seen: Seen = new Map();
		const recorder = await newRecorder();
		const watched = await watch(seen, recorder);
		await watched.atHead();
		await fresh.db.pool.query("alter table history_blocks rename to history_blocks_away");
		for (let i = 0; i < 5; i++) await activity.block(3, 1);
		await watched.atHead();
		await vi.waitFor(() => expect(troubles.length).toBeGreaterThan(0), LIMIT);
		expect(troubles[0]).toMatchObject({ code: "unavailable", message: expect.stringContaining("the history was not written") });
		await fresh.db.pool.query("alter table history_blocks_away rename to history_blocks");
		await activity.block(3, 1);
		await watched.atHead();
		await watched.end();
		await expectRebuilt(seen);
	});

	it("loses blocks only when too many wait, names them, and goes on from a new base", async () => {
		const recorder = await newRecorder();
		const book = new PoolBook(client, pools, recorder);
		await book.load(await client.head());
		await recorder.flush();
		const first = book.block.number;
		const next = async () => {
			const parent = book.block;
			const hash = `0x${(parent.number + 1).toString(16).padStart(64, "0")}`;
			await book.apply({ ...parent, number: parent.number + 1, hash, parentHash: parent.hash }, []);
		};
		for (let i = 0; i < 260; i++) await next();
		await recorder.flush();
		await next();
		await recorder[Symbol.asyncDispose]();
		const gapped = troubles.at(-1)?.message;
		expect(gapped).toBe(
			`the history of chain ${chainId} lacks the blocks ${first + 1} to ${first + 256}: the database took no history while 257 blocks came; they cannot be rebuilt`,
		);
		await expect(history.rebuild(first + 100)).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining("257 blocks") });
		expect(textOf((await history.rebuild(first + 261)).states)).toEqual(textOf(book.states));
	});

	it("refuses the watcher that was overtaken", async () => {
		const old = await newRecorder();
		const book = new PoolBook(client, pools, old);
		await book.load(await client.head());
		await newRecorder();
		await old.flush();
		expect(troubles).toMatchObject([{ code: "fenced" }]);
		expect(await history.last()).toBeNull();
	});
});

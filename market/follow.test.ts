import { randomInt } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ArbError } from "../domain/errors.ts";
import type { Pool, PoolState } from "../domain/pool.ts";
import { type ChainClient, connectChain } from "./chain-client.ts";
import { discoverPools } from "./discovery/events.ts";
import { type AppliedBlock, followChain } from "./follow.ts";
import { PoolBook } from "./pool-book.ts";
import { loadStates } from "./protocols/families.ts";
import { PoolActivity } from "./testing/activity.ts";
import { type Exchange, startExchange } from "./testing/exchange.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const LIMIT = { timeout: 30_000, interval: 20 };

let exchange: Exchange;
let activity: PoolActivity;
let client: ChainClient;
let pools: Pool[];

/** A book that follows the chain until it is ended. */
interface Follower {
	readonly book: PoolBook;
	readonly applied: AppliedBlock[];
	end(): Promise<void>;
}

const followers: Follower[] = [];

async function follow(through: ChainClient): Promise<Follower> {
	const book = new PoolBook(through, pools);
	const applied: AppliedBlock[] = [];
	const ended = new AbortController();
	const running = followChain(through, book, ended.signal, { onBlock: (block) => void applied.push(block) });
	const follower = {
		book,
		applied,
		end: async () => {
			ended.abort();
			await running;
		},
	};
	followers.push(follower);
	await atHead(book);
	return follower;
}

async function atHead(book: PoolBook): Promise<void> {
	const head = await client.head();
	await vi.waitFor(() => expect(book.block.hash).toBe(head.hash), LIMIT);
}

/** Ranges that are read around a price may differ by when they were read: only the ticks that both know are compared. */
function comparable(states: readonly PoolState[], others: readonly PoolState[]): PoolState[] {
	return states.map((state, i) => {
		const other = others[i];
		if (state.family !== "uniswap-v3" || other?.family !== "uniswap-v3") return state;
		const tickLower = Math.max(state.tickLower, other.tickLower);
		const tickUpper = Math.min(state.tickUpper, other.tickUpper);
		return { ...state, tickLower, tickUpper, ticks: state.ticks.filter(([tick]) => tick >= tickLower && tick <= tickUpper) };
	});
}

async function expectFreshStates(book: PoolBook): Promise<void> {
	const kept = pools.map((pool) => book.state(pool.address));
	const fresh = await loadStates({ client, pools, blockHash: book.block.hash });
	expect(fresh).toHaveLength(pools.length);
	expect(comparable(kept, fresh)).toEqual(comparable(fresh, kept));
}

beforeAll(async () => {
	console.log(`seed ${seed}`);
	exchange = await startExchange();
	activity = new PoolActivity(exchange, seed);
	client = await connectChain(exchange.chain);
	pools = await discoverPools(client, exchange.chain, {});
});

afterEach(async () => {
	for (const follower of followers.splice(0)) await follower.end();
});

afterAll(async () => {
	client?.close();
	await exchange?.close();
});

describe("discoverPools", () => {
	it("finds every pool of the configured tokens with fee and tick spacing", () => {
		expect(pools.map(({ address, family, feePips, tickSpacing }) => ({ address, family, feePips, tickSpacing }))).toEqual([
			...exchange.pairs.map((address) => ({ address, family: "uniswap-v2", feePips: 3000, tickSpacing: 0 })),
			{ address: exchange.v3Pools[0], family: "uniswap-v3", feePips: 3000, tickSpacing: 60 },
			{ address: exchange.v3Pools[1], family: "uniswap-v3", feePips: 500, tickSpacing: 10 },
			{ address: exchange.v3Pools[2], family: "uniswap-v3", feePips: 100, tickSpacing: 1 },
		]);
	});

	it("leaves out pools of tokens that are not configured", async () => {
		const tokens = exchange.chain.tokens.slice(0, 2);
		const found = await discoverPools(client, { ...exchange.chain, tokens }, {});
		expect(found.map((pool) => pool.address)).toEqual([exchange.pairs[0], exchange.v3Pools[0]]);
	});

	it("halves the range as long as the node refuses it", async () => {
		const refusal = new ArbError({ code: "chain", message: "query returned more than 10000 results", retryable: true });
		const limited: ChainClient = {
			...client,
			logsBetween: (filter) => (filter.toBlock - filter.fromBlock < 7 ? client.logsBetween(filter) : Promise.reject(refusal)),
		};
		expect(await discoverPools(limited, exchange.chain, {})).toEqual(pools);
	});
});

describe("followChain", () => {
	it("keeps states by logs that equal a fresh load, block after block", async () => {
		const { book, applied } = await follow(client);
		for (let i = 0; i < 60; i++) {
			await activity.block();
			if (i % 10 === 9) {
				await atHead(book);
				await expectFreshStates(book);
			}
		}
		const changes = new Set(applied.slice(1).flatMap((block) => block.changedPools));
		expect([...changes].sort()).toEqual(pools.map((pool) => pool.address).sort());
		expect(applied.every((block) => block.reorgDepth === 0)).toBe(true);
	});

	it("fills the blocks that polling missed, each once and in order", async () => {
		const polling = await connectChain(exchange.chain, { wsUrl: null, pollMs: 300 });
		const { book, applied } = await follow(polling);
		const first = book.block.number;
		for (let i = 0; i < 20; i++) await activity.block(2);
		await atHead(book);
		expect(applied.map(({ block }) => block.number)).toEqual(Array.from({ length: 21 }, (_, i) => first + i));
		expect(applied.some(({ isHead }) => !isHead)).toBe(true);
		await expectFreshStates(book);
		polling.close();
	});

	for (const depth of [1, 2, 3, 4, 5]) {
		it(`takes ${depth} reorged blocks back and ends as a fresh load`, async () => {
			const { book, applied } = await follow(client);
			for (let i = 0; i < 6; i++) await activity.block(4, 1);
			await atHead(book);
			const before = book.block;
			await exchange.provider.send("anvil_reorg", [depth, []]);
			await activity.block();
			await atHead(book);
			expect(await client.block(before.number)).not.toMatchObject({ hash: before.hash });
			expect(applied.reduce((sum, block) => sum + block.reorgDepth, 0)).toBe(depth);
			await expectFreshStates(book);
		});
	}

	it("follows a new branch that is shorter than the old one", async () => {
		const { book, applied } = await follow(client);
		const snapshot = await exchange.provider.send("evm_snapshot", []);
		for (let i = 0; i < 4; i++) await activity.block();
		await atHead(book);
		await exchange.provider.send("evm_revert", [snapshot]);
		// Another time, so that this block is not by chance the very one that the old branch began with.
		await exchange.provider.send("evm_increaseTime", [7]);
		await activity.block();
		await atHead(book);
		expect(applied.at(-1)).toMatchObject({ reorgDepth: 4, isHead: true });
		await expectFreshStates(book);
	});

	it("reads the pools anew after a reorg that is deeper than what it has applied", async () => {
		for (let i = 0; i < 10; i++) await activity.block(1, 1);
		const { book, applied } = await follow(client);
		await activity.block(4, 1);
		await atHead(book);
		const loaded = book.block.number - book.oldestNumber + 1;
		await exchange.provider.send("anvil_reorg", [loaded + 1, []]);
		await activity.block();
		await atHead(book);
		const reload = applied.find((block) => block.reorgDepth > 0);
		expect(reload).toMatchObject({ reorgDepth: loaded });
		expect(reload?.changedPools).toHaveLength(pools.length);
		await expectFreshStates(book);
	});

	it("catches up when the node answers again", async () => {
		const impatient = await connectChain(exchange.chain, { timeoutMs: 200, stallMs: 200, pollMs: 50, reconnectMs: 100 });
		const { book } = await follow(impatient);
		exchange.node.kill("SIGSTOP");
		// The signal is not obeyed at once.
		await vi.waitFor(() => expect(impatient.head()).rejects.toMatchObject({ code: "timeout", retryable: true }), LIMIT);
		exchange.node.kill("SIGCONT");
		await activity.block();
		await atHead(book);
		await expectFreshStates(book);
		impatient.close();
	});
});

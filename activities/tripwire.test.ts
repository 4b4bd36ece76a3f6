import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsAfter } from "../db/events.ts";
import { quarantinedOf, quarantinedPools, readQuarantines } from "../db/quarantine.ts";
import { upsertPools } from "../db/registry.ts";
import type { Candidate } from "../domain/candidate.ts";
import type { Pool, PoolState } from "../domain/pool.ts";
import { blockRef } from "../market/block.ts";
import { type ChainClient, connectChain } from "../market/chain-client.ts";
import { discoverPools } from "../market/discovery/events.ts";
import { PoolBook } from "../market/pool-book.ts";
import { type Exchange, startExchange } from "../market/testing/exchange.ts";
import { auditStates } from "../market/tripwire/audit.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { compareCandidate, Tripwire } from "./tripwire.ts";

const CHAIN_ID = 31337;
const said: string[] = [];
const log = { info: () => undefined, warn: () => undefined, error: (_: object, message: string) => void said.push(message) };

let fresh: FreshDatabase;
let exchange: Exchange;
let client: ChainClient;
let pools: Pool[];

beforeAll(async () => {
	[fresh, exchange] = await Promise.all([freshDatabase(), startExchange()]);
	client = await connectChain(exchange.chain, { pollMs: 50 });
	pools = await discoverPools(client, exchange.chain, {});
	await upsertPools(
		fresh.db,
		pools.map((pool) => ({ ...pool, allowed: true, reason: "", discoveredAtBlock: 1 })),
	);
});
afterAll(async () => {
	client?.close();
	await Promise.all([exchange?.close(), fresh?.close()]);
});

function dependencies(auditedPoolsPerBlock: number) {
	return { db: fresh.db, client, log, chain: { chainId: CHAIN_ID, policy: { auditedPoolsPerBlock, cleanAuditsToRelease: 2 } } };
}

async function loadedBook(): Promise<PoolBook> {
	const book = new PoolBook(client, pools);
	await book.load(await client.head());
	return book;
}

/** The state as it would be had a log been missed. */
function wrong(state: PoolState): PoolState {
	if (state.family === "uniswap-v2") return { ...state, reserve0: (BigInt(state.reserve0) + 1n).toString() };
	if (state.family === "uniswap-v3") return { ...state, liquidity: (BigInt(state.liquidity) + 1n).toString() };
	throw new Error(`no wrong state for ${state.family}`);
}

async function oneBlockOn(book: PoolBook): Promise<void> {
	await exchange.mine();
	const head = await client.head();
	await book.apply(head, await client.logsOf(head.hash, {}));
}

describe("the rolling audit", () => {
	it("finds nothing in a book that is right", async () => {
		const tripwire = new Tripwire(dependencies(pools.length * 4), await loadedBook());
		expect(await tripwire.audit(new Set())).toEqual([]);
		expect(await quarantinedPools(fresh.db, CHAIN_ID)).toEqual(new Set());
	});

	it.each(["uniswap-v2", "uniswap-v3"])(
		"puts a pool of %s that differs in quarantine with both states, reads it again, and lets it back after audits that found it right",
		async (family) => {
			const book = await loadedBook();
			const tripwire = new Tripwire(dependencies(pools.length * 4), book);
			const right = book.states.find((state) => state.family === family);
			if (right === undefined) throw new Error(`no pool of ${family}`);
			book.replace([{ ...(family === "uniswap-v3" ? { liquidityGross: new Map() } : {}), state: wrong(right) }]);
			const before = (await eventsAfter(fresh.db, { seq: 0, limit: 100 })).length;

			expect(await tripwire.audit(new Set())).toEqual([right.address]);
			expect(book.state(right.address)).toEqual(right);
			expect(await quarantinedOf(fresh.db, { chainId: CHAIN_ID, pools: pools.map((pool) => pool.address) })).toEqual([right.address]);
			const field = family === "uniswap-v2" ? "reserve0" : "liquidity";
			const [shown] = await readQuarantines(fresh.db, { chainId: CHAIN_ID, limit: 1 });
			expect(shown).toMatchObject({
				pool: right.address,
				kept: wrong(right),
				fresh: right,
				fields: [field],
				foundBy: "audit",
				releasedAt: null,
			});
			expect(said.at(-1)).toBe("a kept state differs from the chain's");

			await oneBlockOn(book);
			expect(await tripwire.audit(new Set([right.address]))).toEqual([]);
			expect((await quarantinedPools(fresh.db, CHAIN_ID)).size).toBe(1);
			await oneBlockOn(book);
			await tripwire.audit(new Set([right.address]));
			expect((await quarantinedPools(fresh.db, CHAIN_ID)).size).toBe(0);
			const events = (await eventsAfter(fresh.db, { seq: 0, limit: 100 })).slice(before);
			expect(events).toMatchObject([
				{
					kind: "pool",
					chainId: CHAIN_ID,
					pool: right.address,
					status: "quarantined",
					detail: expect.stringContaining(`${field} differed`),
				},
				{ kind: "pool", pool: right.address, status: "released", detail: expect.stringContaining("2 audits in a row") },
			]);
		},
	);

	it("leaves a pool alone where a second look at the same block finds it right", async () => {
		const book = await loadedBook();
		const { hash } = book.block;
		await exchange.send("swapV3", exchange.v3Pools[0], true, 10n ** 18n, 4295128740n);
		await exchange.mine();
		const { hash: next } = await client.head();
		// Answers once with the next block's state, as a node may that is taking it in.
		let isEarly = true;
		const early: ChainClient = {
			...client,
			readAt: (of) => client.readAt(of),
			callAt(blockHash, calls) {
				const at = blockHash === hash && isEarly ? next : blockHash;
				setTimeout(() => {
					isEarly = false;
				}, 0);
				return client.callAt(at, calls);
			},
		};
		const tripwire = new Tripwire({ ...dependencies(pools.length * 4), client: early }, book);
		expect(await tripwire.audit(new Set())).toEqual([]);
		expect(isEarly).toBe(false);
		expect((await quarantinedPools(fresh.db, CHAIN_ID)).size).toBe(0);
		isEarly = true;
		expect((await auditStates(early, { blockHash: hash, pools, kept: book.states })).flatMap(({ fields }) => fields)).toEqual([]);
	});

	it("puts a pool that cannot be read any more in quarantine without a state of the chain's, and goes on with the others", async () => {
		const book = await loadedBook();
		const [gone = ""] = exchange.v3Pools;
		const code = await exchange.provider.send("eth_getCode", [gone, "latest"]);
		await exchange.provider.send("anvil_setCode", [gone, "0x"]);
		await oneBlockOn(book);
		const tripwire = new Tripwire(dependencies(pools.length * 4), book);
		expect(await tripwire.audit(new Set())).toEqual([gone]);
		expect((await readQuarantines(fresh.db, { chainId: CHAIN_ID, limit: 1 }))[0]).toMatchObject({
			...{ pool: gone, fresh: null, fields: ["unreadable"], releasedAt: null },
		});
		const candidate = { block: blockRef(book.block), pools: [book.state(gone)] } as unknown as Candidate;
		expect(await compareCandidate(dependencies(0), { candidate, workflowId: "w" })).toEqual([{ pool: gone, fields: ["unreadable"] }]);
		await exchange.provider.send("anvil_setCode", [gone, code]);
		for (let audits = 0; audits < 2; audits++) {
			await oneBlockOn(book);
			expect(await tripwire.audit(new Set([gone]))).toEqual([]);
		}
		expect((await quarantinedPools(fresh.db, CHAIN_ID)).has(gone)).toBe(false);
	});

	it("starts counting anew where the pool differs once more", async () => {
		const book = await loadedBook();
		const tripwire = new Tripwire(dependencies(pools.length * 4), book);
		const [right] = book.states;
		if (right === undefined) throw new Error("no pools");
		const out = new Set([right.address]);
		book.replace([{ state: wrong(right) }]);
		await tripwire.audit(new Set());
		await tripwire.audit(out);
		book.replace([{ state: wrong(right) }]);
		await tripwire.audit(out);
		await tripwire.audit(out);
		expect((await quarantinedPools(fresh.db, CHAIN_ID)).size).toBe(1);
		await tripwire.audit(out);
		expect((await quarantinedPools(fresh.db, CHAIN_ID)).size).toBe(0);
	});

	it("draws other pools at each block, and none where the settings say none", async () => {
		const book = await loadedBook();
		const [right] = book.states;
		if (right === undefined) throw new Error("no pools");
		book.replace([{ state: wrong(right) }]);
		expect(await new Tripwire(dependencies(0), book).audit(new Set())).toEqual([]);
		const tripwire = new Tripwire(dependencies(1), book);
		let found: readonly string[] = [];
		for (let block = 0; block < 200 && found.length === 0; block++) {
			await oneBlockOn(book);
			found = await tripwire.audit(new Set());
		}
		expect(found).toEqual([right.address]);
	});
});

describe("a candidate before it is submitted", () => {
	it("is compared pool by pool with the chain, and what differs is in quarantine from then on", async () => {
		const book = await loadedBook();
		const [first, second] = book.states.slice(1);
		if (first === undefined || second === undefined) throw new Error("no pools");
		const candidate = { block: blockRef(book.block), pools: [first, wrong(second)] } as unknown as Candidate;
		const workflowId = "arb-31337-1-00000000-0000000000000000";
		const mismatches = await compareCandidate(dependencies(0), { candidate, workflowId });
		expect(mismatches).toEqual([{ pool: second.address, fields: [expect.any(String)] }]);
		expect(await quarantinedOf(fresh.db, { chainId: CHAIN_ID, pools: [first.address, second.address] })).toEqual([second.address]);
		expect((await readQuarantines(fresh.db, { chainId: CHAIN_ID, limit: 1 }))[0]).toMatchObject({ foundBy: workflowId });
		expect(await compareCandidate(dependencies(0), { candidate: { ...candidate, pools: [first, second] }, workflowId })).toEqual([]);
	});
});

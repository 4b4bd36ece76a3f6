import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SearchFloor } from "../../activities/search-floor.ts";
import { openDatabase } from "../../db/connection.ts";
import { migrateDatabase } from "../../db/migrate.ts";
import { readPools, upsertPools } from "../../db/registry.ts";
import { takeFencingNumber } from "../../db/watchers.ts";
import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import { MarketHistory } from "../../market/history/market-history.ts";
import { HistoryRecorder } from "../../market/history/recorder.ts";
import { openBook } from "../../market/history/restart.ts";
import { PoolBook } from "../../market/pool-book.ts";
import type { Exchange } from "../../market/testing/exchange.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { startPostgres } from "../../scripts/postgres.ts";
import { figure, type Measured, progress, quantile } from "../report.ts";
import { syntheticPools } from "./market-of-pools.ts";

const POOLS = { pairs: 48_000, concentrated: 2_000 };
const COUNT = POOLS.pairs + POOLS.concentrated;
/** Blocks that the chain went on by while no watcher ran. */
const MISSED = 5;
const ROUNDS = 5;

/** A watcher of 50,000 stored pools that starts again: pools from the registry, states from the history, missed blocks from a node, the engine filled, a search. */
export async function measureRestart(of: {
	readonly client: ChainClient;
	readonly exchange: Exchange;
	readonly signal: AbortSignal;
}): Promise<Measured> {
	const { client, exchange, signal } = of;
	progress(`market: restart with ${COUNT} stored pools`);
	const folder = mkdtempSync(join(tmpdir(), "arb-bench-"));
	const postgres = await startPostgres({ dataDir: join(folder, "postgres"), isDurable: false });
	try {
		await using db = openDatabase(postgres.url);
		await migrateDatabase(db);
		const { chainId } = exchange.chain;
		const market = syntheticPools({ chainId, ...POOLS });
		const head = await client.head();
		await upsertPools(
			db,
			market.map(({ pool }) => ({ ...pool, allowed: true, reason: "", discoveredAtBlock: head.number })),
		);
		let attempt = 0;
		const newRecorder = async () => {
			const fencingNumber = await takeFencingNumber(db, { chainId, holder: "bench", scheduledAtMs: ++attempt });
			return new HistoryRecorder({
				...{ db, chainId, fencingNumber },
				onTrouble: (error) => {
					throw error;
				},
			});
		};
		const recorder = await newRecorder();
		const book = new PoolBook(
			client,
			market.map(({ pool }) => pool),
		);
		book.restore({ block: head, tracked: new Map(market.map((one) => [one.pool.address, one.tracked])), journal: [] });
		const writing = performance.now();
		recorder.loaded(() => book.standing);
		await recorder.flush();
		const baseMs = performance.now() - writing;
		const bytes = await db.pool.query<{ states: number; pools: number }>(
			"select length(states)::int as states, (select sum(length(pools))::int from history_pools) as pools from history_bases",
		);
		await exchange.mine(MISSED);
		const times: number[] = [];
		const parts: number[][] = [];
		for (let round = 0; round < ROUNDS; round++) {
			signal.throwIfAborted();
			const next = await newRecorder();
			const start = performance.now();
			const pools = (await readPools(db, chainId)).filter(({ allowed }) => allowed);
			const read = performance.now();
			const opened = await openBook({
				client,
				history: new MarketHistory({ db, chainId }),
				recorder: next,
				pools,
				head: await client.head(),
				signal,
			});
			const restored = performance.now();
			using engine = new Engine();
			const addresses = pools.map(({ address }) => address);
			new SearchFloor({ book: opened.book, engine }).update(addresses);
			const filled = performance.now();
			engine.search({ changedPools: addresses, startTokens: [{ token: market[0]?.pool.tokens[0] ?? "" }], maxHops: 3, limit: 16 });
			const end = performance.now();
			times.push(end - start);
			parts.push([read - start, restored - read, filled - restored, end - filled]);
			if (opened.way !== "restored") throw new ArbError({ code: "stale_state", message: `restart: ${opened.why}`, retryable: false });
			for (const { pool, tracked } of market) {
				if (JSON.stringify(opened.book.state(pool.address)) !== JSON.stringify(tracked.state)) {
					throw new ArbError({ code: "stale_state", message: `pool ${pool.address} was restored to another state`, retryable: false });
				}
			}
		}
		const part = (index: number) =>
			Math.round(
				quantile(
					parts.map((own) => own[index] ?? 0),
					0.5,
				),
			);
		const { states = 0, pools = 0 } = bytes.rows[0] ?? {};
		return {
			results: [
				figure({
					name: `restart with ${COUNT} stored pools to first search, median`,
					value: quantile(times, 0.5) / 1e3,
					unit: "s",
					better: "lower",
					aim: 3,
				}),
				figure({
					name: `restart with ${COUNT} stored pools to first search, slowest`,
					value: Math.max(...times) / 1e3,
					unit: "s",
					better: "lower",
				}),
				figure({ name: `states of ${COUNT} pools as stored`, value: states / 1e6, unit: "MB", better: "lower" }),
				figure({ name: `storing them`, value: baseMs / 1e3, unit: "s", better: "lower" }),
			],
			notes: [
				`Restart: ${POOLS.pairs} V2 pairs and ${POOLS.concentrated} V3 pools of 30 ticks, ${MISSED} blocks missed, ${ROUNDS} rounds in one process; registry ${part(0)} ms, states and catch-up ${part(1)} ms, engine ${part(2)} ms, search to three hops ${part(3)} ms (medians). Their list of pools takes ${(pools / 1e6).toFixed(2)} MB, once for all bases with the same pools.`,
			],
		};
	} finally {
		await postgres.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

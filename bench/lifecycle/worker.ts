import { Context } from "@temporalio/activity";
import { startLifecycle } from "../../activities/watch-market.ts";
import { readChains } from "../../config/configured-chains.ts";
import { readSettings } from "../../config/settings.ts";
import { openDatabase } from "../../db/connection.ts";
import { readPools } from "../../db/registry.ts";
import { busyPools } from "../../db/submissions.ts";
import { takeFencingNumber } from "../../db/watchers.ts";
import { connectChain } from "../../market/chain-client.ts";
import { followChain } from "../../market/follow.ts";
import { loanLiquidity } from "../../market/loan.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { openChainWorker } from "../../workers/chain-worker.ts";
import { installRuntime, openLog } from "../../workers/log.ts";
import { runProcess } from "../../workers/process.ts";
import { Load } from "./load.ts";
import type { LoadOrder, WorkerMessage } from "./messages.ts";
import { StandingCandidates } from "./standing-candidates.ts";

/**
 * The chain worker under load: the real one, with the watcher's own search in the same process, as in production; only how many lifecycles it starts is by
 * order of the benchmark. Ends when its parent does.
 */
const settings = readSettings(process.env);
const log = openLog(settings, "chain");
installRuntime(log, settings.LOG_LEVEL);
await runProcess(log, async () => {
	const stop = new AbortController();
	process.once("disconnect", () => stop.abort());
	process.once("SIGTERM", () => stop.abort());
	let load: Load | null = null;
	const worker = await openChainWorker(settings, log, {
		isWatching: false,
		checkpoint: (name) => load?.pass(Context.current().info.workflowExecution?.workflowId ?? "", name),
	});
	const running = worker.run(stop.signal);
	const [chain] = readChains(settings.CHAIN_FILE);
	const { chainId } = chain;
	await using db = openDatabase(settings.DATABASE_URL, { maxConnections: 2 });
	const client = await connectChain(chain);
	try {
		const fencingNumber = await takeFencingNumber(db, { chainId, holder: `bench:${process.pid}`, scheduledAtMs: Date.now() });
		const pools = await readPools(db, chainId);
		const book = new PoolBook(client, pools);
		using engine = new Engine();
		engine.upsertPools(await book.load(await client.head()));
		const standing = new StandingCandidates(chain);
		const lendable = (blockHash: string) => loanLiquidity(client, { lenders: chain.lenders, tokens: chain.startTokens, blockHash });
		const every = pools.map((pool) => pool.address);
		standing.advance({ block: book.block, changedPools: every, book, engine, fencingNumber, liquidity: await lendable(book.block.hash) });
		const start = { temporal: worker.temporal, taskQueue: worker.taskQueue, chain, log };
		process.on("message", (order: LoadOrder) => {
			load = new Load({ order, standing, start: (candidate) => startLifecycle(start, candidate) });
			load.result.then(tell, (error: unknown) => {
				log.fatal({ err: error }, "the load broke off");
				process.exitCode = 1;
				stop.abort();
			});
		});
		tell({ kind: "ready" });
		await followChain(client, book, stop.signal, {
			onBlock: async ({ block, changedPools, isHead }) => {
				engine.upsertPools(changedPools.map((address) => book.state(address)));
				if (!isHead) return;
				const [busy, liquidity] = await Promise.all([busyPools(db, chainId), lendable(block.hash)]);
				const found = standing.advance({ block, changedPools, book, engine, fencingNumber, liquidity });
				load?.onHead({ found, busy });
			},
		});
	} finally {
		client.close();
		stop.abort();
		await running;
		// The channel to the parent would keep this process alive.
		if (process.connected) process.disconnect?.();
	}
});

function tell(message: WorkerMessage): void {
	process.send?.(message);
}

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { inject } from "vitest";
import { candidatesOf } from "../../activities/candidates.ts";
import type { Checkpoint } from "../../activities/checkpoint.ts";
import { taskQueues } from "../../config/settings.ts";
import type { Database } from "../../db/connection.ts";
import { ensureControl } from "../../db/control.ts";
import { upsertPools, upsertTokens } from "../../db/registry.ts";
import { takeFencingNumber } from "../../db/watchers.ts";
import { type Devnet, type DevnetOptions, startDevnet } from "../../devnet/devnet.ts";
import type { Candidate } from "../../domain/candidate.ts";
import type { LifecycleResult } from "../../domain/lifecycle.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { discoverPools } from "../../market/discovery.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { prepareNamespace } from "../../workers/namespace.ts";
import { bookOpening } from "../../workers/opening.ts";
import { freshDatabase } from "../setup/database.ts";

/** A chain worker in a process of its own, which can be killed, stopped and started again. */
export interface WorkerProcess {
	readonly process: ChildProcess;
	/** Resolves with the signal or code that ended it. */
	readonly ended: Promise<NodeJS.Signals | number | null>;
	/** Ends it gracefully. */
	stop(): Promise<void>;
}

/** A devnet, a database and a task queue of their own, without any worker yet. */
export interface TestSystem extends AsyncDisposable {
	readonly devnet: Devnet;
	readonly db: Database;
	readonly databaseUrl: string;
	readonly chain: ChainClient;
	readonly temporal: Client;
	readonly taskQueue: string;
	/** What the search finds on the head, as a watcher with the current fencing number would. */
	candidates(fencingNumber: number): Promise<readonly Candidate[]>;
	takeWatch(holder: string): Promise<number>;
	start(candidate: Candidate, workflowId: string): Promise<void>;
	result(workflowId: string): Promise<LifecycleResult>;
	spawnWorker(of: { readonly killAt?: Checkpoint; readonly stopAt?: Checkpoint; readonly isWatching?: boolean }): Promise<WorkerProcess>;
}

export async function openTestSystem(options: Partial<DevnetOptions> & { readonly seed: number }): Promise<TestSystem> {
	await using opened = new AsyncDisposableStack();
	const directory = mkdtempSync(join(tmpdir(), "arb-system-"));
	opened.defer(() => rmSync(directory, { recursive: true, force: true }));
	const devnet = await startDevnet({ blockMs: "manual", simulator: false, competitor: false, inclusionSharePpm: 1_000_000, ...options });
	opened.defer(() => devnet.close());
	const { db, url, close } = await freshDatabase();
	opened.defer(close);
	const chain = await connectChain(devnet.chain);
	opened.defer(() => chain.close());
	const connection = await NativeConnection.connect({ address: inject("temporalAddress") });
	opened.defer(() => connection.close());
	await prepareNamespace(connection, "default");
	const { chainId } = devnet.chain;
	await ensureControl(db, { chainId, mode: devnet.chain.mode, limits: devnet.chain.limits });
	await bookOpening(db, devnet.chain, chain);
	const pools = await discoverPools(chain, devnet.chain, {});
	await upsertPools(
		db,
		pools.map((pool) => ({ ...pool, allowed: true, reason: "", discoveredAtBlock: 0 })),
	);
	await upsertTokens(
		db,
		devnet.chain.tokens.map((token) => ({ ...token, chainId, allowed: true, reason: "" })),
	);
	const temporal = new Client({ connection });
	const prefix = `system-${randomUUID()}`;
	const taskQueue = taskQueues(prefix, chainId).chain;
	const environment = {
		...process.env,
		DATABASE_URL: url,
		TEMPORAL_ADDRESS: inject("temporalAddress"),
		CHAIN_FILE: devnet.chainFile,
		KEYS_FILE: devnet.keysFile,
		TASK_QUEUE_PREFIX: prefix,
		LOG_LEVEL: "info",
	};
	const workers = new Set<WorkerProcess>();
	opened.defer(async () => {
		for (const worker of workers) {
			worker.process.kill("SIGKILL");
			await worker.ended;
		}
	});
	let logs = 0;
	const resources = opened.move();
	return {
		devnet,
		db,
		databaseUrl: url,
		chain,
		temporal,
		taskQueue,
		candidates: async (fencingNumber) => {
			const book = new PoolBook(chain, pools);
			using engine = new Engine();
			engine.upsertPools(await book.load(await chain.head()));
			return candidatesOf({
				chain: devnet.chain,
				block: book.block,
				book,
				engine,
				fencingNumber,
				changedPools: pools.map((pool) => pool.address),
				limit: 8,
			});
		},
		takeWatch: (holder) => takeFencingNumber(db, { chainId, holder, scheduledAtMs: Date.now() }),
		start: async (candidate, workflowId) => {
			await temporal.workflow.start("arbitrage", { workflowId, taskQueue, args: [candidate], workflowTaskTimeout: "2s" });
		},
		result: (workflowId) => temporal.workflow.getHandle(workflowId).result(),
		spawnWorker: async ({ killAt, stopAt, isWatching }) => {
			logs += 1;
			const logFile = join(directory, `worker-${logs}.log`);
			const child = spawn(process.execPath, [join(import.meta.dirname, "worker.ts")], {
				env: { ...environment, TEST_KILL_AT: killAt ?? "", TEST_STOP_AT: stopAt ?? "", TEST_WATCH: isWatching === true ? "1" : "" },
				stdio: ["ignore", "pipe", "pipe"],
			});
			child.stderr.pipe(createWriteStream(logFile));
			const ended = once(child, "exit").then(([code, signal]: unknown[]) => (signal ?? code) as NodeJS.Signals | number | null);
			const worker: WorkerProcess = {
				process: child,
				ended,
				stop: async () => {
					child.kill("SIGTERM");
					await ended;
				},
			};
			workers.add(worker);
			void ended.then(() => workers.delete(worker));
			const ready = once(child.stdout, "data").then(() => null);
			const end = await Promise.race([ready, ended]);
			if (end !== null) throw new Error(`the worker ended with ${end} before it was ready:\n${readFileSync(logFile, "utf8")}`);
			return worker;
		},
		[Symbol.asyncDispose]: () => resources.disposeAsync(),
	};
}

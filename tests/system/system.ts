import "../setup/runtime.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { inject } from "vitest";
import { candidatesOf } from "../../activities/candidates.ts";
import type { Checkpoint } from "../../activities/checkpoint.ts";
import { taskQueues } from "../../config/settings.ts";
import type { Database } from "../../db/connection.ts";
import { readSubmission } from "../../db/submissions.ts";
import { takeFencingNumber } from "../../db/watchers.ts";
import { type Devnet, type DevnetOptions, startDevnet } from "../../devnet/devnet.ts";
import type { Candidate } from "../../domain/candidate.ts";
import type { LifecycleResult } from "../../domain/lifecycle.ts";
import { lifecycleWorkflowId } from "../../domain/workflow-ids.ts";
import { type ChainClient, connectChain } from "../../market/chain-client.ts";
import { loanLiquidity } from "../../market/loan.ts";
import { PoolBook } from "../../market/pool-book.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { ROOT } from "../../scripts/paths.ts";
import { prepareNamespace } from "../../workers/namespace.ts";
import { freshDatabase } from "../setup/database.ts";
import { registerChain } from "./registration.ts";

/** A process of the system, which can be killed, stopped and started again. */
export interface SystemProcess {
	readonly process: ChildProcess;
	/** What it announced when it was ready, as JSON. */
	readonly announcement: string;
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
	/** That of wallets and epochs. */
	readonly backgroundQueue: string;
	/** What the search finds on the head, as a watcher with the current fencing number would. */
	candidates(fencingNumber: number): Promise<readonly Candidate[]>;
	takeWatch(holder: string): Promise<number>;
	start(candidate: Candidate, workflowId: string): Promise<void>;
	result(workflowId: string): Promise<LifecycleResult>;
	/** Mines until the lifecycle has ended. */
	mineToTheEnd(workflowId: string): Promise<LifecycleResult>;
	/** Opens a gap and starts the lifecycle of the best candidate in it; returns its workflow ID. Nothing is mined after the gap. */
	takeGap(): Promise<string>;
	/** A chain worker: the real one, which sends itself a signal when it passes a checkpoint. */
	spawnWorker(of: { readonly killAt?: Checkpoint; readonly stopAt?: Checkpoint; readonly isWatching?: boolean }): Promise<SystemProcess>;
	/** Another process of the system, by its file from the root and its arguments, with this system's settings; resolves when it says that it is ready. */
	spawn(command: string, settings?: Readonly<Record<string, string>>): Promise<SystemProcess>;
}

/** Blocks by hand, every bundle included, and no exploration: which relay a lifecycle takes must not hang on the hash of a block, which is another in every run. */
export const STILL_DEVNET = {
	...{ blockMs: "manual", simulator: false, competitor: false, inclusionSharePpm: 1_000_000, explorationPpm: 0 },
} as const satisfies Omit<DevnetOptions, "seed">;

export async function openTestSystem(options: Partial<DevnetOptions> & { readonly seed: number }): Promise<TestSystem> {
	await using opened = new AsyncDisposableStack();
	const directory = mkdtempSync(join(tmpdir(), "arb-system-"));
	opened.defer(() => rmSync(directory, { recursive: true, force: true }));
	const devnet = await startDevnet({ ...STILL_DEVNET, ...options });
	opened.defer(() => devnet.close());
	const { db, url, close } = await freshDatabase();
	opened.defer(close);
	const chain = await connectChain(devnet.chain);
	opened.defer(() => chain.close());
	const connection = await NativeConnection.connect({ address: inject("temporalAddress") });
	opened.defer(() => connection.close());
	await prepareNamespace(connection, "default");
	const { chainId } = devnet.chain;
	const pools = await registerChain({ db, chain: devnet.chain, client: chain });
	const temporal = new Client({ connection });
	const prefix = `system-${randomUUID()}`;
	const queues = taskQueues(prefix, chainId);
	// Rules decide: what is tested here must not hang on how the latest ensemble happens to score its gap.
	const models = join(directory, "models");
	mkdirSync(models);
	writeFileSync(join(models, "registry.json"), JSON.stringify({ ensemble: null }));
	const environment = {
		...process.env,
		MODELS_DIR: models,
		DATABASE_URL: url,
		TEMPORAL_ADDRESS: inject("temporalAddress"),
		CHAIN_FILE: devnet.chainFile,
		KEYS_FILE: devnet.keysFile,
		TASK_QUEUE_PREFIX: prefix,
		LOG_LEVEL: "info",
	};
	const running = new Map<ChildProcess, SystemProcess["ended"]>();
	opened.defer(async () => {
		for (const [child, ended] of running) {
			child.kill("SIGKILL");
			await ended;
		}
	});
	let logs = 0;
	const spawnProcess = async (command: string, settings: Readonly<Record<string, string>>): Promise<SystemProcess> => {
		const [file = "", ...args] = command.split(" ");
		logs += 1;
		const logFile = join(directory, `process-${logs}.log`);
		const child = spawn(process.execPath, [join(ROOT, file), ...args], {
			env: { ...environment, ...settings },
			stdio: ["ignore", "pipe", "pipe"],
		});
		child.stderr.pipe(createWriteStream(logFile));
		const ended = once(child, "exit").then(([code, signal]: unknown[]) => (signal ?? code) as NodeJS.Signals | number | null);
		running.set(child, ended);
		void ended.then(() => running.delete(child));
		const ready = once(child.stdout, "data").then(([data]: unknown[]) => String(data));
		const first = await Promise.race([ready, ended]);
		if (typeof first !== "string" || !first.startsWith("{"))
			throw new Error(`${command} ended with ${first} before it was ready:\n${readFileSync(logFile, "utf8")}`);
		child.stdout.resume();
		return {
			process: child,
			announcement: first,
			ended,
			stop: async () => {
				child.kill("SIGTERM");
				await ended;
			},
		};
	};
	const candidates = async (fencingNumber: number): Promise<readonly Candidate[]> => {
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
			liquidity: await loanLiquidity(chain, {
				lenders: devnet.chain.lenders,
				tokens: devnet.chain.startTokens,
				blockHash: book.block.hash,
			}),
		});
	};
	const takeWatch = (holder: string): Promise<number> => takeFencingNumber(db, { chainId, holder, scheduledAtMs: Date.now() });
	const start = async (candidate: Candidate, workflowId: string): Promise<void> => {
		await temporal.workflow.start("arbitrage", {
			workflowId,
			taskQueue: queues.chain, // A loaded machine must not turn a lifecycle under test into one that timed out.
			args: [candidate, 20],
			workflowTaskTimeout: "2s",
		});
	};
	const resultOf = (workflowId: string): Promise<LifecycleResult> => temporal.workflow.getHandle(workflowId).result();
	const mineToTheEnd = (workflowId: string): Promise<LifecycleResult> =>
		whileMining(resultOf(workflowId), async () => {
			const submission = await readSubmission(db, workflowId);
			// Blocks pass only once the bytes are out, or where there is nothing to send any more: the clock of this chain is ours.
			if (submission !== null && submission.status !== "claimed") await devnet.mine();
		});
	const resources = opened.move();
	return {
		devnet,
		db,
		databaseUrl: url,
		chain,
		temporal,
		taskQueue: queues.chain,
		backgroundQueue: queues.background,
		candidates,
		takeWatch,
		start,
		result: resultOf,
		takeGap: async () => {
			await devnet.openGap();
			const [candidate] = await candidates(await takeWatch("test"));
			if (candidate === undefined) throw new Error("the gap gave no candidate");
			const { number: blockNumber, hash: blockHash } = candidate.block;
			const workflowId = lifecycleWorkflowId({ chainId, blockNumber, blockHash, routeHash: candidate.routeHash });
			await start(candidate, workflowId);
			return workflowId;
		},
		mineToTheEnd,
		spawnWorker: ({ killAt, stopAt, isWatching }) =>
			spawnProcess("tests/system/worker.ts", {
				TEST_KILL_AT: killAt ?? "",
				TEST_STOP_AT: stopAt ?? "",
				TEST_WATCH: isWatching === true ? "1" : "",
			}),
		spawn: (command, settings = {}) => spawnProcess(command, settings),
		[Symbol.asyncDispose]: () => resources.disposeAsync(),
	};
}

/** Lets blocks pass until the work has ended. */
export async function whileMining<T>(work: Promise<T>, mine: () => Promise<void>): Promise<T> {
	let isOver = false;
	const watched = work.finally(() => {
		isOver = true;
	});
	// Awaited below; a failure while a block is being mined must not count as unhandled.
	watched.catch(() => undefined);
	while (!isOver) {
		await mine();
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	return watched;
}

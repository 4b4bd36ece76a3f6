import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { NativeConnection, Runtime } from "@temporalio/worker";
import { readChainConfig } from "../../config/chain.ts";
import { type Database, openDatabase } from "../../db/connection.ts";
import { migrateDatabase } from "../../db/migrate.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { ArbError } from "../../domain/errors.ts";
import { connectChain } from "../../market/chain-client.ts";
import { startPostgres } from "../../scripts/postgres.ts";
import { startTemporal } from "../../scripts/temporal.ts";
import { registerChain } from "../../tests/system/registration.ts";
import { prepareNamespace } from "../../workers/namespace.ts";
import type { LoadOrder, WorkerMessage } from "./messages.ts";

/** Milliseconds between blocks here; the devnet's own time is a second. */
export const BLOCK_MS = 250;
/** The deadline, which is counted in blocks, is multiplied by this, so that it stays the same in time. */
const BLOCKS_PER_DEVNET_BLOCK = 4;
/** Candidates and prices may be this old, in blocks: an overload must not turn lifecycles away at their first step, which would flatter the throughput. */
const MAX_AGE_BLOCKS = 40;
/** The share of the lifecycles that is submitted is the benchmark's own; the devnet's limit on submissions would cut it off. */
const MAX_SUBMISSIONS_PER_MINUTE = 1_000_000;
const WORKER_GRACE_MS = 10_000;
/** Of the worker's log in a message about its end. */
const LOG_TAIL_LINES = 15;

/** The whole system, with one chain worker in a process of its own. */
export interface BenchSystem extends AsyncDisposable {
	readonly devnet: Devnet;
	readonly db: Database;
	readonly temporal: Client;
	readonly pids: { readonly server: number; readonly worker: number; readonly database: number };
	/** Lets the worker process run a load. Rejects where that process ends. */
	run(order: Omit<LoadOrder, "kind">): Promise<Extract<WorkerMessage, { kind: "done" }>>;
}

/** Starts servers, chain and worker in a temporary folder, which closing removes. */
export async function openBenchSystem(of: { readonly seed: number; readonly report: (line: string) => void }): Promise<BenchSystem> {
	await using opened = new AsyncDisposableStack();
	Runtime.install({ shutdownSignals: [] });
	const directory = mkdtempSync(join(tmpdir(), "arb-bench-"));
	opened.defer(() => rmSync(directory, { recursive: true, force: true }));
	const [postgres, temporal, devnet] = await Promise.all([
		startPostgres({ dataDir: join(directory, "postgres") }).then((started) => {
			opened.defer(() => started.close());
			return started;
		}),
		startTemporal({ dbFile: join(directory, "temporal.db"), report: of.report }).then((started) => {
			opened.defer(() => started.close());
			return started;
		}),
		startDevnet({
			seed: of.seed,
			blockMs: "manual",
			simulator: true,
			competitor: false,
			confirmationDepth: 0,
			inclusionSharePpm: 1_000_000,
		}).then((started) => {
			opened.defer(() => started.close());
			return started;
		}),
	]);
	const chainFile = join(directory, "chain.json");
	writeFileSync(chainFile, JSON.stringify(atBenchPace(devnet)));
	const chain = readChainConfig(chainFile);

	const db = opened.use(openDatabase(postgres.url));
	await migrateDatabase(db);
	const client = await connectChain(chain);
	await registerChain({ db, chain, client }).finally(() => client.close());
	const connection = await NativeConnection.connect({ address: temporal.address });
	opened.defer(() => connection.close());
	await prepareNamespace(connection, "default");

	const logFile = join(directory, "worker.log");
	const logDescriptor = openSync(logFile, "a");
	opened.defer(() => closeSync(logDescriptor));
	const worker = fork(join(import.meta.dirname, "worker.ts"), {
		env: {
			...process.env,
			DATABASE_URL: postgres.url,
			TEMPORAL_ADDRESS: temporal.address,
			CHAIN_FILE: chainFile,
			KEYS_FILE: devnet.keysFile,
			LOG_LEVEL: "warn",
		},
		// A group of its own: Ctrl-C reaches this process alone, which ends its parts in order.
		detached: true,
		stdio: ["ignore", "ignore", logDescriptor, "ipc"],
	});
	const ended = once(worker, "exit");
	opened.defer(async () => {
		worker.kill("SIGTERM");
		const killing = setTimeout(() => worker.kill("SIGKILL"), WORKER_GRACE_MS);
		await ended;
		clearTimeout(killing);
	});
	const broken = ended.then(([code, signal]) => {
		const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
		throw new ArbError({ code: "unavailable", message: `the worker process ended (${signal ?? code}):\n${tail}`, retryable: false });
	});
	broken.catch(() => undefined);
	const answer = async <K extends WorkerMessage["kind"]>(kind: K): Promise<Extract<WorkerMessage, { kind: K }>> => {
		const message: Promise<WorkerMessage> = once(worker, "message").then(([value]) => value as WorkerMessage);
		const told = await Promise.race([message, broken]);
		if (told.kind === kind) return told as Extract<WorkerMessage, { kind: K }>;
		throw new ArbError({ code: "conflict", message: `the worker process answered ${told.kind}, not ${kind}`, retryable: false });
	};
	await answer("ready");
	const { pid } = worker;
	if (pid === undefined) throw new ArbError({ code: "unavailable", message: "the worker process has no number", retryable: false });
	const resources = opened.move();
	return {
		devnet,
		db,
		temporal: new Client({ connection }),
		pids: { server: temporal.child.pid, worker: pid, database: postgres.child.pid },
		run: (order) => {
			const done = answer("done");
			worker.send({ kind: "run", ...order } satisfies LoadOrder);
			return done;
		},
		[Symbol.asyncDispose]: () => resources.disposeAsync(),
	};
}

/** The devnet's settings with its bounds in blocks stretched to the benchmark's shorter blocks. */
function atBenchPace({ chain }: Devnet): Devnet["chain"] {
	const { policy, limits } = chain;
	return {
		...chain,
		policy: {
			...policy,
			maxBlockAge: MAX_AGE_BLOCKS,
			maxPriceAgeBlocks: MAX_AGE_BLOCKS,
			deadlineBlocks: policy.deadlineBlocks * BLOCKS_PER_DEVNET_BLOCK,
		},
		limits: { ...limits, maxSubmissionsPerMinute: MAX_SUBMISSIONS_PER_MINUTE },
	};
}

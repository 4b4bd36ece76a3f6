import { hostname } from "node:os";
import type { Client } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import type { Logger } from "pino";
import type { Checkpoint } from "../activities/checkpoint.ts";
import { lifecycleActivities } from "../activities/lifecycle.ts";
import { orderActivities } from "../activities/orders.ts";
import { watchMarketActivity } from "../activities/watch-market.ts";
import { readChains, servedChain } from "../config/configured-chains.ts";
import { keysOfChain } from "../config/keys.ts";
import { type Settings, taskQueues } from "../config/settings.ts";
import { openDatabase } from "../db/connection.ts";
import { ArbError } from "../domain/errors.ts";
import { relaysOf } from "../execution/relay.ts";
import { Wallets } from "../execution/wallets.ts";
import { connectChain } from "../market/chain-client.ts";
import { loadScorer, PROJECT_MODELS_DIR } from "../models/registry.ts";
import { connectTemporal } from "./temporal.ts";
import { workflowBundle } from "./workflow-bundle.ts";

/** Lifecycles at once in one process: few, the best ones. */
const MAX_LOCAL_ACTIVITIES = 40;

export interface ChainWorker {
	readonly chainId: number;
	readonly taskQueue: string;
	/** On the worker's own connection: a lifecycle that it starts may start eagerly here. */
	readonly temporal: Client;
	/** Works until the signal, then drains and closes what it opened, in the reverse order. */
	run(signal: AbortSignal): Promise<void>;
}

/** Puts together the process that watches one chain and runs its lifecycles. Each chain has one of its own, so that a busy chain delays no other. */
export async function openChainWorker(
	settings: Settings,
	log: Logger,
	options: {
		/** Id or name of the chain that it serves; the only configured one where absent. */
		readonly chain?: string | undefined;
		readonly checkpoint?: (name: Checkpoint) => void;
		readonly isWatching?: boolean;
	} = {},
): Promise<ChainWorker> {
	await using opened = new AsyncDisposableStack();
	const chain = servedChain(readChains(settings.CHAIN_FILE), options.chain);
	if (chain.mode === "live") {
		throw new ArbError({
			code: "configuration",
			message: "live mode is not available: its safety checks are not part of this version",
			retryable: false,
		});
	}
	const keys = chain.mode === "paper" ? null : keysOfChain(settings.KEYS_FILE, chain.chainId);
	const scorer = await loadScorer(settings.MODELS_DIR ?? PROJECT_MODELS_DIR);
	if (scorer === null) log.warn({ chainId: chain.chainId }, "no ensemble is registered: rules decide, with lower limits");
	const db = opened.use(openDatabase(settings.DATABASE_URL));
	const client = await connectChain(chain);
	opened.defer(() => client.close());
	const temporal = await connectTemporal(settings);
	opened.defer(() => temporal.connection.close());
	const taskQueue = taskQueues(settings.TASK_QUEUE_PREFIX, chain.chainId).chain;
	const deps = {
		chain,
		mode: chain.mode,
		db,
		client,
		scorer,
		wallets: keys === null ? null : Wallets.fromKeys(keys),
		relays: relaysOf(chain.relays),
		checkpoint: options.checkpoint ?? (() => undefined),
		log,
		temporal: temporal.client,
		taskQueue,
		holder: `${hostname()}:${process.pid}`,
	};
	const worker = await Worker.create({
		connection: temporal.connection,
		namespace: settings.TEMPORAL_NAMESPACE,
		taskQueue,
		workflowBundle: await workflowBundle(),
		activities: {
			...lifecycleActivities(deps),
			...orderActivities(deps),
			...(options.isWatching === false ? {} : { watchMarket: watchMarketActivity(deps) }),
		},
		maxConcurrentLocalActivityExecutions: MAX_LOCAL_ACTIVITIES,
		stickyQueueScheduleToStartTimeout: "1s",
		shutdownGraceTime: "2s",
	});
	const resources = opened.move();
	return {
		chainId: chain.chainId,
		taskQueue,
		temporal: temporal.client,
		run: async (signal) => {
			await using _ = resources;
			await worker.runUntil(new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })));
		},
	};
}

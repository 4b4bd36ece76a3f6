import { WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { WorkflowIdReusePolicy } from "@temporalio/common";
import { Worker } from "@temporalio/worker";
import type { Logger } from "pino";
import { closeEpochActivity } from "../activities/close-epoch.ts";
import { findPoolsActivity } from "../activities/find-pools.ts";
import { refreshTvlActivity } from "../activities/refresh-tvl.ts";
import { tendWalletActivity } from "../activities/tend-wallet.ts";
import { readChainConfig } from "../config/chain.ts";
import { readKeys } from "../config/keys.ts";
import { type Settings, taskQueues } from "../config/settings.ts";
import { openDatabase } from "../db/connection.ts";
import type { Candidate } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { publicRelay } from "../execution/relay.ts";
import { Wallets } from "../execution/wallets.ts";
import { connectChain } from "../market/chain-client.ts";
import { connectTemporal } from "./temporal.ts";
import { workflowBundle } from "./workflow-bundle.ts";

/** Puts together the process that tends wallets, closes reward epochs, discovers and values pools. It holds the treasury's key; the chain workers need only the operators'. */
export async function openBackgroundWorker(
	settings: Settings,
	log: Logger,
): Promise<{ readonly taskQueue: string; run(signal: AbortSignal): Promise<void> }> {
	await using opened = new AsyncDisposableStack();
	const chain = readChainConfig(settings.CHAIN_FILE);
	if (settings.KEYS_FILE === undefined) {
		throw new ArbError({
			code: "configuration",
			message: "KEYS_FILE is not set: the background worker signs for the treasury",
			retryable: false,
		});
	}
	const db = opened.use(openDatabase(settings.DATABASE_URL));
	const client = await connectChain(chain);
	opened.defer(() => client.close());
	const temporal = await connectTemporal(settings);
	opened.defer(() => temporal.connection.close());
	const queues = taskQueues(settings.TASK_QUEUE_PREFIX, chain.chainId);
	const taskQueue = queues.background;
	const runAgain = async ({ workflowId, candidate }: { readonly workflowId: string; readonly candidate: Candidate }): Promise<boolean> => {
		try {
			await temporal.client.workflow.start("arbitrage", {
				workflowId,
				taskQueue: queues.chain,
				args: [candidate, chain.policy.budgetFactor],
				workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
				workflowTaskTimeout: "2s",
			});
			return true;
		} catch (error) {
			if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
			throw error;
		}
	};
	const wallets = Wallets.fromKeys(readKeys(settings.KEYS_FILE));
	const deps = { chain, db, client, wallets, relay: publicRelay(chain.rpcUrl), log, runAgain };
	const worker = await Worker.create({
		connection: temporal.connection,
		namespace: settings.TEMPORAL_NAMESPACE,
		taskQueue,
		workflowBundle: await workflowBundle(),
		activities: {
			...{ tendWallet: tendWalletActivity(deps), closeEpoch: closeEpochActivity(deps) },
			...{ findPools: findPoolsActivity(deps), refreshTvl: refreshTvlActivity(deps) },
		},
		shutdownGraceTime: "2s",
	});
	const resources = opened.move();
	return {
		taskQueue,
		run: async (signal) => {
			await using _ = resources;
			await worker.runUntil(new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })));
		},
	};
}

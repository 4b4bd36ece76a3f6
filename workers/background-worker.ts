import { type Client, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { WorkflowIdReusePolicy } from "@temporalio/common";
import { Worker } from "@temporalio/worker";
import type { Logger } from "pino";
import { type BackgroundActivities, byChain } from "../activities/by-chain.ts";
import { closeEpochActivity } from "../activities/close-epoch.ts";
import { refreshTvlActivity } from "../activities/refresh-tvl.ts";
import { tendWalletActivity } from "../activities/tend-wallet.ts";
import type { ChainConfig } from "../config/chain.ts";
import { readChains } from "../config/configured-chains.ts";
import { keysOfChain } from "../config/keys.ts";
import { type Settings, taskQueues } from "../config/settings.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import type { Candidate } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { publicRelay } from "../execution/relay.ts";
import { Wallets } from "../execution/wallets.ts";
import { type ChainClient, connectChain } from "../market/chain-client.ts";
import { connectTemporal } from "./temporal.ts";
import { workflowBundle } from "./workflow-bundle.ts";

/**
 * Puts together the process that tends wallets, closes reward epochs and values pools, of every configured chain: a few requests a minute each, so one
 * process and one queue do for all. It holds the treasuries' keys; the chain workers need only the operators'.
 */
export async function openBackgroundWorker(
	settings: Settings,
	log: Logger,
): Promise<{ readonly taskQueue: string; run(signal: AbortSignal): Promise<void> }> {
	await using opened = new AsyncDisposableStack();
	const chains = readChains(settings.CHAIN_FILE);
	// A chain in paper mode has no wallets and no epochs.
	const signing = chains.filter((chain) => chain.mode !== "paper").map((chain) => ({ chain, wallets: walletsOf(chain, settings) }));
	if (signing.length === 0) {
		throw new ArbError({
			code: "configuration",
			message: "every chain of CHAIN_FILE is in paper mode: the background worker has nothing to sign",
			retryable: false,
		});
	}
	const db = opened.use(openDatabase(settings.DATABASE_URL));
	const temporal = await connectTemporal(settings);
	opened.defer(() => temporal.connection.close());
	const clients: ChainClient[] = [];
	opened.defer(() => {
		for (const client of clients) client.close();
	});
	const served = signing.map(({ chain, wallets }): readonly [number, () => Promise<BackgroundActivities>] => [
		chain.chainId,
		async () => {
			const client = await connectChain(chain);
			clients.push(client);
			return activitiesOf({ chain, wallets, client, db, temporal: temporal.client, settings, log });
		},
	]);
	const { background: taskQueue } = taskQueues(settings.TASK_QUEUE_PREFIX, chains[0].chainId);
	const worker = await Worker.create({
		connection: temporal.connection,
		namespace: settings.TEMPORAL_NAMESPACE,
		taskQueue,
		workflowBundle: await workflowBundle(),
		activities: { ...byChain(new Map(served)) },
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

function walletsOf(chain: ChainConfig, settings: Settings): Wallets {
	const keys = keysOfChain(settings.KEYS_FILE, chain.chainId);
	if (keys !== null) return Wallets.fromKeys(keys);
	throw new ArbError({
		code: "configuration",
		message: `KEYS_FILE has no keys of chain ${chain.name} (${chain.chainId}): the background worker signs for its treasury`,
		retryable: false,
	});
}

function activitiesOf(of: {
	readonly chain: ChainConfig;
	readonly wallets: Wallets;
	readonly client: ChainClient;
	readonly db: Database;
	readonly temporal: Client;
	readonly settings: Settings;
	readonly log: Logger;
}): BackgroundActivities {
	const { chain } = of;
	const { chain: taskQueue } = taskQueues(of.settings.TASK_QUEUE_PREFIX, chain.chainId);
	const runAgain = async ({ workflowId, candidate }: { readonly workflowId: string; readonly candidate: Candidate }): Promise<boolean> => {
		try {
			await of.temporal.workflow.start("arbitrage", {
				workflowId,
				taskQueue,
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
	const deps = { ...of, relay: publicRelay(chain.rpcUrl), runAgain };
	return { tendWallet: tendWalletActivity(deps), closeEpoch: closeEpochActivity(deps), refreshTvl: refreshTvlActivity(deps) };
}

import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import type { Logger } from "pino";
import type { ChainConfig } from "../config/chain.ts";
import { readChains } from "../config/configured-chains.ts";
import { readSettings, taskQueues } from "../config/settings.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { ensureControl } from "../db/control.ts";
import { migrateDatabase } from "../db/migrate.ts";
import { chainWorkflowId, epochWorkflowId, tvlScheduleId, walletWorkflowId } from "../domain/workflow-ids.ts";
import { connectChain } from "../market/chain-client.ts";
import type { ChainActorInput, EpochActorInput, WalletActorInput } from "../workflows/messages.ts";
import { installRuntime, openLog } from "./log.ts";
import { prepareNamespace } from "./namespace.ts";
import { bookOpening } from "./opening.ts";
import { announceReady, runProcess } from "./process.ts";
import { connectTemporal, type TemporalLink } from "./temporal.ts";

const WALLET_INTERVAL_SECONDS = 30;
const TVL_INTERVAL = "5m";
const settings = readSettings(process.env);
const log = openLog(settings, "set-up");
installRuntime(log, settings.LOG_LEVEL);

/** Prepares database, Temporal namespace and every chain's rows, books and actors; everything here may run again. */
await runProcess(log, async () => {
	await using opened = new AsyncDisposableStack();
	const chains = readChains(settings.CHAIN_FILE);
	const db = opened.use(openDatabase(settings.DATABASE_URL));
	await migrateDatabase(db);
	const temporal = await connectTemporal(settings);
	opened.defer(() => temporal.connection.close());
	await prepareNamespace(temporal.connection, settings.TEMPORAL_NAMESPACE);
	await Promise.all(
		chains.map(async (chain) => {
			await prepareBooks(db, chain);
			await startActors(temporal, chain, log);
		}),
	);
	announceReady({ chainIds: chains.map((chain) => chain.chainId) });
});

/** The chain's control row, and its opening entry in the ledger. */
async function prepareBooks(db: Database, chain: ChainConfig): Promise<void> {
	await ensureControl(db, { chainId: chain.chainId, mode: chain.mode, limits: chain.limits });
	const client = await connectChain(chain);
	try {
		await bookOpening(db, chain, client);
	} finally {
		client.close();
	}
}

async function startActors({ client }: TemporalLink, chain: ChainConfig, into: Logger): Promise<void> {
	const queues = taskQueues(settings.TASK_QUEUE_PREFIX, chain.chainId);
	const start = async (
		type: string,
		workflowId: string,
		taskQueue: string,
		argument: ChainActorInput | WalletActorInput | EpochActorInput,
	): Promise<void> => {
		try {
			await client.workflow.start(type, { workflowId, taskQueue, args: [argument] });
			into.info({ workflowId, chainId: chain.chainId }, "actor started");
		} catch (error) {
			if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
		}
	};
	const { chainId } = chain;
	await start("chain", chainWorkflowId(chainId), queues.chain, { chainId, watches: 0 });
	if (chain.mode === "paper") return;
	for (const address of chain.operators) {
		await start("wallet", walletWorkflowId(chainId, address), queues.background, {
			chainId,
			address,
			intervalSeconds: WALLET_INTERVAL_SECONDS,
		});
	}
	await start("epoch", epochWorkflowId(chainId), queues.background, { chainId, epochSeconds: chain.epochSeconds, last: null });
	try {
		await client.schedule.create({
			scheduleId: tvlScheduleId(chainId),
			spec: { intervals: [{ every: TVL_INTERVAL }] },
			policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: TVL_INTERVAL },
			action: {
				...{ type: "startWorkflow", workflowType: "refreshTvl", workflowId: tvlScheduleId(chainId) },
				...{ taskQueue: queues.background, args: [{ chainId }] },
			},
			state: { triggerImmediately: true },
		});
		into.info({ scheduleId: tvlScheduleId(chainId), chainId }, "schedule created");
	} catch (error) {
		if (!(error instanceof ScheduleAlreadyRunning)) throw error;
	}
}

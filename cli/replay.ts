import { existsSync } from "node:fs";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { DeterminismViolationError } from "@temporalio/workflow";
import { messageOf } from "../domain/errors.ts";
import { loadScorer, PROJECT_MODELS_DIR } from "../models/registry.ts";
import type { Scorer } from "../models/scorer.ts";
import { type Difference, redecide } from "../strategy/redecide.ts";
import { workflowBundle } from "../workers/workflow-bundle.ts";
import { commandSettings } from "./environment.ts";
import { fetchHistory, type RecordedHistory, readHistoryFile, recordedSteps } from "./history.ts";

export interface ReplayReport {
	readonly workflowId: string;
	/** Null: the current code issues the same commands. Else the first that differs. */
	readonly commandDifference: string | null;
	/** Null where they were not taken again. */
	readonly decisions: readonly Difference[] | null;
}

/** Runs a finished execution's history under the current code, then takes its decisions again from the recorded facts. */
export async function replay(
	recorded: RecordedHistory,
	options: { readonly isHistoryOnly: boolean; readonly scorer: Scorer | null },
): Promise<ReplayReport> {
	const { workflowId, history } = recorded;
	let commandDifference: string | null = null;
	try {
		await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, workflowId);
	} catch (error) {
		if (!(error instanceof DeterminismViolationError)) throw error;
		commandDifference = messageOf(error);
	}
	const isLifecycle = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name === "arbitrage";
	const decisions = options.isHistoryOnly || !isLifecycle ? null : await redecide(recordedSteps(recorded), options.scorer);
	return { workflowId, commandDifference, decisions };
}

/** `arb replay <workflowId | FILE.json>`: true where nothing differs. */
export async function replayCommand(
	target: string,
	options: { readonly historyOnly?: boolean; readonly json?: boolean },
): Promise<boolean> {
	Runtime.install({ logger: new DefaultLogger("WARN") });
	const recorded = existsSync(target) ? readHistoryFile(target) : await fetchRunning(target);
	const scorer = options.historyOnly === true ? null : await loadScorer(PROJECT_MODELS_DIR);
	const report = await replay(recorded, { isHistoryOnly: options.historyOnly === true, scorer });
	const isSame = report.commandDifference === null && (report.decisions ?? []).length === 0;
	if (options.json === true) {
		process.stdout.write(`${JSON.stringify(report)}\n`);
		return isSame;
	}
	const lines = [`${report.workflowId}`];
	lines.push(report.commandDifference === null ? "history: identical" : `history: differs: ${report.commandDifference}`);
	if (report.decisions !== null) {
		if (report.decisions.length === 0) lines.push("decisions: identical");
		for (const { step, path, recorded: before, today } of report.decisions) {
			lines.push(`decision of ${step} differs at ${path}: recorded ${JSON.stringify(before)}, today ${JSON.stringify(today)}`);
		}
	}
	process.stdout.write(`${lines.join("\n")}\n`);
	return isSame;
}

async function fetchRunning(workflowId: string): Promise<RecordedHistory> {
	const settings = commandSettings();
	const connection = await Connection.connect({ address: settings.TEMPORAL_ADDRESS });
	try {
		return await fetchHistory(new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }), workflowId);
	} finally {
		await connection.close();
	}
}

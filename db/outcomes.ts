import { eq } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { Conclusion, Confirmation, DistributeDecision, LifecycleResult } from "../domain/lifecycle.ts";
import { decidedSteps } from "./claims.ts";
import { type Database, inTransaction } from "./connection.ts";
import { appendEvents, type NewEvent } from "./events.ts";
import { appendEntry } from "./ledger.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { lifecycleResult, writeOpportunity } from "./opportunity-row.ts";
import { accrue } from "./rewards.ts";
import { storeSample } from "./samples.ts";
import { opportunities } from "./schema.ts";
import { holdSubmission, resolveSubmission, type StoredSubmission } from "./submissions.ts";

/** Points inside the conclusion at which tests kill the process. */
export type ConclusionCheckpoint = "conclusion:begun" | "conclusion:booked" | "conclusion:stored" | "conclusion:committed";

/**
 * The second and last write of a lifecycle, and the only one of a rejected one: outcome, resolution of the submission, ledger entry, accruals,
 * labelled sample and events, all or nothing. Repeated for the same workflow ID it changes nothing and returns the first result; only a `failed` one
 * whose submission is still unresolved is replaced by a conclusion with a confirmation.
 *
 * @throws ArbError `conflict` where a claimed submission is unresolved and no confirmation says how it ended (unless the outcome is `failed`, which
 * leaves it unresolved for a repair): the lifecycle must go on from its record. `ledger` where the postings do not balance.
 */
export async function recordConclusion(
	db: Database,
	of: {
		readonly conclusion: Conclusion;
		readonly decision: DistributeDecision;
		/** What was known before the submission, where its end is a label. */
		readonly sample: { readonly featureVersion: number; readonly features: Readonly<Record<string, number>> } | null;
	},
	checkpoint: (name: ConclusionCheckpoint) => void = () => {},
): Promise<LifecycleResult> {
	const { conclusion, decision } = of;
	const { workflowId, candidate, confirmation } = conclusion;
	const result = await inTransaction(db, async (tx): Promise<LifecycleResult> => {
		await lockExclusively(tx, lockNames.lifecycle(workflowId));
		const [row] = await tx.select().from(opportunities).where(eq(opportunities.workflowId, workflowId));
		const first = row === undefined ? null : lifecycleResult(row);
		const stored = await holdSubmission(tx, workflowId);
		if (first !== null && !isRepair(first, stored, confirmation)) return first;
		checkpoint("conclusion:begun");

		assertResolvable(of, stored);
		const submission = stored?.submission ?? conclusion.submission;
		await writeOpportunity(tx, { ...conclusion, submission, decision });
		if (stored !== null && confirmation !== null) await resolveSubmission(tx, stored, confirmation);
		if (of.sample !== null) {
			await storeSample(tx, {
				...of.sample,
				workflowId,
				chainId: candidate.chainId,
				blockNumber: candidate.block.number,
				outcome: decision.outcome,
				netProfitWei: decision.netProfitWei,
			});
		}
		await accrue(tx, { chainId: candidate.chainId, workflowId, accruals: decision.accruals });
		if (decision.postings.length > 0) {
			const receipt = receiptOf(confirmation);
			await appendEntry(tx, {
				chainId: candidate.chainId,
				reference: workflowId,
				transactionHash: receipt?.transactionHash ?? null,
				blockNumber: receipt?.blockNumber ?? null,
				postings: decision.postings,
			});
		}
		checkpoint("conclusion:booked");
		await appendEvents(tx, [...(stored === null ? decidedSteps(conclusion) : []), ...endEvents(conclusion, decision)]);
		checkpoint("conclusion:stored");
		return {
			outcome: decision.outcome,
			reason: decision.reason,
			netProfitWei: decision.netProfitWei,
			transactionHash: submission?.transactionHash ?? null,
		};
	});
	checkpoint("conclusion:committed");
	return result;
}

/** A lifecycle that failed with its submission unresolved may be concluded once more, when it is known how that ended. */
function isRepair(first: LifecycleResult, stored: StoredSubmission | null, confirmation: Confirmation | null): boolean {
	return first.outcome === "failed" && stored !== null && stored.resolvedAt === null && confirmation !== null;
}

function assertResolvable(
	of: { readonly conclusion: Conclusion; readonly decision: DistributeDecision },
	stored: StoredSubmission | null,
): void {
	const { conclusion, decision } = of;
	if (stored === null && conclusion.confirmation !== null) {
		throw new ArbError({
			code: "conflict",
			message: `lifecycle ${conclusion.workflowId} has a confirmation but never claimed; nothing is booked for it`,
			retryable: false,
		});
	}
	if (stored !== null && stored.resolvedAt === null && conclusion.confirmation === null && decision.outcome !== "failed") {
		throw new ArbError({
			code: "conflict",
			message: `lifecycle ${conclusion.workflowId} would end as ${decision.outcome}, but its submission ${stored.submission.transactionHash} is ${stored.status}; go on from its decision record`,
			retryable: false,
		});
	}
}

function receiptOf(confirmation: Confirmation | null) {
	if (confirmation === null) return null;
	return confirmation.kind === "dropped" ? confirmation.cancellation : confirmation.receipt;
}

/** The events after those of the claim. The last event of a lifecycle is the one that is not `done`. */
function endEvents(conclusion: Conclusion, decision: DistributeDecision): readonly NewEvent[] {
	const common = { workflowId: conclusion.workflowId, chainId: conclusion.candidate.chainId, atMs: Date.now() };
	const { confirmation } = conclusion;
	const events: NewEvent[] = [];
	if (confirmation !== null) {
		const detail =
			confirmation.kind === "dropped"
				? `never included: ${confirmation.reason.message}`
				: `${confirmation.kind} in block ${confirmation.receipt.blockNumber} at depth ${confirmation.depth}`;
		events.push({ ...common, step: "confirm", status: "done", detail, netProfitWei: null });
	}
	events.push({
		...common,
		step: confirmation === null ? (decision.reason?.step ?? "distribute") : "distribute",
		status: decision.outcome,
		detail: decision.reason?.message ?? `net profit ${decision.netProfitWei} wei`,
		netProfitWei: confirmation === null ? null : decision.netProfitWei,
	});
	return events;
}

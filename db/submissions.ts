import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { Confirmation, DecisionRecord, Submission } from "../domain/lifecycle.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { type SubmissionStatus, submissionPools, submissions, wallets } from "./schema.ts";

/** A submission as it stands, without its bytes' decision record. */
export interface StoredSubmission {
	readonly workflowId: string;
	readonly submission: Submission;
	readonly rawTransaction: string;
	readonly status: SubmissionStatus;
	readonly fencingNumber: number;
	/** Our own empty transaction under the same nonce, where one was signed. */
	readonly cancellation: { readonly rawTransaction: string; readonly transactionHash: string } | null;
	readonly claimedAt: Date;
	readonly broadcastAt: Date | null;
	readonly includedBlock: number | null;
	readonly resolvedAt: Date | null;
}

const columns = {
	workflowId: submissions.workflowId,
	chainId: submissions.chainId,
	wallet: submissions.wallet,
	nonce: submissions.nonce,
	transactionHash: submissions.transactionHash,
	rawTransaction: submissions.rawTransaction,
	relay: submissions.relay,
	targetBlock: submissions.targetBlock,
	deadlineBlock: submissions.deadlineBlock,
	status: submissions.status,
	fencingNumber: submissions.fencingNumber,
	cancellationHash: submissions.cancellationHash,
	cancellationRaw: submissions.cancellationRaw,
	claimedAt: submissions.claimedAt,
	broadcastAt: submissions.broadcastAt,
	includedBlock: submissions.includedBlock,
	resolvedAt: submissions.resolvedAt,
};

type Row = Pick<typeof submissions.$inferSelect, keyof typeof columns>;

function storedSubmission(row: Row): StoredSubmission {
	return {
		workflowId: row.workflowId,
		submission: {
			chainId: row.chainId,
			wallet: row.wallet,
			nonce: row.nonce,
			transactionHash: row.transactionHash,
			relay: row.relay,
			targetBlock: row.targetBlock,
			deadlineBlock: row.deadlineBlock,
		},
		rawTransaction: row.rawTransaction,
		status: row.status,
		fencingNumber: row.fencingNumber,
		cancellation:
			row.cancellationRaw === null || row.cancellationHash === null
				? null
				: { rawTransaction: row.cancellationRaw, transactionHash: row.cancellationHash },
		claimedAt: row.claimedAt,
		broadcastAt: row.broadcastAt,
		includedBlock: row.includedBlock,
		resolvedAt: row.resolvedAt,
	};
}

/** The lifecycle's submission, or null where it never claimed. */
export async function readSubmission(db: Database | Session, workflowId: string): Promise<StoredSubmission | null> {
	const session = "drizzle" in db ? db.drizzle : db;
	const [row] = await session.select(columns).from(submissions).where(eq(submissions.workflowId, workflowId));
	return row === undefined ? null : storedSubmission(row);
}

/** The lifecycle's submission, locked until `tx` ends. */
export async function holdSubmission(tx: Session, workflowId: string): Promise<StoredSubmission | null> {
	const [row] = await tx.select(columns).from(submissions).where(eq(submissions.workflowId, workflowId)).for("update");
	return row === undefined ? null : storedSubmission(row);
}

/** Submissions that hold their wallet and pools, oldest first. */
export async function unresolvedSubmissions(db: Database, chainId: number): Promise<readonly StoredSubmission[]> {
	const rows = await db.drizzle
		.select(columns)
		.from(submissions)
		.where(and(eq(submissions.chainId, chainId), isNull(submissions.resolvedAt)))
		.orderBy(asc(submissions.claimedAt), asc(submissions.workflowId));
	return rows.map(storedSubmission);
}

/** What the claim stored, or null where the lifecycle never claimed. */
export async function readDecisionRecord(db: Database, workflowId: string): Promise<DecisionRecord | null> {
	const [row] = await db.drizzle
		.select({ record: submissions.decisionRecord })
		.from(submissions)
		.where(eq(submissions.workflowId, workflowId));
	return row?.record ?? null;
}

/**
 * Lets a broadcast submission's bytes be sent again, after a reorg took its block back and perhaps every mempool's copy with it. Nothing changes where
 * it is resolved.
 */
export async function allowResend(db: Database, workflowId: string): Promise<void> {
	await db.drizzle
		.update(submissions)
		.set({ status: "claimed" })
		.where(and(eq(submissions.workflowId, workflowId), eq(submissions.status, "broadcast")));
}

/** Pools that an unresolved submission trades in. */
export async function busyPools(db: Database, chainId: number): Promise<ReadonlySet<string>> {
	const rows = await db.drizzle
		.select({ pool: submissionPools.pool })
		.from(submissionPools)
		.where(and(eq(submissionPools.chainId, chainId), isNull(submissionPools.resolvedAt)));
	return new Set(rows.map((row) => row.pool));
}

/**
 * Stores the empty transaction that is to spend the submission's nonce, before it is sent. The first one stored stays: a second call returns it.
 *
 * @throws ArbError `conflict` where there is no unresolved submission.
 */
export async function storeCancellation(
	db: Database,
	of: { readonly workflowId: string; readonly rawTransaction: string; readonly transactionHash: string },
): Promise<{ readonly rawTransaction: string; readonly transactionHash: string }> {
	return await inTransaction(db, async (tx) => {
		const stored = await holdSubmission(tx, of.workflowId);
		if (stored?.cancellation) return stored.cancellation;
		if (stored === null || stored.resolvedAt !== null) {
			throw new ArbError({
				code: "conflict",
				message: `lifecycle ${of.workflowId} has no unresolved submission (${stored?.status ?? "none"}), so there is no nonce to cancel`,
				retryable: false,
			});
		}
		await tx
			.update(submissions)
			.set({ cancellationRaw: of.rawTransaction, cancellationHash: of.transactionHash })
			.where(eq(submissions.workflowId, of.workflowId));
		return { rawTransaction: of.rawTransaction, transactionHash: of.transactionHash };
	});
}

/** How a submission ends by what the chain showed. Only `released` gives the nonce back. */
export function resolutionOf(confirmation: Confirmation): Exclude<SubmissionStatus, "claimed" | "broadcast"> {
	if (confirmation.kind !== "dropped") return confirmation.kind;
	if (confirmation.cancellation !== null) return "cancelled";
	return confirmation.reason.code === "replaced" ? "replaced" : "released";
}

/** Ends a submission inside the caller's transaction: wallet and pools are free, and the nonce is spent or given back. */
export async function resolveSubmission(tx: Session, stored: StoredSubmission, confirmation: Confirmation): Promise<void> {
	const { workflowId, submission } = stored;
	const status = resolutionOf(confirmation);
	const receipt = confirmation.kind === "dropped" ? confirmation.cancellation : confirmation.receipt;
	await tx
		.update(submissions)
		.set({
			status,
			resolvedAt: sql`now()`,
			includedBlock: receipt?.blockNumber ?? null,
			includedBlockHash: receipt?.blockHash ?? null,
		})
		.where(eq(submissions.workflowId, workflowId));
	await tx.update(submissionPools).set({ resolvedAt: sql`now()` }).where(eq(submissionPools.workflowId, workflowId));
	// A wallet has one unresolved submission at most, so no later nonce can be in use.
	const nextNonce = status === "released" ? submission.nonce : submission.nonce + 1;
	await tx
		.update(wallets)
		.set({ nextNonce, updatedAt: sql`now()` })
		.where(and(eq(wallets.chainId, submission.chainId), eq(wallets.address, submission.wallet)));
}

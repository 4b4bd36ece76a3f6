import { and, asc, eq, inArray, isNull, notExists, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { DecisionRecord, Limits, StepEvent, Submission, Usage } from "../domain/lifecycle.ts";
import type { Reason, RejectionCode } from "../domain/outcome.ts";
import type { Plan, RelayKind } from "../domain/plan.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { haltReason, holdControl } from "./control.ts";
import { appendEvents, type NewEvent } from "./events.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { writeOpportunity } from "./opportunity-row.ts";
import { opportunities, type SubmissionStatus, submissionPools, submissions, wallets } from "./schema.ts";
import { readSubmission } from "./submissions.ts";
import { usageIn } from "./usage.ts";
import { holdFencingNumber } from "./watchers.ts";

/** What a lifecycle asks for when it wants to submit. Addresses in lower case. */
export interface ClaimRequest {
	readonly workflowId: string;
	readonly chainId: number;
	/** The watcher's that found the candidate. */
	readonly fencingNumber: number;
	/** Pools of the route. */
	readonly pools: readonly string[];
	/** Our operators. */
	readonly wallets: readonly string[];
	/** Next nonce on chain, by wallet; a wallet that is not in here is not used. */
	readonly chainNonces: Readonly<Record<string, number>>;
	readonly record: Omit<DecisionRecord, "submission">;
	readonly relay: RelayKind;
	readonly targetBlock: number;
	readonly deadlineBlock: number;
}

export type Claim =
	| { readonly kind: "claimed"; readonly submission: Submission; readonly rawTransaction: string }
	/** This workflow ID has claimed before; its stored bytes stand. */
	| {
			readonly kind: "existing";
			readonly submission: Submission;
			readonly rawTransaction: string;
			readonly status: SubmissionStatus;
	  }
	| { readonly kind: "refused"; readonly reason: Reason };

/** Points inside the claim at which tests kill the process. */
export type ClaimCheckpoint = "claim:checked" | "claim:signed" | "claim:stored" | "claim:committed";

/**
 * The one place that guards money. In one transaction: the control row allows, the watcher is the latest, limits hold, no pool of the route and one
 * of our wallets has no unresolved submission; then the transaction is signed under a nonce of that wallet, and bytes and decision record are stored.
 * Only after that may anything be broadcast. `sign` must be quick: the chain's claims wait for it.
 *
 * @throws ArbError `not_found` without a control row, `invalid_input` where the record does not belong to the request, `unavailable` (retryable).
 */
export async function claimSubmission(
	db: Database,
	request: ClaimRequest,
	sign: (of: { readonly wallet: string; readonly nonce: number }) => { readonly rawTransaction: string; readonly transactionHash: string },
	checkpoint: (name: ClaimCheckpoint) => void = () => {},
): Promise<Claim> {
	const plan = plannedBy(request);
	const claim = await inTransaction(db, async (tx): Promise<Claim> => {
		await lockExclusively(tx, lockNames.lifecycle(request.workflowId), lockNames.claims(request.chainId));
		const existing = await readSubmission(tx, request.workflowId);
		if (existing !== null) {
			const { submission, rawTransaction, status } = existing;
			return { kind: "existing", submission, rawTransaction, status };
		}
		const refusal = (await refusalOf(tx, request, plan)) ?? (await lockWallet(tx, request));
		if (refusal.kind === "refused") return refusal;
		checkpoint("claim:checked");
		const { wallet, nonce } = refusal;
		const signed = sign({ wallet, nonce });
		checkpoint("claim:signed");
		const submission: Submission = {
			chainId: request.chainId,
			wallet,
			nonce,
			transactionHash: signed.transactionHash,
			relay: request.relay,
			targetBlock: request.targetBlock,
			deadlineBlock: request.deadlineBlock,
		};
		await store(tx, request, submission, signed.rawTransaction);
		checkpoint("claim:stored");
		return { kind: "claimed", submission, rawTransaction: signed.rawTransaction };
	});
	if (claim.kind === "claimed") checkpoint("claim:committed");
	return claim;
}

function plannedBy(request: ClaimRequest): Plan {
	const { record, workflowId, chainId } = request;
	const decision = record.plan.decision;
	if (record.workflowId !== workflowId || record.candidate.chainId !== chainId || decision.kind !== "proceed") {
		throw new ArbError({
			code: "invalid_input",
			message: `claim of ${workflowId} on chain ${chainId}: its record is of ${record.workflowId} on chain ${record.candidate.chainId} with a plan that decided "${decision.kind}"; a claim needs its own record with a plan to proceed`,
			retryable: false,
		});
	}
	return decision.plan;
}

type Refusal = Extract<Claim, { kind: "refused" }>;

function refused(code: RejectionCode, message: string): Refusal {
	return { kind: "refused", reason: { step: "submit", code, message } };
}

async function refusalOf(tx: Session, request: ClaimRequest, plan: Plan): Promise<Refusal | null> {
	const control = await holdControl(tx, request.chainId);
	const halted = haltReason(control);
	if (halted !== null) return refused("halted", `${halted} on chain ${request.chainId}`);

	const fencingNumber = await holdFencingNumber(tx, request.chainId);
	if (fencingNumber !== request.fencingNumber) {
		return refused("fenced", `watcher ${request.fencingNumber} of chain ${request.chainId} was followed by ${fencingNumber}`);
	}

	// A lifecycle whose submit step timed out may have been concluded while this claim was on its way.
	const [concluded] = await tx
		.select({ outcome: opportunities.outcome })
		.from(opportunities)
		.where(eq(opportunities.workflowId, request.workflowId));
	if (concluded !== undefined) return refused("claim_refused", `the lifecycle has ended already as ${concluded.outcome}`);

	const exceeded = exceededLimit(control.limits, await usageIn(tx, request.chainId), plan);
	if (exceeded !== null) return refused("limit_exceeded", exceeded);

	const [busy] = await tx
		.select({ pool: submissionPools.pool, workflowId: submissionPools.workflowId })
		.from(submissionPools)
		.where(
			and(
				eq(submissionPools.chainId, request.chainId),
				inArray(submissionPools.pool, [...request.pools]),
				isNull(submissionPools.resolvedAt),
			),
		)
		.limit(1);
	if (busy !== undefined) return refused("pool_busy", `pool ${busy.pool} has the unresolved submission of ${busy.workflowId}`);
	return null;
}

function exceededLimit(limits: Limits, used: Usage, plan: Plan): string | null {
	if (BigInt(plan.amountIn) > BigInt(limits.maxAmountIn)) return `amountIn ${plan.amountIn} is above the limit of ${limits.maxAmountIn}`;
	const gasCostWei = BigInt(plan.gasLimit) * BigInt(plan.maxFeePerGasWei);
	if (gasCostWei > BigInt(limits.maxGasCostWei)) {
		return `gas may cost ${gasCostWei} wei, above the limit of ${limits.maxGasCostWei}`;
	}
	if (BigInt(used.lossWeiToday) >= BigInt(limits.maxLossWeiPerDay)) {
		return `${used.lossWeiToday} wei were lost today, the limit is ${limits.maxLossWeiPerDay}`;
	}
	if (used.submissionsLastMinute >= limits.maxSubmissionsPerMinute) {
		return `${used.submissionsLastMinute} submissions within a minute, the limit is ${limits.maxSubmissionsPerMinute}`;
	}
	return null;
}

interface LockedWallet {
	readonly kind: "locked";
	readonly wallet: string;
	readonly nonce: number;
}

async function lockWallet(tx: Session, request: ClaimRequest): Promise<LockedWallet | Refusal> {
	const usable = request.wallets.filter((wallet) => request.chainNonces[wallet] !== undefined);
	const none = refused("no_free_wallet", `each of ${usable.length} wallets has an unresolved submission or is in use`);
	if (usable.length === 0) return none;
	await tx
		.insert(wallets)
		.values(usable.map((address) => ({ chainId: request.chainId, address })))
		.onConflictDoNothing();
	const [free] = await tx
		.select({ address: wallets.address, nextNonce: wallets.nextNonce })
		.from(wallets)
		.where(
			and(
				eq(wallets.chainId, request.chainId),
				inArray(wallets.address, usable),
				notExists(
					tx
						.select({ one: sql`1` })
						.from(submissions)
						.where(and(eq(submissions.chainId, wallets.chainId), eq(submissions.wallet, wallets.address), isNull(submissions.resolvedAt))),
				),
			),
		)
		// The one that has rested longest: balances sink evenly.
		.orderBy(asc(wallets.updatedAt), asc(wallets.address))
		.limit(1)
		.for("update", { skipLocked: true });
	if (free === undefined) return none;
	// The chain's number lags while blocks are on their way to us, ours while a nonce was spent by others; neither may be used twice.
	return { kind: "locked", wallet: free.address, nonce: Math.max(request.chainNonces[free.address] ?? 0, free.nextNonce) };
}

async function store(tx: Session, request: ClaimRequest, submission: Submission, rawTransaction: string): Promise<void> {
	const { workflowId, chainId, record } = request;
	await writeOpportunity(tx, { ...record, runId: null, submission, confirmation: null, decision: null });
	await tx.insert(submissions).values({
		workflowId,
		...submission,
		rawTransaction,
		decisionRecord: { ...record, submission },
		status: "claimed",
		fencingNumber: request.fencingNumber,
	});
	await tx.insert(submissionPools).values([...new Set(request.pools)].map((pool) => ({ chainId, pool, workflowId })));
	await tx
		.update(wallets)
		.set({ nextNonce: submission.nonce + 1, updatedAt: sql`now()` })
		.where(and(eq(wallets.chainId, chainId), eq(wallets.address, submission.wallet)));
	await appendEvents(tx, claimEvents(record, submission));
}

function claimEvents(record: Omit<DecisionRecord, "submission">, submission: Submission): readonly NewEvent[] {
	return [
		...decidedSteps(record),
		{
			workflowId: record.workflowId,
			chainId: submission.chainId,
			step: "submit",
			status: "done",
			atMs: Date.now(),
			detail: `claimed wallet ${submission.wallet} nonce ${submission.nonce} for block ${submission.targetBlock}`,
			netProfitWei: null,
		},
	];
}

/** One event for each step before `submit` that a lifecycle went through. */
export function decidedSteps(
	of: Pick<DecisionRecord, "workflowId" | "candidate"> & {
		readonly [S in "discover" | "price" | "detect" | "score" | "plan"]: DecisionRecord[S] | null;
	},
): readonly NewEvent[] {
	const common = { workflowId: of.workflowId, chainId: of.candidate.chainId, netProfitWei: null };
	const events: NewEvent[] = [];
	const add = (
		step: StepEvent["step"],
		result: DecisionRecord["discover" | "price" | "detect" | "score" | "plan"] | null,
		detail: string,
	) => {
		if (result === null || result.decision.kind !== "proceed") return;
		events.push({ ...common, step, status: "done", atMs: result.startedAtMs + result.elapsedMs, detail });
	};
	const { discover, price, detect, score, plan } = of;
	add("discover", discover, `block ${of.candidate.block.number}, ${of.candidate.route.length} hops`);
	add("price", price, price?.decision.kind === "proceed" ? `base fee ${price.decision.nextBaseFeePerGasWei} wei` : "");
	add("detect", detect, detect?.decision.kind === "proceed" ? `gross profit ${detect.decision.grossProfit}` : "");
	add(
		"score",
		score,
		score?.decision.kind === "proceed" ? `success ${score.decision.score.successPpm} ppm by ${score.decision.decidedBy}` : "",
	);
	add(
		"plan",
		plan,
		plan?.decision.kind === "proceed"
			? `net profit ${plan.decision.plan.expectedNetProfitWei} wei expected by ${plan.decision.plan.relay}${plan.decision.plan.exploredInsteadOf === undefined ? "" : ", explored"}`
			: "",
	);
	return events;
}

import type { Conclusion, DistributeDecision, LifecycleResult, Proceed, StepResult } from "../domain/lifecycle.ts";
import type { Session } from "./connection.ts";
import type { StoredSteps } from "./rows.ts";
import { opportunities } from "./schema.ts";

/** What is known of a lifecycle when its row is written: at the claim, or at its conclusion. */
export type KnownLifecycle = Pick<
	Conclusion,
	"workflowId" | "candidate" | "discover" | "price" | "detect" | "score" | "plan" | "submission" | "confirmation"
> & {
	readonly runId: string | null;
	readonly decision: DistributeDecision | null;
};

type Row = typeof opportunities.$inferInsert;

/** Writes the lifecycle's row: the claim creates it, the conclusion completes it or writes it alone. */
export async function writeOpportunity(tx: Session, of: KnownLifecycle): Promise<void> {
	const row = opportunityRow(of);
	const { workflowId: _, createdAt: __, ...set } = row;
	await tx.insert(opportunities).values(row).onConflictDoUpdate({ target: opportunities.workflowId, set });
}

/** The part of a row that is a lifecycle's result; null while it runs. */
export function lifecycleResult(row: typeof opportunities.$inferSelect): LifecycleResult | null {
	if (row.outcome === null) return null;
	const { reasonStep: step, reasonCode: code, reasonMessage: message } = row;
	return {
		outcome: row.outcome,
		reason: step === null || code === null || message === null ? null : { step, code, message },
		netProfitWei: row.netProfit ?? "0",
		transactionHash: row.transactionHash,
	};
}

function opportunityRow(of: KnownLifecycle): Row {
	const { candidate, decision } = of;
	const detected = proceeded(of.detect);
	const scored = proceeded(of.score);
	const planned = proceeded(of.plan);
	return {
		workflowId: of.workflowId,
		runId: of.runId,
		chainId: candidate.chainId,
		blockNumber: candidate.block.number,
		blockHash: candidate.block.hash,
		routeHash: candidate.routeHash,
		route: candidate.route,
		startToken: candidate.startToken,
		families: [...new Set(candidate.route.map((hop) => hop.family))],
		dexes: [...new Set(candidate.route.map((hop) => hop.dex))],
		amountIn: detected?.amountIn ?? candidate.amountIn,
		expectedGrossProfit: detected?.grossProfit ?? candidate.grossProfit,
		expectedNetProfit: planned?.plan.expectedNetProfitWei ?? scored?.expectedNetProfitWei ?? null,
		expectedValue: scored?.expectedValueWei ?? null,
		successPpm: scored?.score.successPpm ?? null,
		revertedPpm: scored?.score.revertedPpm ?? null,
		notIncludedPpm: scored?.score.notIncludedPpm ?? null,
		decidedBy: scored?.decidedBy ?? null,
		relay: of.submission?.relay ?? planned?.plan.relay ?? null,
		outcome: decision?.outcome ?? null,
		reasonStep: decision?.reason?.step ?? null,
		reasonCode: decision?.reason?.code ?? null,
		reasonMessage: decision?.reason?.message ?? null,
		grossProfit: decision?.grossProfit ?? null,
		netProfit: decision?.netProfitWei ?? null,
		gasCost: decision?.gasCostWei ?? null,
		flashLoanFee: decision?.flashLoanFee ?? null,
		relayPayment: decision?.relayPaymentWei ?? null,
		transactionHash: of.submission?.transactionHash ?? null,
		createdAt: new Date(candidate.foundAtMs),
		concludedAt: decision === null ? null : new Date(),
		steps: storedSteps(of),
	};
}

function storedSteps(of: KnownLifecycle): StoredSteps {
	return {
		discover: of.discover,
		price: of.price,
		detect: of.detect,
		score: of.score,
		plan: of.plan,
		submit: of.submission,
		confirm: of.confirmation,
		distribute: of.decision,
	};
}

/** A step's decision, where it was to go on. */
export function proceeded<F, D extends { readonly kind: string }>(step: StepResult<F, D> | null): Proceed<D> | null {
	return step !== null && isProceed(step.decision) ? step.decision : null;
}

function isProceed<D extends { readonly kind: string }>(decision: D): decision is Proceed<D> {
	return decision.kind === "proceed";
}

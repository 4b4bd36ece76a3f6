import { claimSubmission } from "../../db/claims.ts";
import type { Database } from "../../db/connection.ts";
import { ensureControl } from "../../db/control.ts";
import { recordConclusion } from "../../db/outcomes.ts";
import {
	CHAIN,
	candidateOf,
	claimOf,
	conclusionOf,
	confirmationOf,
	endedDecision,
	LIMITS,
	settledDecision,
	signFor,
} from "../../db/testing/lifecycles.ts";
import { takeFencingNumber } from "../../db/watchers.ts";
import type { Reason } from "../../domain/outcome.ts";

/** Makes the chain ready for claims; the fencing number is 1. */
export async function prepareChain(db: Database): Promise<void> {
	await ensureControl(db, { chainId: CHAIN, mode: "devnet", limits: { ...LIMITS, maxSubmissionsPerMinute: 10_000 } });
	await takeFencingNumber(db, { chainId: CHAIN, holder: "test", scheduledAtMs: 1 });
}

/** A lifecycle that has claimed and goes on. */
export async function beginLifecycle(db: Database, block: number) {
	const candidate = candidateOf({ pools: [`a${block}`, `b${block}`], block });
	const request = claimOf(candidate, { wallets: [`w${block}`] });
	const claim = await claimSubmission(db, request, signFor(request.workflowId));
	if (claim.kind !== "claimed") throw new Error(`the claim of block ${block} was not granted: ${JSON.stringify(claim)}`);
	return { candidate, claim, workflowId: request.workflowId };
}

/** A lifecycle that settled with the given profit and gas. */
export async function settleLifecycle(
	db: Database,
	of: { readonly block: number; readonly gross: bigint; readonly gas: bigint },
): Promise<string> {
	const { candidate, claim, workflowId } = await beginLifecycle(db, of.block);
	await recordConclusion(db, {
		conclusion: conclusionOf(candidate, { claim, confirmation: confirmationOf(claim, "confirmed") }),
		decision: settledDecision(of),
		sample: null,
	});
	return workflowId;
}

/** A lifecycle that was rejected for this reason. */
export async function rejectLifecycle(db: Database, of: { readonly block: number; readonly reason: Reason }): Promise<string> {
	const candidate = candidateOf({ pools: [`a${of.block}`, `b${of.block}`], block: of.block });
	const conclusion = conclusionOf(candidate, { claim: null, confirmation: null, rejection: of.reason });
	await recordConclusion(db, { conclusion, decision: endedDecision({ outcome: "rejected", gas: 0n, reason: of.reason }), sample: null });
	return conclusion.workflowId;
}

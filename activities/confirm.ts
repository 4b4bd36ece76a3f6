import { Context } from "@temporalio/activity";
import { withBroadcast } from "../db/broadcasts.ts";
import { allowResend } from "../db/submissions.ts";
import type { Confirmation, LifecycleActivities, ReceiptFacts, Submission } from "../domain/lifecycle.ts";
import type { DropCode, Reason } from "../domain/outcome.ts";
import { readReceipt, revertReason } from "../execution/receipts.ts";
import { cancelNonce } from "./cancel.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { asFailure, currentWorkflow, lineOf } from "./step.ts";
import { relayOf, whyWithheld } from "./submit.ts";

/** How often the receipt is asked for where no new head arrives first. */
const POLL_MS = 200;

/**
 * Follows a submission to a receipt deep enough to book, or to the evidence that there will be none. A receipt whose block is taken back returns it
 * to waiting. Holds no state of its own: a retry on another worker starts from the chain.
 */
export function confirmStep(deps: ChainDependencies): LifecycleActivities["confirm"] {
	return async ({ submission, plan }) => {
		const context = Context.current();
		const { workflowId } = currentWorkflow();
		let reorgs = 0;
		let included: ReceiptFacts | null = null;
		try {
			for (;;) {
				context.cancellationSignal.throwIfAborted();
				const head = await deps.client.head();
				context.heartbeat({ head: head.number, includedIn: included?.blockNumber ?? null, reorgs });
				const receipt = await canonicalReceipt(deps, submission);
				if (receipt !== null) {
					if (included === null) deps.checkpoint("confirm:included");
					if (included !== null && included.blockHash !== receipt.blockHash) reorgs += 1;
					included = receipt;
					const depth = head.number - receipt.blockNumber;
					if (depth >= deps.chain.policy.confirmationDepth) return await confirmed(deps, receipt, { depth, reorgs });
				} else {
					if (included !== null) {
						reorgs += 1;
						deps.log.warn({ ...lineOf("confirm", deps), blockHash: included.blockHash }, "the block of the receipt was taken back");
						included = null;
						// A reorg may take the transaction out of every mempool: the same bytes go out again while they are good.
						if ((await whyWithheld(deps, plan, submission)) === null) {
							await allowResend(deps.db, workflowId);
							await withBroadcast(deps.db, workflowId, ({ rawTransaction }) =>
								relayOf(deps, submission).send({ rawTransaction, behind: plan.follows?.rawTransaction, ...submission }),
							);
						}
					}
					// Past the deadline, and deep enough that no reorg of that depth brings its blocks back.
					if (head.number > submission.deadlineBlock + deps.chain.policy.confirmationDepth) {
						const end = await resolveNonce(deps, workflowId, submission);
						if (end !== null) return { kind: "dropped", reorgs, ...end };
					}
				}
				await deps.client.nextHead({ afterHash: head.hash, timeoutMs: POLL_MS, signal: context.cancellationSignal });
			}
		} catch (error) {
			throw asFailure(error);
		}
	};
}

/** The receipt, where its block is the canonical one at its height. */
async function canonicalReceipt(deps: ChainDependencies, submission: Submission): Promise<ReceiptFacts | null> {
	const receipt = await readReceipt(deps.client.agreed, submission.transactionHash);
	if (receipt === null) return null;
	const block = await deps.client.block(receipt.blockNumber);
	return block?.hash === receipt.blockHash ? receipt : null;
}

async function confirmed(deps: ChainDependencies, receipt: ReceiptFacts, of: { depth: number; reorgs: number }): Promise<Confirmation> {
	if (receipt.status === "success") return { kind: "confirmed", receipt, ...of };
	const why = await revertReason(deps.client.anyNode, receipt);
	return { kind: "reverted", receipt, ...of, reason: { step: "confirm", code: why.code, message: why.message } };
}

/**
 * What became of a nonce whose transaction was not included in time: spent by another transaction, free because its only copy was a bundle whose blocks
 * have passed, or still in the mempool, where an empty transaction of our own must spend it. Null: not settled yet.
 */
async function resolveNonce(
	deps: ChainDependencies,
	workflowId: string,
	submission: Submission,
): Promise<{ readonly reason: Reason; readonly cancellation: ReceiptFacts | null } | null> {
	const dropped = (code: DropCode, message: string): { reason: Reason; cancellation: null } => ({
		reason: { step: "confirm", code, message },
		cancellation: null,
	});
	const nonce = await deps.client.nonceOf(submission.wallet);
	if (nonce > submission.nonce) {
		// The receipt may have come between the two questions.
		if ((await readReceipt(deps.client.agreed, submission.transactionHash)) !== null) return null;
		const cancellation = await cancelNonce(deps, workflowId, submission);
		if (cancellation === "pending") return null;
		if (cancellation !== "not ours") return cancelled(submission, cancellation);
		return dropped("replaced", `nonce ${submission.nonce} of ${submission.wallet} was spent by another transaction`);
	}
	if (submission.relay === "bundle") {
		const status = await relayOf(deps, submission).status(submission.transactionHash);
		if (status.kind === "dropped") return dropped("relay_dropped", status.reason);
		return dropped("deadline_passed", `not included up to block ${submission.deadlineBlock}; the relay knows it as ${status.kind}`);
	}
	// What was public once may be in any node's mempool for ever: only a spent nonce is evidence.
	const cancellation = await cancelNonce(deps, workflowId, submission);
	// Spent by another between two questions: the next look says by which.
	return typeof cancellation === "string" ? null : cancelled(submission, cancellation);
}

function cancelled(submission: Submission, cancellation: ReceiptFacts): { readonly reason: Reason; readonly cancellation: ReceiptFacts } {
	const message = `not included up to block ${submission.deadlineBlock}; nonce ${submission.nonce} was spent by our own empty transaction`;
	return { reason: { step: "confirm", code: "cancelled", message }, cancellation };
}

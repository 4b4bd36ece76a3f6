import { readSubmission, storeCancellation } from "../db/submissions.ts";
import { ArbError } from "../domain/errors.ts";
import type { ReceiptFacts, Submission } from "../domain/lifecycle.ts";
import { readReceipt } from "../execution/receipts.ts";
import type { ChainDependencies } from "./dependencies.ts";

/** Gas of a transfer without data (yellow paper, G_transaction). */
const TRANSFER_GAS = 21_000n;

/**
 * Spends a submission's nonce with an empty transaction to ourselves, so that the stuck one can never be included. The bytes are stored before they
 * are sent, and stored once: a retry sends the same.
 *
 * @returns the receipt when it is as deep as money needs; `pending` until then; `not ours` where another transaction has spent the nonce.
 */
export async function cancelNonce(
	deps: ChainDependencies,
	workflowId: string,
	submission: Submission,
): Promise<ReceiptFacts | "pending" | "not ours"> {
	const isSpent = (await deps.client.nonceOf(submission.wallet)) > submission.nonce;
	let stored = (await readSubmission(deps.db, workflowId))?.cancellation ?? null;
	if (stored === null) {
		if (isSpent) return "not ours";
		stored = await storeCancellation(deps.db, { workflowId, ...(await signCancellation(deps, submission)) });
		deps.log.info(
			{ workflowId, chainId: submission.chainId, step: "confirm", transactionHash: stored.transactionHash },
			"cancelling a stuck nonce",
		);
	}
	if (!isSpent) {
		const relay = deps.relays.get("public");
		if (relay === undefined)
			throw new ArbError({ code: "configuration", message: "cancelling a nonce needs the public relay", retryable: false });
		await relay.send({ ...stored, targetBlock: submission.targetBlock, deadlineBlock: Number.MAX_SAFE_INTEGER });
	}
	const receipt = await readReceipt(deps.client.agreed, stored.transactionHash);
	if (receipt === null) return isSpent ? "not ours" : "pending";
	const head = await deps.client.head();
	return head.number - receipt.blockNumber >= deps.chain.policy.confirmationDepth ? receipt : "pending";
}

async function signCancellation(
	deps: ChainDependencies,
	submission: Submission,
): Promise<{ rawTransaction: string; transactionHash: string }> {
	if (deps.wallets === null)
		throw new ArbError({ code: "configuration", message: "this process holds no keys and cannot cancel a nonce", retryable: false });
	const [head, stuck] = await Promise.all([deps.client.head(), deps.client.provider.getTransaction(submission.transactionHash)]);
	const base = BigInt(head.baseFeePerGasWei) * 2n;
	// Nodes take a replacement that raises both fees by at least a tenth; an eighth leaves room for rounding.
	const raised = (fee: bigint): bigint => fee + fee / 8n + 1n;
	const priority = raised(stuck?.maxPriorityFeePerGas ?? 1_000_000_000n);
	const replacing = raised(stuck?.maxFeePerGas ?? 0n);
	return deps.wallets.sign(submission.wallet, {
		chainId: submission.chainId,
		nonce: submission.nonce,
		to: submission.wallet,
		data: "0x",
		value: 0n,
		gasLimit: TRANSFER_GAS,
		maxFeePerGas: base + priority > replacing ? base + priority : replacing,
		maxPriorityFeePerGas: priority,
	});
}

import { Transaction } from "ethers";
import { readDecisionRecord, unresolvedSubmissions } from "../db/submissions.ts";
import { unsettledTreasuryTransactions } from "../db/treasury.ts";
import type { Candidate } from "../domain/candidate.ts";
import { credit, debit, NATIVE_ASSET } from "../domain/ledger.ts";
import { decideTendWallet } from "../strategy/tend-wallet.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import { asFailure } from "./step.ts";
import { sendFromTreasury, type TreasuryDependencies } from "./treasury.ts";

/** Gas of a transfer without data (yellow paper, G_transaction). */
const TRANSFER_GAS = 21_000n;

export interface TendWalletDependencies extends TreasuryDependencies {
	/** Runs a lifecycle again under its own ID, unless it is running or has completed: then false. */
	readonly runAgain: (of: { readonly workflowId: string; readonly candidate: Candidate }) => Promise<boolean>;
}

/**
 * Looks at a signing wallet: heals a nonce that is held by a lifecycle whose run has failed or was terminated, tops the balance up from the treasury where
 * it is low.
 */
export function tendWalletActivity(deps: TendWalletDependencies): ActorActivities["tendWallet"] {
	return async ({ chainId, address }) => {
		try {
			const { chain, client } = deps;
			const taken = await takeUpAbandoned(deps, { chainId, address });
			const references = `top-up:${chainId}:${address}:`;
			// What an earlier attempt has sent may have arrived without having been booked; the balance alone would hide it.
			for (const pending of await unsettledTreasuryTransactions(deps.db, { chainId, referencePrefix: references })) {
				await topUp(deps, { reference: pending.reference, address, amountWei: Transaction.from(pending.rawTransaction).value });
			}
			const [balanceWei, treasuryWei, nonce] = await Promise.all([
				client.balanceOf(address),
				client.balanceOf(chain.treasury),
				client.nonceOf(address),
			]);
			const decision = decideTendWallet({
				balanceWei,
				treasuryWei,
				lowWei: BigInt(chain.walletLowWei),
				targetWei: BigInt(chain.walletTargetWei),
			});
			const seen = { balanceWei: balanceWei.toString(), nonce };
			switch (decision.kind) {
				case "fine":
					return { ...seen, action: taken === 0 ? "nothing to do" : `took up ${taken} abandoned lifecycle` };
				case "treasury-short":
					deps.log.warn({ chainId, wallet: address, missingWei: decision.missingWei.toString() }, "the treasury cannot top the wallet up");
					return { ...seen, action: `low, and the treasury is ${decision.missingWei} wei short` };
				case "top-up": {
					await topUp(deps, { reference: `${references}${nonce}:${balanceWei}`, address, amountWei: decision.amountWei });
					return { balanceWei: (balanceWei + decision.amountWei).toString(), nonce, action: `topped up by ${decision.amountWei} wei` };
				}
			}
		} catch (error) {
			throw asFailure(error);
		}
	};
}

/**
 * A submission without a running lifecycle would hold its wallet and its pools for ever. Its lifecycle is run again: `discover` finds the record, and what
 * was signed is followed to its end.
 */
async function takeUpAbandoned(deps: TendWalletDependencies, of: { readonly chainId: number; readonly address: string }): Promise<number> {
	let taken = 0;
	for (const { workflowId, submission } of await unresolvedSubmissions(deps.db, of.chainId)) {
		if (submission.wallet !== of.address) continue;
		const record = await readDecisionRecord(deps.db, workflowId);
		if (record === null || !(await deps.runAgain({ workflowId, candidate: record.candidate }))) continue;
		deps.log.warn({ chainId: of.chainId, workflowId, wallet: of.address }, "took up an abandoned lifecycle");
		taken += 1;
	}
	return taken;
}

async function topUp(
	deps: TreasuryDependencies,
	of: { readonly reference: string; readonly address: string; readonly amountWei: bigint },
): Promise<void> {
	await sendFromTreasury(deps, {
		reference: of.reference,
		to: of.address,
		data: "0x",
		value: of.amountWei,
		gasLimit: TRANSFER_GAS,
		postings: [debit(`asset:wallet:${of.address}`, NATIVE_ASSET, of.amountWei), credit("asset:treasury", NATIVE_ASSET, of.amountWei)],
	});
}

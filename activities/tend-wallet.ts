import { Transaction } from "ethers";
import { unsettledTreasuryTransactions } from "../db/treasury.ts";
import { credit, debit, NATIVE_ASSET } from "../domain/ledger.ts";
import { decideTendWallet } from "../strategy/tend-wallet.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import { asFailure } from "./step.ts";
import { sendFromTreasury, type TreasuryDependencies } from "./treasury.ts";

/** Gas of a transfer without data (yellow paper, G_transaction). */
const TRANSFER_GAS = 21_000n;

/** Looks at a signing wallet's balance and nonce; tops it up from the treasury where it is low. */
export function tendWalletActivity(deps: TreasuryDependencies): ActorActivities["tendWallet"] {
	return async ({ chainId, address }) => {
		try {
			const { chain, client } = deps;
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
					return { ...seen, action: "nothing to do" };
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

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
					// One top-up for each state of the wallet: a retry finds its own.
					const reference = `top-up:${chainId}:${address}:${nonce}:${balanceWei}`;
					await sendFromTreasury(deps, {
						reference,
						to: address,
						data: "0x",
						value: decision.amountWei,
						gasLimit: TRANSFER_GAS,
						postings: [
							debit(`asset:wallet:${address}`, NATIVE_ASSET, decision.amountWei),
							credit("asset:treasury", NATIVE_ASSET, decision.amountWei),
						],
					});
					return { balanceWei: (balanceWei + decision.amountWei).toString(), nonce, action: `topped up by ${decision.amountWei} wei` };
				}
			}
		} catch (error) {
			throw asFailure(error);
		}
	};
}

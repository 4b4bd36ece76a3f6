import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import { ledgerBalances } from "../db/ledger.ts";
import { NATIVE_ASSET } from "../domain/ledger.ts";
import { connectChain } from "../market/chain-client.ts";

/** What the ledger says that one of our accounts holds, and what the chain says. Base units. */
export interface Reconciled {
	readonly account: string;
	readonly asset: string;
	readonly ledger: string;
	readonly chain: string;
}

/** Compares every `asset:` account of the ledger with the chain. */
export async function reconcile(db: Database, chain: ChainConfig): Promise<readonly Reconciled[]> {
	const client = await connectChain(chain);
	try {
		const booked = (await ledgerBalances(db, chain.chainId)).filter(({ account }) => account.startsWith("asset:"));
		return await Promise.all(
			booked.map(async ({ account, asset, balance }) => {
				const address = addressOf(account, chain);
				const held =
					asset === NATIVE_ASSET ? await client.balanceOf(address) : await client.tokenBalanceOf({ token: asset, account: address });
				return { account, asset, ledger: balance.toString(), chain: held.toString() };
			}),
		);
	} finally {
		await client.close();
	}
}

function addressOf(account: string, chain: ChainConfig): string {
	if (account === "asset:treasury") return chain.treasury;
	if (account === "asset:distributor") return chain.rewardDistributor;
	return account.slice("asset:wallet:".length);
}

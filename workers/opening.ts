import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import { bookEntry, entriesOf } from "../db/ledger.ts";
import { credit, debit, NATIVE_ASSET, type Posting } from "../domain/ledger.ts";
import type { ChainClient } from "../market/chain-client.ts";

/** Begins a chain's books with what the chain says our accounts hold. Once: a later call finds the entry. */
export async function bookOpening(db: Database, chain: ChainConfig, client: ChainClient): Promise<void> {
	const reference = `opening:${chain.chainId}`;
	if ((await entriesOf(db, [reference])).length > 0) return;
	const head = await client.head();
	const postings: Posting[] = [];
	const hold = (account: string, asset: string, amount: bigint): void => {
		if (amount > 0n) postings.push(debit(account, asset, amount), credit("equity:funding", asset, amount));
	};
	const token = chain.wrappedNative;
	for (const wallet of chain.operators) hold(`asset:wallet:${wallet}`, NATIVE_ASSET, await client.balanceOf(wallet, head));
	hold("asset:treasury", NATIVE_ASSET, await client.balanceOf(chain.treasury, head));
	hold("asset:treasury", token, await client.tokenBalanceOf({ token, account: chain.treasury, at: head }));
	hold("asset:distributor", token, await client.tokenBalanceOf({ token, account: chain.rewardDistributor, at: head }));
	if (postings.length === 0) return;
	await bookEntry(db, {
		chainId: chain.chainId,
		reference,
		transactionHash: null,
		blockNumber: head.number,
		postings,
	});
}

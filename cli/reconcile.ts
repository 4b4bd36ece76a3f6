import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import { ledgerBalances, verifyLedger } from "../db/ledger.ts";
import { unresolvedSubmissions } from "../db/submissions.ts";
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

/** A chain's books: their hash chain, and what each account holds by ledger and by chain. */
export interface CheckedBooks {
	readonly chainId: number;
	readonly isGood: boolean;
	readonly chained: Awaited<ReturnType<typeof verifyLedger>>;
	readonly balances: readonly Reconciled[];
	/** Submissions whose money is not booked yet. */
	readonly underWay: number;
}

/** Checks a chain's ledger in itself and against the chain. */
export async function verifyBooks(db: Database, chain: ChainConfig): Promise<CheckedBooks> {
	const { chainId } = chain;
	const [chained, balances] = [await verifyLedger(db, chainId), await reconcile(db, chain)];
	const isGood = chained.ok && balances.every((balance) => balance.ledger === balance.chain);
	return { chainId, isGood, chained, balances, underWay: (await unresolvedSubmissions(db, chainId)).length };
}

/** The same for a person to read. */
export function linesOf({ chainId, isGood, chained, balances, underWay }: CheckedBooks): readonly string[] {
	return [
		`chain ${chainId}`,
		chained.ok ? `hash chain: intact, ${chained.entries} entries` : `hash chain: broken at entry ${chained.entryId}: ${chained.why}`,
		...balances.map(({ account, asset, ledger, chain }) => {
			return `${ledger === chain ? "equal " : "DIFFER"}  ${account}  ${asset}  ledger ${ledger}  chain ${chain}`;
		}),
		...(isGood || underWay === 0
			? []
			: [`${underWay} submissions are under way: what they move is booked once it is deep enough; pause the chain and look again`]),
	];
}

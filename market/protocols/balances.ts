import { id } from "ethers";
import { tryCalls } from "../tried-calls.ts";
import { addressTopic, uintAt } from "./abi-word.ts";
import type { Holdings, Reading } from "./adapter.ts";

const BALANCE_OF = id("balanceOf(address)").slice(0, 10);

/** What tokens say that pools own: fees that nobody has collected yet are among it. A pool whose tokens do not tell its balance is left out. */
export async function readBalances({ client, pools, blockHash }: Reading): Promise<Holdings[]> {
	const questions = pools.flatMap(({ address, tokens }) =>
		tokens.map((token) => ({ to: token, data: BALANCE_OF + addressTopic(address).slice(2), words: 1 })),
	);
	const balances = await tryCalls(client, blockHash, questions);
	let next = 0;
	return pools.flatMap((pool) => {
		const amounts = balances.slice(next, next + pool.tokens.length).map((data) => (data ? uintAt(data, 0) : null));
		next += pool.tokens.length;
		return amounts.every((amount) => amount !== null) ? [{ pool, amounts }] : [];
	});
}

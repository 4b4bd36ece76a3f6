import { id } from "ethers";
import type { Pool } from "../../domain/pool.ts";
import { tryCalls } from "../tried-calls.ts";
import { uintAt } from "./abi-word.ts";
import { type Reading, unreadable } from "./adapter.ts";

const DECIMALS = id("decimals()").slice(0, 10);

/** Decimals of all tokens of the pools, each token asked once; null for one that does not tell. */
export async function readDecimals({ client, pools, blockHash }: Reading): Promise<ReadonlyMap<string, bigint | null>> {
	const tokens = [...new Set(pools.flatMap((pool) => pool.tokens))];
	const answers = await tryCalls(
		client,
		blockHash,
		tokens.map((to) => ({ to, data: DECIMALS, words: 1 })),
	);
	return new Map(tokens.map((token, i) => [token, answers[i] ? uintAt(answers[i], 0) : null]));
}

/** Decimals of a pool's tokens, in their order. @throws ArbError `chain` where one does not tell them or has more than 18, which no pool that scales takes. */
export function decimalsOf(pool: Pool, known: ReadonlyMap<string, bigint | null>): bigint[] {
	return pool.tokens.map((token) => {
		const decimals = known.get(token);
		if (decimals === undefined || decimals === null || decimals > 18n) {
			throw unreadable(pool, `token ${token} says ${decimals ?? "nothing"} of its decimals`);
		}
		return decimals;
	});
}

import { id } from "ethers";
import type { Pool } from "../../domain/pool.ts";
import type { ChainClient } from "../chain-client.ts";
import { addressTopic, uintAt } from "../protocols/abi-word.ts";
import { readReserves } from "../protocols/families.ts";
import { tryCalls } from "./tried-calls.ts";

const BALANCE_OF = id("balanceOf(address)").slice(0, 10);

/** What a pool has in its two tokens, in base units. */
export interface Holdings {
	readonly pool: Pool;
	readonly amount0: bigint;
	readonly amount1: bigint;
}

/**
 * What pools hold at the end of a block, in no particular order: a pair's reserves (tokens sent to it that it has not booked are not its own yet), and the
 * balances of a Uniswap V3 pool, whose virtual reserves are no money. Balances contain fees that nobody has collected yet. A pool whose tokens do not tell
 * its balance is left out.
 */
export async function readHoldings(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<Holdings[]> {
	const pairs = pools.filter((pool) => pool.family === "uniswap-v2");
	const concentrated = pools.filter((pool) => pool.family === "uniswap-v3");
	const [reserves, balances] = await Promise.all([readReserves(client, pairs, blockHash), readBalances(client, concentrated, blockHash)]);
	return [...reserves.map(({ pool, reserve0, reserve1 }) => ({ pool, amount0: reserve0, amount1: reserve1 })), ...balances];
}

async function readBalances(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<Holdings[]> {
	const balances = await tryCalls(
		client,
		blockHash,
		pools.flatMap(({ address, token0, token1 }) =>
			[token0, token1].map((token) => ({ to: token, data: BALANCE_OF + addressTopic(address).slice(2), words: 1 })),
		),
	);
	return pools.flatMap((pool, i) => {
		const [balance0, balance1] = balances.slice(2 * i, 2 * i + 2);
		return balance0 && balance1 ? [{ pool, amount0: uintAt(balance0, 0), amount1: uintAt(balance1, 0) }] : [];
	});
}

import type { ChainConfig } from "../config/chain.ts";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import type { PriceFacts, TokenPrice } from "../domain/lifecycle.ts";
import type { Pool } from "../domain/pool.ts";
import { nextBaseFee } from "./block.ts";
import type { ChainClient } from "./chain-client.ts";
import { readReserves } from "./protocols/families.ts";

export type GatheredPrices = Pick<PriceFacts, "prices" | "nativeUsd" | "nativeUsdSource" | "nextBaseFeePerGasWei" | "priorityFeePerGasWei">;

/** Two amounts that a pool's spot price makes equal; their size is the pool's depth around that price. */
interface Depth {
	readonly pool: string;
	readonly nativeWei: bigint;
	readonly units: bigint;
}

/**
 * Prices at one block, read at its hash: of `tokens` (all configured ones where absent) in wei by the deepest of `pools` against the wrapped native
 * coin, of the native coin in USD by the deepest against a stablecoin, and of gas in the block after. A token without such a pool has no price.
 *
 * Depth is the reserve of the wrapped native coin; in Uniswap V3 the virtual reserve at the current price (white paper, section 2).
 *
 * @throws ArbError `stale_state` where the node does not have the block.
 */
export async function gatherPrices(
	client: ChainClient,
	of: {
		readonly chain: Pick<ChainConfig, "wrappedNative" | "stablecoins" | "tokens">;
		readonly block: BlockRef;
		readonly pools: readonly Pool[];
		readonly tokens?: readonly string[];
	},
): Promise<GatheredPrices> {
	const { chain, block } = of;
	const tokens = of.tokens ?? chain.tokens.map((token) => token.address);
	const wanted = new Set([...tokens, ...chain.stablecoins].filter((token) => token !== chain.wrappedNative));
	const pools = of.pools.filter((pool) => wanted.has(otherToken(pool, chain.wrappedNative) ?? ""));
	const [deepest, header, priorityFee] = await Promise.all([
		deepestByToken(client, pools, { wrappedNative: chain.wrappedNative, blockHash: block.hash }),
		client.block(block.hash),
		client.suggestPriorityFee(block),
	]);
	if (header === null) {
		throw new ArbError({
			code: "stale_state",
			message: `block ${block.number} (${block.hash}) is not known to the node: it was reorganised away, or the node lags`,
			retryable: true,
		});
	}
	return {
		prices: tokens.flatMap((token) => priceOf(token, chain.wrappedNative, deepest.get(token), block.number)),
		...nativeInUsd(chain, deepest),
		nextBaseFeePerGasWei: nextBaseFee(header).toString(),
		priorityFeePerGasWei: priorityFee.toString(),
	};
}

function priceOf(token: string, wrappedNative: string, depth: Depth | undefined, blockNumber: number): TokenPrice[] {
	if (token === wrappedNative) return [{ token, numeratorWei: "1", denominatorUnits: "1", source: "wrapped-native", blockNumber }];
	if (depth === undefined) return [];
	const { nativeWei, units, pool } = depth;
	return [{ token, numeratorWei: nativeWei.toString(), denominatorUnits: units.toString(), source: pool, blockNumber }];
}

function nativeInUsd(
	chain: Pick<ChainConfig, "stablecoins" | "tokens">,
	deepest: ReadonlyMap<string, Depth>,
): Pick<GatheredPrices, "nativeUsd" | "nativeUsdSource"> {
	let best: { readonly depth: Depth; readonly decimals: number } | null = null;
	for (const address of chain.stablecoins) {
		const depth = deepest.get(address);
		const decimals = chain.tokens.find((token) => token.address === address)?.decimals;
		if (depth === undefined || decimals === undefined) continue;
		if (best === null || depth.nativeWei > best.depth.nativeWei) best = { depth, decimals };
	}
	if (best === null) return { nativeUsd: null, nativeUsdSource: "no pool with a stablecoin" };
	const { depth, decimals } = best;
	return { nativeUsd: Number(depth.units) / 10 ** decimals / (Number(depth.nativeWei) / 1e18), nativeUsdSource: depth.pool };
}

/** The deepest pool of each token against the wrapped native coin; of equally deep ones the first. */
async function deepestByToken(
	client: ChainClient,
	pools: readonly Pool[],
	at: { readonly wrappedNative: string; readonly blockHash: string },
): Promise<Map<string, Depth>> {
	const deepest = new Map<string, Depth>();
	const reserves = await readReserves(client, pools, at.blockHash);
	for (const { pool, reserve0, reserve1 } of reserves) {
		const token = otherToken(pool, at.wrappedNative);
		if (token === null) continue;
		const [nativeWei, units] = token === pool.token1 ? [reserve0, reserve1] : [reserve1, reserve0];
		const depth: Depth = { pool: pool.address, nativeWei, units };
		const best = deepest.get(token);
		if (depth.nativeWei > 0n && depth.units > 0n && (best === undefined || depth.nativeWei > best.nativeWei)) deepest.set(token, depth);
	}
	return deepest;
}

/** The token that a pool trades against the wrapped native coin; null where it does not. */
function otherToken(pool: Pool, wrappedNative: string): string | null {
	if (pool.token0 === wrappedNative) return pool.token1;
	return pool.token1 === wrappedNative ? pool.token0 : null;
}

import type { ChainConfig } from "../../config/chain.ts";
import type { BestPrice } from "../../domain/best-price.ts";
import type { BlockRef } from "../../domain/candidate.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Engine, PoolQuestion } from "../../rust-wasm/engine.ts";

/** One coin: above the dust that a nearly empty pool would win with, below what moves a pool that is worth comparing. */
const SPENT_WEI = 10n ** 18n;

/**
 * The best price in the wrapped native coin of each token that the settings give an `asset`, at the engine's states. Only pools of the two tokens count; a
 * token that none of them buys and sells has no price.
 */
export function bestPrices(of: {
	readonly chain: Pick<ChainConfig, "chainId" | "wrappedNative" | "tokens">;
	readonly block: BlockRef;
	readonly pools: readonly Pool[];
	readonly engine: Pick<Engine, "quote">;
}): readonly BestPrice[] {
	const { chain, block, engine } = of;
	const quoteToken = chain.wrappedNative;
	const compared = chain.tokens.filter((token) => token.asset !== undefined && token.address !== quoteToken);
	return compared.flatMap(({ address: token }): BestPrice[] => {
		const pools = of.pools.filter(({ tokens }) => tokens.includes(token) && tokens.includes(quoteToken)).map((pool) => pool.address);
		const buying = bestOutput(engine, pools, { tokenIn: quoteToken, tokenOut: token, amountIn: SPENT_WEI });
		if (buying === null) return [];
		const selling = bestOutput(engine, pools, { tokenIn: token, tokenOut: quoteToken, amountIn: buying.amountOut });
		if (selling === null) return [];
		return [
			{
				...{ chainId: chain.chainId, token, quoteToken },
				...{ spent: SPENT_WEI.toString(), bought: buying.amountOut.toString(), buyPool: buying.pool },
				...{ soldFor: selling.amountOut.toString(), sellPool: selling.pool },
				...{ blockNumber: block.number, blockHash: block.hash, blockTimestamp: block.timestamp },
			},
		];
	});
}

/** The pool that pays most; null where none pays anything. A pool that refuses the swap (left out of the search, too shallow, paused) offers nothing. */
function bestOutput(
	engine: Pick<Engine, "quote">,
	pools: readonly string[],
	swap: Omit<PoolQuestion, "pool">,
): { readonly pool: string; readonly amountOut: bigint } | null {
	let best: { readonly pool: string; readonly amountOut: bigint } | null = null;
	for (const pool of pools) {
		let amountOut: bigint;
		try {
			amountOut = engine.quote({ ...swap, pool });
		} catch (error) {
			if (error instanceof ArbError && error.code === "engine") continue;
			throw error;
		}
		if (amountOut > (best?.amountOut ?? 0n)) best = { pool, amountOut };
	}
	return best;
}

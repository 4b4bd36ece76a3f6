import { readFileSync } from "node:fs";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";

const integer = z.string().regex(/^[1-9][0-9]*$/);
const poolFactSchema = z
	.object({
		dex: z.enum(["uniswap-v2", "sushiswap-v2", "uniswap-v3"]),
		feePips: z.int(),
		token0: z.string(),
		token1: z.string(),
		mainnetAddress: z.string(),
		block: z.int(),
	})
	.and(
		z.union([
			z.object({ reserve0: integer, reserve1: integer }),
			z.object({ sqrtPriceX96: integer, liquidity: integer, tickSpacing: z.int() }),
		]),
	);
const factsSchema = z.object({
	source: z.string(),
	tokens: z.array(z.object({ symbol: z.string(), decimals: z.int() })),
	pools: z.array(poolFactSchema),
	/** Not deployed as they are: other pools take their tokens' prices and their sizes from these. */
	references: z.array(poolFactSchema),
});

/** A mainnet pool's state, its tokens by their symbols. */
export type MainnetPool = z.output<typeof poolFactSchema>;
export type PoolFacts = z.output<typeof factsSchema>;

const POOL_FACTS_FILE = new URL("./pools.json", import.meta.url);

/** The mainnet states that the devnet's pools are seeded from. */
export function readPoolFacts(): PoolFacts {
	return factsSchema.parse(JSON.parse(readFileSync(POOL_FACTS_FILE, "utf8")));
}

const Q96 = 2 ** 96;
export const WRAPPED_NATIVE_SYMBOL = "WETH";
/** Tokens that move together, each worth about one US dollar. */
export const STABLECOINS: readonly string[] = ["USDC", "USDT", "DAI", "sUSD"];

/** Base units of token1 for one base unit of token0, and the geometric mean of the (virtual) reserves in base units. */
export function observed(fact: MainnetPool): { readonly price: number; readonly liquidity: number } {
	if ("liquidity" in fact) return { price: (Number(fact.sqrtPriceX96) / Q96) ** 2, liquidity: Number(fact.liquidity) };
	const [reserve0, reserve1] = [Number(fact.reserve0), Number(fact.reserve1)];
	return { price: reserve1 / reserve0, liquidity: Math.sqrt(reserve0 * reserve1) };
}

/**
 * One price per token, in wei of WETH per base unit: that of the token's deepest pool with WETH.
 *
 * @throws ArbError `invalid_input` that names a token without such a pool
 */
export function tokenPrices(facts: PoolFacts): ReadonlyMap<string, number> {
	const prices = new Map([[WRAPPED_NATIVE_SYMBOL, 1]]);
	for (const { symbol } of facts.tokens) {
		if (symbol === WRAPPED_NATIVE_SYMBOL) continue;
		let best: { readonly price: number; readonly depth: number } | undefined;
		for (const fact of [...facts.pools, ...facts.references]) {
			const { price, liquidity } = observed(fact);
			const isQuotedInWeth = fact.token0 === symbol && fact.token1 === WRAPPED_NATIVE_SYMBOL;
			const isBaseOfWeth = fact.token1 === symbol && fact.token0 === WRAPPED_NATIVE_SYMBOL;
			if (!isQuotedInWeth && !isBaseOfWeth) continue;
			const depth = isQuotedInWeth ? liquidity * Math.sqrt(price) : liquidity / Math.sqrt(price);
			if (best === undefined || depth > best.depth) best = { price: isQuotedInWeth ? price : 1 / price, depth };
		}
		if (best === undefined) {
			throw new ArbError({ code: "invalid_input", message: `pools.json has no pool of ${symbol} with WETH; add one`, retryable: false });
		}
		prices.set(symbol, best.price);
	}
	return prices;
}

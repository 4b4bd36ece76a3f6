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
});

type PoolFact = z.output<typeof poolFactSchema>;
type PoolFacts = z.output<typeof factsSchema>;

const POOL_FACTS_FILE = new URL("./pools.json", import.meta.url);

/** The mainnet states that the devnet's pools are seeded from. */
export function readPoolFacts(): PoolFacts {
	return factsSchema.parse(JSON.parse(readFileSync(POOL_FACTS_FILE, "utf8")));
}

const Q96 = 2 ** 96;
export const WRAPPED_NATIVE_SYMBOL = "WETH";

/** Base units of token1 for one base unit of token0, and the geometric mean of the (virtual) reserves in base units. */
function observed(fact: PoolFact): { readonly price: number; readonly liquidity: number } {
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
		for (const fact of facts.pools) {
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

/** A V3 position around the price; ticks are multiples of the pool's spacing. */
interface SeedPosition {
	readonly tickLower: number;
	readonly tickUpper: number;
	readonly liquidity: bigint;
}

type Seed =
	| { readonly family: "uniswap-v2"; readonly reserveA: bigint; readonly reserveB: bigint }
	| { readonly family: "uniswap-v3"; readonly sqrtPriceX96: bigint; readonly positions: readonly SeedPosition[] };

/**
 * Half-widths in ticks (one is 0.01 %) of the positions around the price, and each one's share of the pool's liquidity. The last but one spans
 * a factor of 1.5, the last a factor of 7; what lies on one side only makes liquidity uneven, so that ticks add and take away.
 */
const POSITION_SHAPE = [
	{ below: 60, above: 60, share: 0.3 },
	{ below: 240, above: 240, share: 0.25 },
	{ below: 900, above: 900, share: 0.2 },
	{ below: 4_000, above: 4_000, share: 0.15 },
	{ below: 20_000, above: 20_000, share: 0.1 },
	{ below: 480, above: -120, share: 0.2 },
	{ below: -60, above: 300, share: 0.25 },
] as const;

/**
 * A pool's seed at the aligned price: real size, price of the tokens' deepest pools. `A` and `B` are the pool's own token0 and token1 on the devnet,
 * whose order may differ from mainnet's.
 *
 * @param of.price base units of B for one base unit of A
 */
export function seedOf(fact: PoolFact, of: { readonly price: number }): Seed {
	const { liquidity } = observed(fact);
	const root = Math.sqrt(of.price);
	if (!("liquidity" in fact)) {
		return { family: "uniswap-v2", reserveA: BigInt(Math.round(liquidity / root)), reserveB: BigInt(Math.round(liquidity * root)) };
	}
	const spacing = fact.tickSpacing;
	const center = Math.round(Math.log(of.price) / Math.log(1.0001) / spacing) * spacing;
	const onGrid = (ticks: number): number => Math.sign(ticks) * Math.max(spacing, Math.round(Math.abs(ticks) / spacing) * spacing);
	return {
		family: "uniswap-v3",
		sqrtPriceX96: BigInt(Math.round(root * Q96)),
		positions: POSITION_SHAPE.map((shape) => ({
			tickLower: center - onGrid(shape.below),
			tickUpper: center + Math.max(onGrid(shape.above), -onGrid(shape.below) + spacing),
			liquidity: BigInt(Math.round(liquidity * shape.share)),
		})),
	};
}

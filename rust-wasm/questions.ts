import type { Hop } from "../domain/route.ts";

/** A hop in a pool of any family that the engine knows. */
export interface EngineHop extends Omit<Hop, "family"> {
	readonly family: string;
}

/** A profitable cycle of the search; amounts in base units of its start token. */
export interface FoundCycle {
	readonly hops: readonly EngineHop[];
	readonly amountIn: bigint;
	readonly grossProfit: bigint;
}

export interface RouteQuote {
	/** One more than there are hops: `amounts[0]` is the input, `amounts[i]` what hop `i` pays out. */
	readonly amounts: readonly bigint[];
	/** Per hop: relative difference between execution price (LP fee taken off the input) and spot price; 0.01 is 1 %. */
	readonly priceImpacts: readonly number[];
}

/** Output per input around one swap, base units of both tokens, in doubles: to rank and to plot. */
export interface SwapRates {
	/** Of an infinitesimal amount before the LP fee: the spot price. Where a family does not name its fee, the middle between both directions' rates. */
	readonly spot: number;
	/** The spot price after the fee, the lowest one where it varies. */
	readonly best: number;
	/** Of the next unit on top of the amount, fee taken off. */
	readonly marginal: number;
	/** The spot price once the swap is done: a Uniswap V3 pool's own; a family's without one is the marginal rate, fee left out. */
	readonly after: number;
}

export interface OptimalRoute extends RouteQuote {
	readonly amountIn: bigint;
	readonly amountOut: bigint;
	readonly grossProfit: bigint;
	/** Other sizes around the optimum with what they would have earned (negative: lost). */
	readonly alternatives: readonly { readonly amountIn: bigint; readonly grossProfit: bigint }[];
}

/** What one of a hop's parallel pools takes and pays. */
export interface SplitLeg extends EngineHop {
	readonly amountIn: bigint;
	readonly amountOut: bigint;
}

/** A cycle of which each hop may be spread over several pools between its two tokens. */
export interface SplitRoute {
	readonly amountIn: bigint;
	readonly amountOut: bigint;
	readonly grossProfit: bigint;
	/** One list for each hop, largest input first: a hop's inputs add up to what the hop before pays, the first one's to `amountIn`. */
	readonly hops: readonly (readonly SplitLeg[])[];
	/** False where no split earns more than the given route at its optimum, which `hops` then are. */
	readonly isSplit: boolean;
}

/** What a swap of a V3 pool does until the input is used up or the price limit is reached. */
export interface SwapV3 {
	/** Input really taken, fee included: less than asked where the price limit ended the swap. */
	readonly amountIn: bigint;
	readonly amountOut: bigint;
	readonly sqrtPriceX96: bigint;
	readonly tick: number;
	readonly liquidity: bigint;
}

/** A token that cycles start from and end in. */
export interface StartToken {
	readonly token: string;
	/** Bound on the input, base units: what can be borrowed of the token. None where it is left out. */
	readonly maxAmountIn?: bigint;
}

export interface SearchQuery {
	readonly changedPools: readonly string[];
	/** One that is named twice counts once, with the smaller bound. */
	readonly startTokens: readonly StartToken[];
	readonly maxHops: 2 | 3 | 4;
	/** At most this many cycles. */
	readonly limit: number;
	/** True: the full ranked list, in which cycles may share pools. Else the best cycles of which no two share a pool. */
	readonly overlapping?: boolean;
	/** True: each size is the one that {@link Engine.optimise} finds. Else one whose profit is within a billionth, or a base unit of the coarsest token. */
	readonly exact?: boolean;
}

/** What is asked of one pool; `amountIn` in base units of `tokenIn`. `tokenOut` may be left out where the pool has two tokens. */
export interface PoolQuestion {
	readonly pool: string;
	readonly tokenIn: string;
	readonly tokenOut?: string;
	readonly amountIn: bigint;
}

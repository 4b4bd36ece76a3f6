/** Form of `tests/fixtures/golden-v2-v3.json`: what real contracts answered, as `scripts/derive-golden.ts` writes it. */

/** Source, fee in pips, reserve0, reserve1, token0 in, amount in, amount out. */
export type V2Answer = readonly [string, number, string, string, boolean, string, string];

export interface V3Answer {
	readonly zeroForOne: boolean;
	readonly amountIn: string;
	/** Absent: to the end of the price range. */
	readonly limit?: string;
	/** The contract reverted: price limit on the wrong side, amount 0. */
	readonly revert?: "price_limit" | "amount_too_small";
	readonly amountOut?: string;
	/** Where the source gives them: input really taken, price, tick and liquidity afterwards. */
	readonly after?: readonly [taken: string, sqrtPriceX96: string, tick: number, liquidity: string];
}

export interface V3Golden {
	readonly source: string;
	readonly feePips: number;
	readonly tickSpacing: number;
	readonly sqrtPriceX96: string;
	readonly tick: number;
	readonly liquidity: string;
	/** Complete: `[tick, liquidityNet]`, ascending. */
	readonly ticks: readonly (readonly [number, string])[];
	readonly answers: readonly V3Answer[];
}

export interface Golden {
	/** What each source is, with its licence. */
	readonly sources: Readonly<Record<string, string>>;
	readonly v2: readonly V2Answer[];
	readonly v3: readonly V3Golden[];
}

/** A pool of one token with WETH as the competitor sees it: constant product with (virtual) reserves, in base units as floats. */
export interface WethPool {
	readonly address: string;
	readonly isV3: boolean;
	/** The token that is not WETH. */
	readonly token: string;
	readonly isWethToken0: boolean;
	readonly feePips: number;
	readonly weth: number;
	readonly other: number;
}

/** Buy the token in one pool, sell it in the other. */
export interface Gap {
	readonly buy: WethPool;
	readonly sell: WethPool;
	/** Best input and what it earns before gas, in wei of WETH; a V3 pool is taken to have no further ticks. */
	readonly amountIn: number;
	readonly profit: number;
}

/**
 * The best two-pool cycle from WETH, by closed form. Two constant-product pools in a row are one again: out = a·in / (b + c·in), which is best at
 * in = (√(a·b) − b) / c.
 *
 * @returns null where no pair earns anything after its fees
 */
export function bestGap(pools: readonly WethPool[]): Gap | null {
	let best: Gap | null = null;
	for (const buy of pools) {
		for (const sell of pools) {
			if (buy === sell || buy.token !== sell.token) continue;
			const keepBuy = 1 - buy.feePips / 1e6;
			const keepSell = 1 - sell.feePips / 1e6;
			const a = keepBuy * keepSell * buy.other * sell.weth;
			const b = buy.weth * sell.other;
			if (a <= b) continue;
			const c = keepBuy * (sell.other + keepSell * buy.other);
			const amountIn = (Math.sqrt(a * b) - b) / c;
			const profit = (a * amountIn) / (b + c * amountIn) - amountIn;
			if (best === null || profit > best.profit) best = { buy, sell, amountIn, profit };
		}
	}
	return best;
}

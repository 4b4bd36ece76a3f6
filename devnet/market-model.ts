import type { Random } from "./random.ts";

/** A pair of a pool's tokens as the market sees it: the price is base units of token1 for one of token0. */
export interface PoolPrice {
	readonly token0: string;
	readonly token1: string;
	readonly feePips: number;
	readonly price: number;
	/** Geometric mean of the reserves in base units, of a constant-product pool whose price a small trade moves as much. */
	readonly liquidity: number;
	/** The swap that brings the pair to a price, where price and liquidity do not tell it: pools of more than two tokens, or of another curve. */
	readonly inputTowards?: (price: number) => Swap;
}

/** A swap of an exact input. */
export interface Swap {
	readonly tokenIn: string;
	readonly tokenOut: string;
	readonly amountIn: bigint;
}

export interface MarketPool extends PoolPrice {
	readonly address: string;
	/** Whose traders it has, {@link MarketModel}. */
	readonly crowd: Crowd;
}

/**
 * Two crowds with random numbers of their own: that of the pools of Uniswap V2 and V3, whose habits the models' labels come from, does the same
 * whatever other pools there are.
 */
export type Crowd = "first" | "second";

/** Trade the pool's pair to this price. */
export interface PriceTarget {
	readonly pool: string;
	readonly token0: string;
	readonly token1: string;
	readonly price: number;
	readonly cause: "anchor" | "shock" | "closing" | "noise";
}

/** Reference prices revert to their start by this share per block, and move by this much: about 0.3 % around it in the long run. */
const REVERSION = 0.002;
const VOLATILITY = 0.0002;
/** Stablecoins move together; what is left to each of them. */
const STABLE_VOLATILITY = 0.00002;

const SHOCK_PROBABILITY: Readonly<Record<Crowd, number>> = { first: 0.42, second: 0.25 };
/** What a two-pool cycle would earn on a shock, in wei; and the largest price move it may take. */
const SHOCK_PROFIT_WEI = { low: 1e16, high: 2.5e17 };
const MAX_SHOCK = 0.05;
/** WETH worth of one side, in wei: shallower pools cannot yield such profits, deeper ones stay anchors. */
const SHOCKED_DEPTH_WEI = { low: 40e18, high: 40_000e18 };

const ANCHOR_THRESHOLD = 0.0004;
const MAX_ANCHOR_TRADES = 2;
/** Gaps that nobody takes are closed by the market itself, after some seven blocks on average. */
const CLOSING_PROBABILITY = 0.15;
const CLOSING_MARGIN = 0.0015;
const NOISE_PROBABILITY = 0.7;

/**
 * A market that moves: every token has a reference price that wanders and reverts, its deepest pool follows it, and the other pools are pushed
 * away from it far enough to open gaps, and traded back after a while. Prices of pools stay near the references, so reserves never drain.
 */
export class MarketModel {
	readonly #randoms: Readonly<Record<Crowd, Random>>;
	readonly #start: ReadonlyMap<string, number>;
	readonly #stable: ReadonlySet<string>;
	readonly #weth: string;
	#common = 0;
	readonly #own = new Map<string, number>();

	/**
	 * @param of.randoms one for each crowd; the first moves the references as well
	 * @param of.prices wei of WETH per base unit, by token address
	 */
	constructor(of: {
		readonly randoms: Readonly<Record<Crowd, Random>>;
		readonly prices: ReadonlyMap<string, number>;
		readonly stable: ReadonlySet<string>;
		readonly weth: string;
	}) {
		this.#randoms = of.randoms;
		this.#start = of.prices;
		this.#stable = of.stable;
		this.#weth = of.weth;
	}

	/** Wei of WETH for one base unit of the token, now. */
	reference(token: string): number {
		const start = this.#start.get(token);
		if (start === undefined) throw new RangeError(`no reference price for token ${token}`);
		return start * Math.exp((this.#own.get(token) ?? 0) + (this.#stable.has(token) ? this.#common : 0));
	}

	/** Moves the references by one block and says what the market trades in it. At most one trade per pool. */
	step(pools: readonly MarketPool[]): readonly PriceTarget[] {
		this.#wander(pools);
		const anchors = this.#anchors(pools);
		const targets = (["first", "second"] as const).flatMap((crowd) => {
			const own = pools.filter((pool) => pool.crowd === crowd);
			const random = this.#randoms[crowd];
			const anchored = crowd === "first" ? this.#anchorTrades(anchors) : [];
			return [...anchored, ...this.#shocks(own, { anchors, crowd }), ...this.#closings(own, random), ...this.#noise(own, random)];
		});
		const seen = new Set<string>();
		return targets.filter((target) => !seen.has(target.pool) && seen.add(target.pool));
	}

	/** A token that only the second crowd trades moves by its numbers: the first one's stay as they would be without it. */
	#wander(pools: readonly MarketPool[]): void {
		const ofFirst = new Set(pools.filter((pool) => pool.crowd === "first").flatMap((pool) => [pool.token0, pool.token1]));
		this.#common = this.#common * (1 - REVERSION) + VOLATILITY * this.#randoms.first.normal();
		for (const token of this.#start.keys()) {
			if (token === this.#weth) continue;
			const volatility = this.#stable.has(token) ? STABLE_VOLATILITY : VOLATILITY;
			const step = this.#randoms[ofFirst.has(token) ? "first" : "second"].normal();
			this.#own.set(token, (this.#own.get(token) ?? 0) * (1 - REVERSION) + volatility * step);
		}
	}

	#fair(pool: PoolPrice): number {
		return this.reference(pool.token0) / this.reference(pool.token1);
	}

	#deviation(pool: PoolPrice): number {
		return Math.log(pool.price / this.#fair(pool));
	}

	/** WETH worth of one side, in wei. */
	#depth(pool: PoolPrice): number {
		return (pool.liquidity / Math.sqrt(pool.price)) * this.reference(pool.token0);
	}

	/** Each token's deepest pool with WETH, of the first crowd's. */
	#anchors(pools: readonly MarketPool[]): ReadonlyMap<string, MarketPool> {
		const anchors = new Map<string, MarketPool>();
		for (const pool of pools) {
			if (pool.crowd !== "first") continue;
			if (pool.token0 !== this.#weth && pool.token1 !== this.#weth) continue;
			const token = pool.token0 === this.#weth ? pool.token1 : pool.token0;
			const known = anchors.get(token);
			if (known === undefined || this.#depth(pool) > this.#depth(known)) anchors.set(token, pool);
		}
		return anchors;
	}

	#anchorTrades(anchors: ReadonlyMap<string, MarketPool>): readonly PriceTarget[] {
		return [...anchors.values()]
			.map((pool) => ({ pool, deviation: Math.abs(this.#deviation(pool)) }))
			.filter(({ deviation }) => deviation > ANCHOR_THRESHOLD)
			.sort((a, b) => b.deviation - a.deviation)
			.slice(0, MAX_ANCHOR_TRADES)
			.map(({ pool }) => priceTarget(pool, this.#fair(pool), "anchor"));
	}

	/**
	 * Two pools of depths x and y, a relative gap g beyond their fees: the best cycle earns about g² × (harmonic sum of x and y) / 4. So the gap is
	 * drawn from the profit that it is to yield, against the token's anchor.
	 */
	#shocks(
		pools: readonly MarketPool[],
		of: { readonly anchors: ReadonlyMap<string, MarketPool>; readonly crowd: Crowd },
	): readonly PriceTarget[] {
		const { anchors, crowd } = of;
		const random = this.#randoms[crowd];
		if (random.next() >= SHOCK_PROBABILITY[crowd]) return [];
		const anchorAddresses = new Set([...anchors.values()].map((pool) => pool.address));
		const shockable = pools.filter((pool) => {
			const depth = this.#depth(pool);
			return !anchorAddresses.has(pool.address) && depth >= SHOCKED_DEPTH_WEI.low && depth <= SHOCKED_DEPTH_WEI.high;
		});
		if (shockable.length === 0) return [];
		const pool = random.pick(shockable);
		const token = pool.token0 === this.#weth ? pool.token1 : pool.token0;
		const against = anchors.get(token);
		const fees = (pool.feePips + (against?.feePips ?? 3000)) / 1e6;
		const depth = this.#depth(pool);
		const anchorDepth = against === undefined ? depth : this.#depth(against);
		const harmonic = (depth * anchorDepth) / (depth + anchorDepth);
		const profit = random.logUniform(SHOCK_PROFIT_WEI.low, SHOCK_PROFIT_WEI.high);
		const gap = Math.min(MAX_SHOCK, fees + Math.sqrt((4 * profit) / harmonic));
		const sign = random.next() < 0.5 ? -1 : 1;
		return [priceTarget(pool, this.#fair(pool) * Math.exp(sign * gap), "shock")];
	}

	#closings(pools: readonly MarketPool[], random: Random): readonly PriceTarget[] {
		return pools
			.filter((pool) => Math.abs(this.#deviation(pool)) > pool.feePips / 1e6 + CLOSING_MARGIN && random.next() < CLOSING_PROBABILITY)
			.map((pool) => priceTarget(pool, this.#withinFee(pool, random), "closing"));
	}

	#noise(pools: readonly MarketPool[], random: Random): readonly PriceTarget[] {
		if (pools.length === 0 || random.next() >= NOISE_PROBABILITY) return [];
		const pool = random.pick(pools);
		return [priceTarget(pool, this.#withinFee(pool, random), "noise")];
	}

	/** A price that leaves no gap worth a fee. */
	#withinFee(pool: PoolPrice, random: Random): number {
		return this.#fair(pool) * Math.exp(((random.next() * 2 - 1) * 0.6 * pool.feePips) / 1e6);
	}
}

/** A target for a pool that was seen. */
export function priceTarget(pool: MarketPool, price: number, cause: PriceTarget["cause"]): PriceTarget {
	return { pool: pool.address, token0: pool.token0, token1: pool.token1, price, cause };
}

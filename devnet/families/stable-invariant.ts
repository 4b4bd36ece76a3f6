import { ArbError } from "../../domain/errors.ts";

/**
 * The StableSwap invariant (Curve's whitepaper of 2019, which Balancer's StableMath follows), in floating point: good enough to choose sizes by, never to
 * quote with. Balances are in one common unit; `ann` is the amplification times the number of coins, as the contracts multiply it.
 */
export interface StableBalances {
	readonly ann: number;
	readonly balances: readonly number[];
}

/** A pair of the pool's coins, by their indices. */
export interface CoinPair {
	readonly from: number;
	readonly to: number;
}

/** Where a pool takes its share of a swap: Curve of what it pays, Balancer of what it gets. It stays in the pool. */
export interface StableFee {
	readonly share: number;
	readonly of: "input" | "output";
}

const MAX_ROUNDS = 255;
/** Newton's steps end where they no longer move a double's digits. */
const PRECISION = 1e-14;
/** Beyond this share of a balance a trade has no price to be moved to. */
const MAX_INPUT_SHARE = 1e6;

/** D: the sum of the balances if all were worth the same. */
export function invariantOf({ ann, balances }: StableBalances): number {
	const count = balances.length;
	const sum = balances.reduce((total, balance) => total + balance, 0);
	return newton(sum, (d) => {
		const product = balances.reduce((value, balance) => (value * d) / (balance * count), d);
		return ((ann * sum + product * count) * d) / ((ann - 1) * d + (count + 1) * product);
	});
}

/** Units of `to` for one of `from`, of a trade so small that it moves nothing, before the fee. */
export function stablePrice(pool: StableBalances, pair: CoinPair): number {
	return weightOf(pool, pair.from) / weightOf(pool, pair.to);
}

/**
 * The reserve of `from` that a constant-product pool would have whose price a small trade moves as much: twice the input over the relative change, which
 * follows from the derivatives of both coins' weights along the curve.
 */
export function stableReserve(pool: StableBalances, pair: CoinPair): number {
	const product = productOf(pool);
	const price = stablePrice(pool, pair);
	const [x, y] = [balanceOf(pool, pair.from), balanceOf(pool, pair.to)];
	/** Relative change of the product with the input. */
	const change = price / y - 1 / x;
	const from = ((product / x) * (change - 1 / x)) / (pool.ann + product / x);
	const to = ((product / y) * (change + price / y)) / (pool.ann + product / y);
	return 2 / (to - from);
}

/** How strongly the invariant grows with one coin's balance. */
function weightOf(pool: StableBalances, coin: number): number {
	return pool.ann + productOf(pool) / balanceOf(pool, coin);
}

/** The invariant's last term: D^(n + 1) / (n^n × the product of the balances). */
function productOf(pool: StableBalances): number {
	const d = invariantOf(pool);
	const count = pool.balances.length;
	return pool.balances.reduce((value, balance) => (value * d) / (balance * count), d);
}

/** The balances after a swap of `amountIn`. */
export function afterSwap(pool: StableBalances, swap: CoinPair & { readonly amountIn: number; readonly fee: StableFee }): StableBalances {
	const { from, to, amountIn, fee } = swap;
	const counted = fee.of === "input" ? amountIn * (1 - fee.share) : amountIn;
	const solved = balanceFor(pool, { coin: to, d: invariantOf(pool), from, x: balanceOf(pool, from) + counted });
	const kept = fee.of === "output" ? (balanceOf(pool, to) - solved) * fee.share : 0;
	const balances = pool.balances.map((balance, coin) => (coin === from ? balance + amountIn : coin === to ? solved + kept : balance));
	return { ann: pool.ann, balances };
}

/** The balance of `coin` that keeps the invariant when another one becomes `x`. */
function balanceFor(
	pool: StableBalances,
	of: { readonly coin: number; readonly d: number; readonly from: number; readonly x: number },
): number {
	const { coin, d, from, x } = of;
	const count = pool.balances.length;
	const others = pool.balances.map((balance, i) => (i === from ? x : balance)).filter((_, i) => i !== coin);
	const c = others.reduce((value, balance) => (value * d) / (balance * count), (d * d) / (pool.ann * count));
	const b = others.reduce((total, balance) => total + balance, 0) + d / pool.ann;
	return newton(d, (y) => (y * y + c) / (2 * y + b - d));
}

/**
 * The input that brings a pair to a price, of the coin that then gets cheaper.
 *
 * @param of.price units of `to` for one of `from`; below the present one
 * @throws ArbError `invalid_input` where no input does
 */
export function inputTowards(pool: StableBalances, of: CoinPair & { readonly price: number; readonly fee: StableFee }): number {
	const reached = (amountIn: number): boolean => stablePrice(afterSwap(pool, { ...of, amountIn }), of) <= of.price;
	const balance = balanceOf(pool, of.from);
	let high = balance * 1e-9;
	while (!reached(high)) {
		high *= 2;
		if (high > balance * MAX_INPUT_SHARE) {
			const message = `no input of coin ${of.from} brings its price in coin ${of.to} to ${of.price}; it is ${stablePrice(pool, of)}`;
			throw new ArbError({ code: "invalid_input", message, retryable: false });
		}
	}
	let low = 0;
	while (high - low > high * PRECISION) {
		const middle = (low + high) / 2;
		if (middle === low || middle === high) break;
		if (reached(middle)) high = middle;
		else low = middle;
	}
	return high;
}

/**
 * The balances at which each pair has the ratio of its coins' prices. The prices of coins are as `ann + K / x` of each, K being one number of the whole pool; so
 * they all follow from one unknown, their common factor, and the invariant's equation decides that.
 *
 * @param of.prices of one unit of each coin, in any currency
 * @param of.worth of all balances together, in the same
 */
export function balancesAt(of: { readonly ann: number; readonly prices: readonly number[]; readonly worth: number }): readonly number[] {
	const { ann, prices, worth } = of;
	const count = prices.length;
	const cheapest = Math.min(...prices);
	/** For D = 1. */
	const solve = (factor: number) => {
		const slopes = prices.map((price) => (ann * factor * price) / cheapest - ann);
		const k = (slopes.reduce((product, slope) => product * slope, 1) / count ** count) ** (1 / (count + 1));
		const balances = slopes.map((slope) => k / slope);
		return { balances, excess: ann * balances.reduce((sum, balance) => sum + balance, 0) + 1 - ann - k };
	};
	// Close to 1 the cheapest coin's balance has no bound and the excess is positive; far above, K outgrows everything.
	let [low, high] = [1 + 1e-15, 2];
	while (solve(high).excess > 0) high *= 2;
	for (let round = 0; round < 200; round++) {
		const middle = (low + high) / 2;
		if (solve(middle).excess > 0) low = middle;
		else high = middle;
	}
	const { balances } = solve(high);
	const scale = worth / balances.reduce((sum, balance, i) => sum + balance * (prices[i] ?? 0), 0);
	return balances.map((balance) => balance * scale);
}

function balanceOf(pool: StableBalances, coin: number): number {
	const balance = pool.balances[coin];
	if (balance === undefined) {
		throw new ArbError({ code: "invalid_input", message: `a pool of ${pool.balances.length} coins has no coin ${coin}`, retryable: false });
	}
	return balance;
}

function newton(start: number, step: (value: number) => number): number {
	let value = start;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const next = step(value);
		if (Math.abs(next - value) <= next * PRECISION) return next;
		value = next;
	}
	return value;
}

import { ArbError } from "../../domain/errors.ts";
import { uintAt } from "../../market/protocols/abi-word.ts";
import type { PoolPrice } from "../market-model.ts";
import { type PricedToken, type Sizing, sizedAs, tokenNamed, type World, worthOfSide } from "../world.ts";
import {
	balancesAt,
	type CoinPair,
	inputTowards,
	type StableBalances,
	type StableFee,
	stablePrice,
	stableReserve,
} from "./stable-invariant.ts";

/** What a pool holds of one token, in whole tokens, as it was recorded of a pool on mainnet; the other tokens follow from weights or prices. */
export interface RecordedBalance {
	readonly symbol: string;
	readonly balance: number;
}

/** As much as a recorded pool, or as one of `pools.json` with the same tokens. */
export type PoolSize = RecordedBalance | Sizing;

/** A weighted pool that is to be. */
export interface WeightedSpec {
	/** Each token's share of the pool's worth, by its symbol; they add up to 1. */
	readonly weights: Readonly<Record<string, number>>;
	readonly feePips: number;
	readonly size: PoolSize;
}

/** A stable pool that is to be. */
export interface StableSpec {
	readonly tokens: readonly string[];
	/** As the protocol's own functions take it: without its precision. */
	readonly amplification: number;
	readonly feePips: number;
	readonly size: PoolSize;
}

/** A token with what the pool is to hold of it at first, in base units. Sorted by address, as the vaults demand. */
export interface Stake {
	readonly token: PricedToken;
	readonly amount: bigint;
}

const WORD_BYTES = 32;
const ONE = 10n ** 18n;
/** 18 decimals, as the vaults count shares and fees. */
export const wad = (share: number): bigint => (BigInt(Math.round(share * 1e9)) * ONE) / 10n ** 9n;

/** @returns stakes at the tokens' prices, each with its weight of 18 decimals */
export function weightedStakes(world: World, spec: WeightedSpec): readonly (Stake & { readonly weight: bigint })[] {
	const parts = Object.entries(spec.weights).map(([symbol, share]) => ({ token: tokenNamed(world, symbol), share }));
	const total = worthOf(world, spec.size, (symbol) => {
		const share = spec.weights[symbol];
		if (share === undefined) throw notInPool(symbol, Object.keys(spec.weights));
		return share;
	});
	return byAddress(parts.map(({ token, share }) => ({ token, amount: baseUnits((total * share) / token.price), weight: wad(share) })));
}

/** @returns stakes at which the pool's prices are the tokens' */
export function stableStakes(world: World, spec: StableSpec): readonly Stake[] {
	const tokens = spec.tokens.map((symbol) => tokenNamed(world, symbol));
	const worth = worthOf(world, spec.size, (symbol) => {
		if (!spec.tokens.includes(symbol)) throw notInPool(symbol, spec.tokens);
		return 1 / tokens.length;
	});
	const prices = tokens.map((token) => token.price * 10 ** token.decimals);
	const balances = balancesAt({ ann: spec.amplification * tokens.length, prices, worth });
	return byAddress(tokens.map((token, i) => ({ token, amount: baseUnits((balances[i] ?? 0) * 10 ** token.decimals) })));
}

/** Wei of WETH that a pool of this size is worth; `shareOf` a token in it. */
function worthOf(world: World, size: PoolSize, shareOf: (symbol: string) => number): number {
	if (!("symbol" in size)) return 2 * worthOfSide(sizedAs(world, size));
	const token = tokenNamed(world, size.symbol);
	return (size.balance * 10 ** token.decimals * token.price) / shareOf(size.symbol);
}

/** What the market sees of a weighted pool: each pair, whatever other tokens there are. */
export function weightedPrices(pool: {
	readonly tokens: readonly string[];
	readonly balances: readonly bigint[];
	readonly weights: readonly bigint[];
	readonly feePips: number;
}): readonly PoolPrice[] {
	const { tokens, feePips } = pool;
	const sides = tokens.map((token, i) => ({ token, balance: Number(pool.balances[i]), weight: Number(pool.weights[i]) / 1e18 }));
	return pairs(sides).map(([a, b]) => {
		const price = b.balance / b.weight / (a.balance / a.weight);
		return {
			...{ token0: a.token, token1: b.token, feePips, price },
			// A small trade moves this price as one with reserves of 2 × balance × weight of the other / both weights.
			liquidity: ((2 * a.balance * b.weight) / (a.weight + b.weight)) * Math.sqrt(price),
			inputTowards: (target) => {
				const [input, output, move] = target < price ? [a, b, price / target] : [b, a, target / price];
				const power = output.weight / (input.weight + output.weight);
				const fee = feePips / 1e6;
				// The fee stays in the pool, so a little less than the whole input moves the price.
				const kept = (input.weight + output.weight) / (input.weight * (1 - fee) + output.weight);
				return { tokenIn: input.token, tokenOut: output.token, amountIn: baseUnits(input.balance * (move ** power - 1) * kept) };
			},
		};
	});
}

/**
 * What the market sees of a stable pool: each pair, whatever other coins there are.
 *
 * @param pool.scales units of the common unit in a base unit of each token
 */
export function stablePrices(pool: {
	readonly tokens: readonly string[];
	readonly balances: readonly bigint[];
	readonly scales: readonly number[];
	readonly ann: number;
	readonly feePips: number;
	readonly feeOf: StableFee["of"];
}): readonly PoolPrice[] {
	const { tokens, feePips } = pool;
	const fee: StableFee = { share: feePips / 1e6, of: pool.feeOf };
	const coins = tokens.map((token, coin) => ({ token, coin, scale: pool.scales[coin] ?? 1 }));
	const state: StableBalances = { ann: pool.ann, balances: coins.map(({ coin, scale }) => Number(pool.balances[coin]) * scale) };
	return pairs(coins).map(([a, b]) => {
		const pair: CoinPair = { from: a.coin, to: b.coin };
		const relative = stablePrice(state, pair);
		const price = (relative * a.scale) / b.scale;
		return {
			...{ token0: a.token, token1: b.token, feePips, price },
			liquidity: (stableReserve(state, pair) / a.scale) * Math.sqrt(price),
			inputTowards: (target) => {
				const isDown = target < price;
				const [input, output] = isDown ? [a, b] : [b, a];
				const towards = isDown ? (target * b.scale) / a.scale : a.scale / (target * b.scale);
				const amount = inputTowards(state, { from: input.coin, to: output.coin, price: towards, fee });
				return { tokenIn: input.token, tokenOut: output.token, amountIn: baseUnits(amount / input.scale) };
			},
		};
	});
}

/** Numbers of an answer's list whose place its word `head` tells (Solidity ABI specification): a general decoder took most of what the market costs. */
export function listAt(answer: string, head: number): readonly bigint[] {
	const start = Number(uintAt(answer, head)) / WORD_BYTES;
	return Array.from({ length: Number(uintAt(answer, start)) }, (_, i) => uintAt(answer, start + 1 + i));
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
	return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}

function byAddress<T extends Stake>(stakes: readonly T[]): readonly T[] {
	return stakes.toSorted((a, b) => (a.token.address < b.token.address ? -1 : 1));
}

/** A trade of nothing would be refused. */
function baseUnits(amount: number): bigint {
	return BigInt(Math.max(1, Math.round(amount)));
}

function notInPool(symbol: string, tokens: readonly string[]): ArbError {
	const message = `a pool of ${tokens.join(", ")} cannot take its size from a balance of ${symbol}`;
	return new ArbError({ code: "invalid_input", message, retryable: false });
}

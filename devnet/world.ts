import { ArbError } from "../domain/errors.ts";
import { type MainnetPool, observed, type PoolFacts } from "./seeding.ts";

/** A token of the devnet, with its one price: wei of WETH per base unit. */
export interface PricedToken {
	readonly address: string;
	readonly symbol: string;
	readonly decimals: number;
	readonly price: number;
}

/** What dexes are deployed into. */
export interface World {
	readonly facts: PoolFacts;
	readonly tokens: readonly PricedToken[];
	readonly weth: string;
	/** Owns the pools' liquidity, trades, holds every token and native coin. */
	readonly desk: string;
	/** The Balancer V2 vault, which lends as well. */
	readonly vault: string;
	/** Balancer V3's. */
	readonly vaultV3: string;
}

/** A pair of tokens in the order of their addresses, with the price and depth that it is seeded at. */
export interface SeededPair {
	readonly tokens: readonly [PricedToken, PricedToken];
	/** Base units of the second for one base unit of the first: that of both tokens' deepest pools with WETH. */
	readonly price: number;
	/** Geometric mean of the (virtual) reserves in base units. */
	readonly liquidity: number;
}

/** @throws ArbError `not_found` that names the symbol */
export function tokenNamed(world: World, symbol: string): PricedToken {
	const token = world.tokens.find((each) => each.symbol === symbol);
	if (token !== undefined) return token;
	throw new ArbError({ code: "not_found", message: `no token ${symbol} in pools.json`, retryable: false });
}

/** Mainnet's pools of a dex. */
export function mainnetPools(world: World, dex: string): readonly (SeededPair & { readonly fact: MainnetPool })[] {
	return world.facts.pools
		.filter((fact) => fact.dex === dex)
		.map((fact) => ({ fact, ...pairOf(world, [fact.token0, fact.token1], observed(fact).liquidity) }));
}

/** The mainnet pool that another one takes its size from, and the share of it. */
export interface Sizing {
	readonly dex: string;
	readonly feePips: number;
	readonly tokens: readonly [string, string];
	readonly share: number;
}

/**
 * A pair as deep as a share of a mainnet pool of the same tokens: real sizes, for dexes whose own pools are not in `pools.json`.
 *
 * @throws ArbError `not_found` where there is no such pool
 */
export function sizedAs(world: World, sizing: Sizing): SeededPair {
	const { dex, feePips, tokens, share } = sizing;
	const fact = [...world.facts.pools, ...world.facts.references].find(
		(each) => each.dex === dex && each.feePips === feePips && tokens.includes(each.token0) && tokens.includes(each.token1),
	);
	if (fact === undefined) {
		const message = `pools.json has no pool ${dex} ${feePips} of ${tokens.join(" and ")} to take a size from`;
		throw new ArbError({ code: "not_found", message, retryable: false });
	}
	return pairOf(world, tokens, observed(fact).liquidity * share);
}

/** One side of a pair, in wei of WETH worth: what a pool of other mathematics is to hold to be as deep. */
export function worthOfSide(pair: SeededPair): number {
	return (pair.liquidity / Math.sqrt(pair.price)) * pair.tokens[0].price;
}

function pairOf(world: World, symbols: readonly [string, string], liquidity: number): SeededPair {
	const [a, b] = [tokenNamed(world, symbols[0]), tokenNamed(world, symbols[1])];
	const tokens = a.address < b.address ? ([a, b] as const) : ([b, a] as const);
	return { tokens, price: tokens[0].price / tokens[1].price, liquidity };
}

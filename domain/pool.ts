import type { Amount } from "./amount.ts";

/** Dexes that share swap mathematics and events: those that the whole system trades on. */
export const PROTOCOL_FAMILIES = ["uniswap-v2", "uniswap-v3"] as const;
export type ProtocolFamily = (typeof PROTOCOL_FAMILIES)[number];

/** One tradable contract. `token0` sorts before `token1`; `feePips` is in millionths (3000 = 0.3 %). */
export interface Pool {
	readonly chainId: number;
	readonly address: string;
	readonly family: ProtocolFamily;
	readonly dex: string;
	readonly token0: string;
	readonly token1: string;
	readonly feePips: number;
	/** Uniswap V3 only; 0 elsewhere. */
	readonly tickSpacing: number;
}

/** Reserves of a constant-product pair, from `getReserves` or the `Sync` event. */
export interface UniswapV2PoolState {
	readonly family: "uniswap-v2";
	readonly address: string;
	readonly dex: string;
	readonly token0: string;
	readonly token1: string;
	readonly feePips: number;
	readonly reserve0: Amount;
	readonly reserve1: Amount;
}

/**
 * A concentrated-liquidity pool. `tick` is kept beside `sqrtPriceX96` because the two may differ by one at a tick's edge
 * (`UniswapV3Pool.slot0`). `ticks` holds every initialised tick within `[tickLower, tickUpper]`; what lies outside is unknown
 * and a quote that would get there is refused.
 */
export interface UniswapV3PoolState {
	readonly family: "uniswap-v3";
	readonly address: string;
	readonly dex: string;
	readonly token0: string;
	readonly token1: string;
	readonly feePips: number;
	readonly tickSpacing: number;
	readonly sqrtPriceX96: Amount;
	readonly tick: number;
	readonly liquidity: Amount;
	readonly tickLower: number;
	readonly tickUpper: number;
	/** `[tick, liquidityNet]`, ascending. */
	readonly ticks: readonly (readonly [number, Amount])[];
}

/**
 * A pool of any family that the engine has mathematics for, in its documented form (`arb schema pool`): beside the tokens by their index in the
 * pool, the fields are those of the contract, with its names, integers as decimal strings.
 */
export interface FamilyPoolState {
	readonly family: string;
	readonly address: string;
	readonly dex: string;
	readonly tokens: readonly string[];
	readonly [field: string]: unknown;
}

/** What the swap mathematics needs, pinned to a block by whoever carries it. */
export type PoolState = UniswapV2PoolState | UniswapV3PoolState;

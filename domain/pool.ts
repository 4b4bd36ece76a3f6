import type { Amount } from "./amount.ts";

/** Dexes that share swap mathematics and events: those that the whole system trades on, by the engine's names. */
export const PROTOCOL_FAMILIES = [
	"uniswap-v2",
	"uniswap-v3",
	"pancake-v3",
	"slipstream-cl",
	"algebra-v1",
	"algebra-integral",
	"uniswap-v4",
	"velodrome-v1",
	"velodrome-v2",
	"aerodrome-v2",
	"camelot-v2",
	"balancer-v2-weighted",
	"balancer-v2-stable",
	"balancer-v3-weighted",
	"balancer-v3-stable",
	"curve-3pool",
	"stableswap-ng",
	"curve-crypto-v1",
	"twocrypto-ng",
	"tricrypto-ng",
] as const;
export type ProtocolFamily = (typeof PROTOCOL_FAMILIES)[number];

/** What never changes of a pool and is neither tokens nor fee: each family's adapter says which facts it keeps here. */
export type PoolDetails = Readonly<Record<string, string | number | boolean>>;

/** One tradable contract, or one pool of a contract that holds many. */
export interface Pool {
	readonly chainId: number;
	/** The contract; for Uniswap V4, whose pools all live in one, the pool's id of 32 bytes. */
	readonly address: string;
	readonly family: ProtocolFamily;
	readonly dex: string;
	/** Two to eight, in the pool's own order; the wrapped native coin in the place of the native one. */
	readonly tokens: readonly string[];
	/** Millionths (3000 = 0.3 %); 0 where the fee is a part of the state. */
	readonly feePips: number;
	/** Concentrated liquidity only; 0 elsewhere. */
	readonly tickSpacing: number;
	readonly details: PoolDetails;
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
	/** {@link Pool.details}, for the executor; no part of the mathematics. */
	readonly details?: PoolDetails;
	readonly [field: string]: unknown;
}

/** A pool whose kept state differed from the chain's is in quarantine until audits have found it right again. */
export type PoolStatus = "quarantined" | "released";

/** The families whose states have the engine's documented form. */
export type OtherFamily = Exclude<ProtocolFamily, "uniswap-v2" | "uniswap-v3">;

/** What the swap mathematics needs, pinned to a block by whoever carries it. */
export type PoolState = UniswapV2PoolState | UniswapV3PoolState | OtherPoolState;
export type OtherPoolState = FamilyPoolState & { readonly family: OtherFamily };

/** The part that is the same in all families of concentrated liquidity; see {@link UniswapV3PoolState}. */
export type TickedState = Pick<
	UniswapV3PoolState,
	"tickSpacing" | "sqrtPriceX96" | "tick" | "liquidity" | "tickLower" | "tickUpper" | "ticks"
>;
export type ConcentratedState = UniswapV3PoolState | (OtherPoolState & TickedState);

export function isConcentrated(state: PoolState): state is ConcentratedState {
	return state.family === "uniswap-v3" || (state.family !== "uniswap-v2" && Array.isArray(state.ticks));
}

/** A pool's tokens, in its own order. */
export function tokensOf(state: PoolState): readonly string[] {
	return state.family === "uniswap-v2" || state.family === "uniswap-v3" ? [state.token0, state.token1] : state.tokens;
}

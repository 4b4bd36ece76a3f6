import { id } from "ethers";
import type { ConcentratedState, PoolState } from "../../../domain/pool.ts";
import { isConcentrated } from "../../../domain/pool.ts";
import { MAX_TICK, WORD } from "../../bulk/tick-window.ts";
import type { ChainLog } from "../../log.ts";
import { intAt, uintAt } from "../abi-word.ts";
import type { TrackedPool } from "../adapter.ts";

/** Events whose signatures Uniswap V3, PancakeSwap V3, Slipstream and Algebra share. */
const INITIALIZE = id("Initialize(uint160,int24)");
const MINT = id("Mint(address,address,int24,int24,uint128,uint256,uint256)");
const BURN = id("Burn(address,int24,int24,uint128,uint256,uint256)");
/** That of Uniswap V3, Slipstream and Algebra. */
export const SWAP = id("Swap(address,address,int256,int256,uint160,uint128,int24)");
export const POSITION_TOPICS: readonly string[] = [INITIALIZE, MINT, BURN];
/** With fewer known words than this ahead of the price the pool is read anew around it. */
const WORDS_KEPT_AHEAD = 4;

/** A pool of any family of concentrated liquidity; see {@link TrackedPool}. */
export interface TrackedTicks<State extends ConcentratedState = ConcentratedState> {
	readonly state: State;
	readonly liquidityGross: ReadonlyMap<number, bigint>;
}

export interface Place {
	readonly sqrtPriceX96: bigint;
	readonly liquidity: bigint;
	readonly tick: number;
}

/** Narrows to a pool of one family that is kept with its ticks. */
export function hasTicks(tracked: TrackedPool, family: PoolState["family"]): tracked is TrackedTicks {
	return tracked.state.family === family && isConcentrated(tracked.state) && tracked.liquidityGross !== undefined;
}

/**
 * The pool after one of the events that V3's forks share: price, tick and liquidity come whole with each swap, ticks change by `Mint` and `Burn` as in
 * `UniswapV3Pool._updatePosition`; null for another event. `swap` is the topic of the fork's own, whose data begins with V3's five words.
 */
export function afterV3Event(tracked: TrackedTicks, log: ChainLog, swap: string): TrackedPool | "reload" | null {
	switch (log.topics[0]) {
		case INITIALIZE:
			return withPlace(tracked, { sqrtPriceX96: uintAt(log.data, 0), liquidity: 0n, tick: Number(intAt(log.data, 1)) });
		case swap:
			return withPlace(tracked, { sqrtPriceX96: uintAt(log.data, 2), liquidity: uintAt(log.data, 3), tick: Number(intAt(log.data, 4)) });
		case MINT:
			// The data starts with the sender, which is not indexed.
			return withPosition(tracked, { ...rangeOf(log), change: uintAt(log.data, 1) });
		case BURN:
			return withPosition(tracked, { ...rangeOf(log), change: -uintAt(log.data, 0) });
		default:
			return null;
	}
}

function rangeOf(log: ChainLog): { readonly lower: number; readonly upper: number } {
	return { lower: Number(intAt(log.topics[2] ?? "0x", 0)), upper: Number(intAt(log.topics[3] ?? "0x", 0)) };
}

/** The pool where a swap has left it; `reload` where little is known ahead of that. */
export function withPlace(tracked: TrackedTicks, to: Place): TrackedPool | "reload" {
	const state = withFields(tracked.state, {
		sqrtPriceX96: to.sqrtPriceX96.toString(),
		liquidity: to.liquidity.toString(),
		tick: to.tick,
	});
	const margin = WORDS_KEPT_AHEAD * WORD * state.tickSpacing;
	const isNearEdge =
		(state.tickLower > -MAX_TICK && state.tick - state.tickLower < margin) ||
		(state.tickUpper < MAX_TICK && state.tickUpper - state.tick < margin);
	return isNearEdge ? "reload" : { ...tracked, state };
}

/** The pool with liquidity added to a range (or, where `change` is negative, taken from it); `reload` where more is taken than is known to be there. */
export function withPosition(
	tracked: TrackedTicks,
	of: { readonly lower: number; readonly upper: number; readonly change: bigint },
): TrackedPool | "reload" {
	// A burn of 0 only updates what the position is owed.
	if (of.change === 0n) return tracked;
	const { state } = tracked;
	const { lower, upper } = of;
	const gross = new Map(tracked.liquidityGross);
	const net = new Map(state.ticks.map(([tick, value]) => [tick, BigInt(value)] as const));
	for (const [tick, netChange] of [
		[lower, of.change],
		[upper, -of.change],
	] as const) {
		if (tick < state.tickLower || tick > state.tickUpper) continue;
		const grossAfter = (gross.get(tick) ?? 0n) + of.change;
		if (grossAfter < 0n) return "reload";
		if (grossAfter === 0n) {
			gross.delete(tick);
			net.delete(tick);
		} else {
			gross.set(tick, grossAfter);
			net.set(tick, (net.get(tick) ?? 0n) + netChange);
		}
	}
	const isInRange = lower <= state.tick && state.tick < upper;
	const liquidity = (BigInt(state.liquidity) + (isInRange ? of.change : 0n)).toString();
	return { liquidityGross: gross, state: withFields(state, { liquidity, ticks: sorted(net) }) };
}

/** The same pool with some fields changed; the very same object where none of them differs. */
export function withFields<State extends ConcentratedState>(state: State, fields: Readonly<Record<string, unknown>>): State {
	const isSame = Object.entries(fields).every(([name, value]) => Reflect.get(state, name) === value);
	return isSame ? state : Object.assign({}, state, fields);
}

function sorted(net: ReadonlyMap<number, bigint>): [number, string][] {
	return [...net].sort(([a], [b]) => a - b).map(([tick, value]) => [tick, value.toString()]);
}

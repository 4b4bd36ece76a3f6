import { ArbError } from "../../domain/errors.ts";
import type { UniswapV3PoolState } from "../../domain/pool.ts";

/** Ticks per word of `TickBitmap`, in units of the pool's spacing. */
const WORD = 256;

/** What the loop of `UniswapV3Pool.swap` goes through on its way from the pool's tick to the one that it ends at. */
export interface TickWalk {
	/** Rounds of the loop: one per initialised tick or edge of a bitmap word that is reached, and the last, which ends in between. */
	readonly steps: number;
	/** Words of the tick bitmap that are read. */
	readonly words: number;
	/** Initialised ticks that are crossed, in the order of the swap. */
	readonly crossed: readonly number[];
	/** Bits that are set in the ticks that the rounds aim at, all together: `TickMath.getSqrtRatioAtTick` multiplies once for each. */
	readonly tickBits: number;
	/** Whether the pool's tick is another one afterwards, so that an observation may be due. */
	readonly isTickMoved: boolean;
}

/**
 * The walk of a swap, from the state and the tick after it (`Engine.swapV3` gives that). A swap whose input ends exactly on a tick is counted with one
 * round more than it has.
 *
 * @param of.endTick `slot0.tick` after the swap
 * @throws ArbError `invalid_input` where `endTick` lies against the direction or outside the ticks that the state holds
 */
export function walkTicks(
	state: Pick<UniswapV3PoolState, "address" | "tick" | "tickSpacing" | "tickLower" | "tickUpper" | "ticks">,
	of: { readonly zeroForOne: boolean; readonly endTick: number },
): TickWalk {
	const { zeroForOne, endTick } = of;
	if (!Number.isInteger(endTick) || (zeroForOne ? endTick > state.tick : endTick < state.tick)) {
		throw invalid(`endTick ${endTick}: a swap of token ${zeroForOne ? 0 : 1} of pool ${state.address} starts at tick ${state.tick}`);
	}
	if (endTick < state.tickLower || endTick > state.tickUpper) {
		throw invalid(`endTick ${endTick}: pool ${state.address} is known from tick ${state.tickLower} to ${state.tickUpper} only`);
	}
	const onTheWay = zeroForOne
		? state.ticks.map(([tick]) => tick).filter((tick) => tick <= state.tick && tick > endTick)
		: state.ticks.map(([tick]) => tick).filter((tick) => tick > state.tick && tick <= endTick);
	const crossed = onTheWay.sort((a, b) => (zeroForOne ? b - a : a - b));

	let steps = 0;
	let tickBits = 0;
	const words = new Set<number>();
	let tick = state.tick;
	for (;;) {
		const { word, next } = nextTick(state, { tick, zeroForOne });
		words.add(word);
		steps += 1;
		tickBits += bitsOf(Math.abs(next));
		const isReached = zeroForOne ? endTick < next : endTick >= next;
		if (!isReached) break;
		tick = zeroForOne ? next - 1 : next;
	}
	return { steps, words: words.size, crossed, tickBits, isTickMoved: endTick !== state.tick };
}

/** `TickBitmap.nextInitializedTickWithinOneWord`: the next initialised tick of the word, else the word's last one. */
function nextTick(
	state: Pick<UniswapV3PoolState, "tickSpacing" | "ticks">,
	of: { readonly tick: number; readonly zeroForOne: boolean },
): { readonly word: number; readonly next: number } {
	const { tickSpacing, ticks } = state;
	const compressed = Math.floor(of.tick / tickSpacing) + (of.zeroForOne ? 0 : 1);
	const word = Math.floor(compressed / WORD);
	const from = compressed * tickSpacing;
	const edge = (of.zeroForOne ? word * WORD : word * WORD + WORD - 1) * tickSpacing;
	let next = edge;
	for (const [tick] of ticks) {
		if (of.zeroForOne ? tick <= from && tick > next : tick >= from && tick < next) next = tick;
	}
	return { word, next };
}

function bitsOf(value: number): number {
	let bits = 0;
	for (let rest = value; rest > 0; rest >>>= 1) bits += rest & 1;
	return bits;
}

function invalid(message: string): ArbError {
	return new ArbError({ code: "invalid_input", message, retryable: false });
}

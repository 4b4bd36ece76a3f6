import type { ConcentratedState } from "../../domain/pool.ts";

/** A state cut to the ticks that another state of the same pool knows too: what is read around a price depends on when it was read. */
export function onCommonTicks<State extends ConcentratedState>(state: State, other: ConcentratedState): State {
	const tickLower = Math.max(state.tickLower, other.tickLower);
	const tickUpper = Math.min(state.tickUpper, other.tickUpper);
	const ticks = state.ticks.filter(([tick]) => tick >= tickLower && tick <= tickUpper);
	return Object.assign({}, state, { tickLower, tickUpper, ticks });
}

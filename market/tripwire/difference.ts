import { isConcentrated, type PoolState, type TickedState } from "../../domain/pool.ts";

/** The time that a state speaks of follows from when it was read, and says nothing about the pool. */
const OF_READING = new Set(["timestamp"]);

/**
 * The fields in which two states of one pool at one block differ, in alphabetical order. Of two windows of ticks only what both know is compared.
 */
export function differences(kept: PoolState, fresh: PoolState): readonly string[] {
	if (isConcentrated(kept) && isConcentrated(fresh)) {
		const window = {
			tickLower: Math.max(kept.tickLower, fresh.tickLower),
			tickUpper: Math.min(kept.tickUpper, fresh.tickUpper),
		};
		return differingFields(within(kept, window), within(fresh, window));
	}
	return differingFields(kept, fresh);
}

function within<State extends TickedState>(state: State, window: Pick<TickedState, "tickLower" | "tickUpper">): object {
	const { tickLower, tickUpper } = window;
	return { ...state, ...window, ticks: state.ticks.filter(([tick]) => tickLower <= tick && tick <= tickUpper) };
}

function differingFields(kept: object, fresh: object): readonly string[] {
	const fields = new Set([...Object.keys(kept), ...Object.keys(fresh)].filter((field) => !OF_READING.has(field)));
	return [...fields].filter((field) => canonical(Reflect.get(kept, field)) !== canonical(Reflect.get(fresh, field))).sort();
}

/** Equal for equal values, whatever the order of their keys. */
function canonical(value: unknown): string | undefined {
	return JSON.stringify(value, (_, inner: unknown) =>
		typeof inner === "object" && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}

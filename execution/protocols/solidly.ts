import { type HopEncoder, unfit } from "./hop.ts";

const KIND = 2;

/**
 * How far a stable pair's own quote may be above the engine's for the planned output to be asked for instead, base units. The first stable pairs quote some
 * units more than their swap lets out (`docs/protocols.md`); a quote further above is of another state.
 */
export const STABLE_TOLERANCE = 1_000n;

/** Velodrome, Aerodrome and Camelot V2: the pair quotes, the executor asks for that. */
export const encodeSolidly: HopEncoder = (hop) => {
	const stable = hop.details?.stable;
	if (typeof stable !== "boolean") throw unfit(hop, "details.stable", stable, "true or false");
	return { kind: KIND, pool: hop.pool, data: stable ? STABLE_TOLERANCE : 0n };
};

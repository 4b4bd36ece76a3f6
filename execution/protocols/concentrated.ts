import type { HopEncoder } from "./hop.ts";

const KIND = 1;

/** Uniswap V3, Slipstream, PancakeSwap V3, Algebra: the pool knows all that a swap needs, and asks for its input by the callback of its own name. */
export const encodeConcentrated: HopEncoder = (hop) => ({ kind: KIND, pool: hop.pool, data: 0n });

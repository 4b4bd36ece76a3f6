import { type HopEncoder, unfit } from "./hop.ts";

const KIND = 0;
const PIPS = 1_000_000;

/** Pairs with a fixed fee: the executor computes the output from it. */
export const encodeUniswapV2: HopEncoder = (hop) => {
	if (!Number.isInteger(hop.feePips) || hop.feePips < 0 || hop.feePips >= PIPS) {
		throw unfit(hop, "feePips", hop.feePips, `a whole number from 0 to ${PIPS - 1}`);
	}
	return { kind: KIND, pool: hop.pool, data: BigInt(hop.feePips) };
};

import { ArbError } from "../../domain/errors.ts";
import { type Ratio, ratio } from "./ratio.ts";

/** TickMath.MIN_TICK and MAX_TICK of Uniswap V3. */
const MAX_TICK = 887_272;
/** Bits after the point. About forty products are rounded down, so the relative error is below 2^-180. */
const FRACTION = 192n;

/** A tick is a factor of 1.0001: what a price that is known as a whole tick may be off by. Millionths. */
export const TICK_PPM = 100;

/**
 * Base units of token 1 for one of token 0 at a tick: 1.0001^tick (Uniswap V3 white paper, section 6.1). A price to compare with others, not to swap by:
 * the contract's own TickMath rounds otherwise in the last of its 96 bits.
 *
 * @throws ArbError `invalid_input` outside of TickMath's ticks
 */
export function priceAtTick(tick: number): Ratio {
	if (!Number.isInteger(tick) || Math.abs(tick) > MAX_TICK) {
		throw new ArbError({ code: "invalid_input", message: `tick ${tick} is none of -${MAX_TICK} to ${MAX_TICK}`, retryable: false });
	}
	let power = (10_001n << FRACTION) / 10_000n;
	let price = 1n << FRACTION;
	for (let rest = Math.abs(tick); rest > 0; rest >>= 1) {
		if ((rest & 1) === 1) price = (price * power) >> FRACTION;
		power = (power * power) >> FRACTION;
	}
	return tick < 0 ? ratio(1n << FRACTION, price) : ratio(price, 1n << FRACTION);
}

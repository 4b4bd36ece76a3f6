import { ArbError } from "../../domain/errors.ts";

/** How much a price wanders until the swap is executed. */
export interface Volatility {
	/** Standard deviation of the logarithm of the price over one second: 0.0001 is about 0.6 % over an hour. */
	readonly perRootSecond: number;
	/** Seconds until execution. */
	readonly horizonSeconds: number;
	/** Probability that the price ends inside the interval, between 0 and 1. */
	readonly confidence: number;
}

export interface Interval {
	readonly low: number;
	readonly high: number;
}

/**
 * Where a price lies after the horizon: `price × exp(±z σ √T)`, with `z` the standard normal quantile at `(1 + confidence) ÷ 2`.
 *
 * The logarithm of the price walks at random without drift, so its change over `T` seconds is normal with standard deviation `σ √T` and the price
 * lognormal around today's as its median (M. F. M. Osborne, "Brownian Motion in the Stock Market", Operations Research 7, 1959). Over blocks the drift is
 * smaller than the width by orders of magnitude; jumps and fat tails are not in it.
 *
 * @throws ArbError `invalid_input` with the field's name.
 */
export function priceInterval(price: number, volatility: Volatility): Interval {
	const { perRootSecond, horizonSeconds, confidence } = volatility;
	for (const [field, value] of Object.entries({ price, perRootSecond, horizonSeconds })) {
		if (!Number.isFinite(value) || value < 0) throw invalid(`${field}: ${value} is not a finite number of at least 0`);
	}
	if (!(confidence > 0 && confidence < 1)) throw invalid(`confidence: ${confidence} is not between 0 and 1`);
	const width = normalQuantile((1 + confidence) / 2) * perRootSecond * Math.sqrt(horizonSeconds);
	return { low: price * Math.exp(-width), high: price * Math.exp(width) };
}

/** As many halvings as a double's mantissa has bits, from an interval of 16. */
const HALVINGS = 60;

/** The number that a standard normal variable stays below with this probability, by bisection: to about 1e-12 up to ±4, 1e-10 at ±5. */
export function normalQuantile(probability: number): number {
	let [low, high] = [-8, 8];
	for (let i = 0; i < HALVINGS; i++) {
		const middle = (low + high) / 2;
		if (normalDistribution(middle) < probability) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/** Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …): G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11 (4), 2004. */
function normalDistribution(x: number): number {
	let [sum, term] = [x, x];
	for (let k = 3; sum + term !== sum; k += 2) {
		term *= (x * x) / k;
		sum += term;
	}
	return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

function invalid(message: string): ArbError {
	return new ArbError({ code: "invalid_input", message, retryable: false });
}

import { ArbError } from "../../domain/errors.ts";
import type { Engine, PoolQuestion } from "../engine.ts";
import { toWords } from "../limbs.ts";
import { type EngineRefusal, refusal } from "../refusal.ts";

const PPM = 1_000_000n;
/** Below that, for the size alone, an answer would take millions of quotes and tell more of rounding than of the pool. */
const LEAST_PPM = 10;
/** An output may be so many base units below the smooth curve: Uniswap V2 rounds down once, V3 rounds the price and the output. */
const ROUNDING = 2n;

export interface DepthQuestion extends Omit<PoolQuestion, "amountIn"> {
	/** Largest price impact, in millionths: 10,000 is 1 %. From 10 to 999,999. */
	readonly maxImpactPpm: number;
	/** True: the LP fee counts as impact too. */
	readonly isFeeIncluded?: boolean;
}

/**
 * The largest input of a swap, base units, whose price impact stays within the bound; 0 where not even the smallest does.
 *
 * An input `x` stays within `X` where `out(x) ≥ x × rate × (1 − X)`, compared in integers: `out` is the exact quote, `rate` the double that
 * `Engine.swapRates` gives, taken as the fraction that it is. Outputs are rounded, so near the edge some inputs stay within the bound that are larger than
 * others that do not: bisection finds the edge of the smooth curve, up to two base units of output above the quotes, and from there the inputs are gone
 * through downwards, whole intervals at a time where `out` of their end is too little for their beginning. That is the largest wherever the output rises with the
 * input and the rate falls; about `2 ÷ X` quotes. With the fee included, the answer is 0 where the fee leaves less
 * than about ten millionths of `X`.
 *
 * @throws ArbError `invalid_input` for `maxImpactPpm` out of range; `engine` as `Engine.swapRates`, and `unknown_ticks` where the bound lies beyond the ticks
 * that the state holds.
 */
export function depthToImpact(engine: Engine, question: DepthQuestion): bigint {
	const { maxImpactPpm, isFeeIncluded = false, ...swap } = question;
	if (!Number.isInteger(maxImpactPpm) || maxImpactPpm < LEAST_PPM || maxImpactPpm > 999_999) {
		throw new ArbError({
			code: "invalid_input",
			message: `maxImpactPpm: ${maxImpactPpm} is not a whole number from ${LEAST_PPM} to 999,999`,
			retryable: false,
		});
	}
	const { out, answer } = quotesOf(engine, swap);
	const rates = engine.swapRates({ ...swap, amountIn: smallestQuoted(answer) });
	if (isFeeIncluded && rates.spot * (1e6 - maxImpactPpm) > rates.best * (1e6 - 0.9 * LEAST_PPM)) return 0n;
	const rate = fractionOf(isFeeIncluded ? rates.spot : rates.best);
	const least = { numerator: rate.numerator * (PPM - BigInt(maxImpactPpm)), denominator: rate.denominator * PPM };
	const isWithin = (amountIn: bigint, paid: bigint) => paid * least.denominator >= amountIn * least.numerator;
	const isNear = (amountIn: bigint) => {
		const paid = out(amountIn);
		return paid !== null && isWithin(amountIn, paid + ROUNDING);
	};

	// Powers of two first: what holds for one may fail for a smaller one where the fee falls with the amount.
	let low = 0n;
	let high = 1n;
	for (let amount = 1n; amount < 1n << 256n && out(amount) !== null; amount <<= 1n) {
		high = amount << 1n;
		if (isNear(amount)) low = amount;
	}
	if (low > 0n) high = low << 1n;
	while (high - low > 1n) {
		const middle = (low + high) / 2n;
		if (isNear(middle)) low = middle;
		else high = middle;
	}
	if (answer(high).refusal === "unknown_ticks") {
		throw refusal("unknown_ticks", `depth of pool ${swap.pool} to ${maxImpactPpm} ppm: ${low} of ${swap.tokenIn} stays within it`);
	}

	const open: [from: bigint, to: bigint][] = [[1n, low]];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const [from, to] = next;
		if (from > to) continue;
		const paid = out(to) ?? 0n;
		if (isWithin(to, paid)) return to;
		// Nothing in between pays more than the end, and all of it asks for at least what the beginning does.
		if (!isWithin(from, paid)) continue;
		const middle = (from + to) / 2n;
		open.push([from, middle], [middle + 1n, to - 1n]);
	}
	return 0n;
}

interface Quoted {
	readonly out: bigint | null;
	readonly refusal: EngineRefusal | null;
}

/** Exact quotes with refusals as answers; an amount that is too small pays nothing. */
function quotesOf(engine: Engine, swap: Omit<PoolQuestion, "amountIn">) {
	const numbers = engine.routeNumbers([engine.hop(swap)]);
	const lengths = Uint32Array.of(1);
	const answer = (amountIn: bigint): Quoted => {
		const answers = engine.quoteRoutes({ lengths, numbers, sizes: 1, amounts: toWords(amountIn) });
		const index = { route: 0, size: 0 };
		return { out: answers.output(index), refusal: answers.refusal(index) };
	};
	const out = (amountIn: bigint): bigint | null => {
		const quoted = answer(amountIn);
		return quoted.refusal === "amount_too_small" ? 0n : quoted.out;
	};
	return { out, answer };
}

/** An input that is quoted at all, for the rates at the beginning of the curve. */
function smallestQuoted(answer: (amountIn: bigint) => Quoted): bigint {
	let amount = 1n;
	while (answer(amount).refusal === "amount_too_small" && amount < 1n << 255n) amount <<= 1n;
	return amount;
}

/** A positive double as the fraction that it is. */
function fractionOf(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
	let [mantissa, exponent] = [value, 0];
	while (!Number.isInteger(mantissa)) {
		mantissa *= 2;
		exponent++;
	}
	return { numerator: BigInt(mantissa), denominator: 1n << BigInt(exponent) };
}

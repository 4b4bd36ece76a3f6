import { ArbError } from "../../domain/errors.ts";

/** An exact positive fraction. What it is a price of, and in which units, its holder says. */
export interface Ratio {
	readonly numerator: bigint;
	readonly denominator: bigint;
}

export const ONE: Ratio = { numerator: 1n, denominator: 1n };
export const MILLION = 1_000_000n;

/**
 * A fraction in lowest terms.
 *
 * @throws ArbError `invalid_input` where one of the two is not positive: no price is zero, negative or infinite
 */
export function ratio(numerator: bigint, denominator: bigint): Ratio {
	if (numerator <= 0n || denominator <= 0n) {
		throw new ArbError({
			code: "invalid_input",
			message: `a price is a positive fraction; ${numerator} / ${denominator} is none`,
			retryable: false,
		});
	}
	const divisor = greatestCommonDivisor(numerator, denominator);
	return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function product(a: Ratio, b: Ratio): Ratio {
	return ratio(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function quotient(a: Ratio, b: Ratio): Ratio {
	return ratio(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** How far `other` is from `from`, in millionths of `from`, rounded up: a bound is exceeded as soon as it is touched from above. */
export function distancePpm(of: { readonly from: Ratio; readonly other: Ratio }): bigint {
	const { from, other } = of;
	const difference = other.numerator * from.denominator - from.numerator * other.denominator;
	const base = from.numerator * other.denominator;
	const size = (difference < 0n ? -difference : difference) * MILLION;
	return (size + base - 1n) / base;
}

/** `amount` times the fraction, rounded down. */
export function scaled(amount: bigint, by: Ratio): bigint {
	return (amount * by.numerator) / by.denominator;
}

/** The nearest double but for the last bit, for ranking and plots; the two integers may exceed what a double holds. */
export function toNumber({ numerator, denominator }: Ratio): number {
	const shift = 64 - (bitLength(numerator) - bitLength(denominator));
	const mantissa = shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
	return Number(mantissa) * 2 ** -shift;
}

/** The square root of an integer, rounded down; Newton's method from above. */
export function squareRoot(value: bigint): bigint {
	if (value < 2n) return value;
	let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
	for (;;) {
		const next = (root + value / root) >> 1n;
		if (next >= root) return root;
		root = next;
	}
}

function bitLength(value: bigint): number {
	return value.toString(2).length;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
	let [larger, smaller] = [a, b];
	while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
	return larger;
}

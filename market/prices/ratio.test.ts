import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distancePpm, product, quotient, ratio, scaled, toNumber } from "./ratio.ts";

const positive = fc.bigInt({ min: 1n, max: 10n ** 60n });
const fraction = fc.tuple(positive, positive).map(([numerator, denominator]) => ratio(numerator, denominator));

describe("a ratio", () => {
	it("is kept in lowest terms, and is refused where it is no price", () => {
		expect(ratio(6n, 4n)).toEqual({ numerator: 3n, denominator: 2n });
		for (const [numerator, denominator] of [
			[0n, 1n],
			[1n, 0n],
			[-1n, 2n],
		] as const) {
			expect(() => ratio(numerator, denominator)).toThrow(`${numerator} / ${denominator} is none`);
		}
	});

	it("is undone by its inverse exactly", () => {
		fc.assert(
			fc.property(fraction, fraction, (a, b) => {
				expect(quotient(product(a, b), b)).toEqual(a);
			}),
		);
	});

	it("scales downwards", () => {
		expect(scaled(10n, ratio(1n, 3n))).toBe(3n);
		fc.assert(
			fc.property(positive, fraction, (amount, by) => {
				const found = scaled(amount, by);
				expect(found * by.denominator <= amount * by.numerator && (found + 1n) * by.denominator > amount * by.numerator).toBe(true);
			}),
		);
	});

	it.each([
		[1n, 1n, 1n, 1n, 0n],
		[100n, 1n, 101n, 1n, 10_000n],
		[100n, 1n, 99n, 1n, 10_000n],
		// A distance of a third of a millionth counts as one.
		[3_000_000n, 1n, 3_000_001n, 1n, 1n],
		[1n, 1n, 2n, 1n, 1_000_000n],
	])("from %i/%i to %i/%i is %i millionths, rounded up", (a, b, c, d, distance) => {
		expect(distancePpm({ from: ratio(a, b), other: ratio(c, d) })).toBe(distance);
	});

	it("has a double as near as a quotient of doubles, also where its integers exceed what a double holds", () => {
		fc.assert(
			fc.property(fraction, (value) => {
				const expected = Number(value.numerator) / Number(value.denominator);
				expect(Math.abs(toNumber(value) / expected - 1)).toBeLessThan(1e-15);
			}),
		);
		expect(toNumber(ratio(3n * 10n ** 400n, 2n * 10n ** 399n + 0n))).toBe(15);
	});
});

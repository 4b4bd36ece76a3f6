import { describe, expect, it } from "vitest";
import { distancePpm, ratio, toNumber } from "./ratio.ts";
import { priceAtTick } from "./tick-price.ts";

const Q192 = 1n << 192n;

describe("the price at a tick", () => {
	it("is 1.0001 to the power of the tick, exactly at small ones", () => {
		expect(priceAtTick(0)).toEqual(ratio(1n, 1n));
		const exact = ratio(10_001n ** 2n, 10_000n ** 2n);
		const found = priceAtTick(2);
		const difference = found.numerator * exact.denominator - exact.numerator * found.denominator;
		// Relative error below 2^-180.
		expect((difference < 0n ? -difference : difference) << 180n < exact.numerator * found.denominator).toBe(true);
	});

	// TickMath.MIN_SQRT_RATIO and MAX_SQRT_RATIO: the square roots at the outermost ticks, in 96 fractional bits.
	it.each([
		[-887_272, 4_295_128_739n],
		[887_272, 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n],
	])("at %i is the square of the root that TickMath has there", (tick, root) => {
		expect(distancePpm({ from: ratio(root * root, Q192), other: priceAtTick(tick) })).toBe(1n);
	});

	it("is the inverse at the opposite tick", () => {
		for (const tick of [1, 77, 12_345, 600_001]) {
			expect(toNumber(priceAtTick(tick)) * toNumber(priceAtTick(-tick))).toBeCloseTo(1, 14);
		}
	});

	it.each([887_273, -887_273, 0.5, Number.NaN])("is refused at %d", (tick) => {
		expect(() => priceAtTick(tick)).toThrow(/is none of -887272 to 887272/);
	});
});

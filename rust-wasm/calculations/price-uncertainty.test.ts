import { expect, it } from "vitest";
import { normalQuantile, priceInterval } from "./price-uncertainty.ts";

it("quantiles are those of the tables", () => {
	const table = [[0.5, 0], [0.8413447460685429, 1], [0.975, 1.959963984540054], [0.995, 2.5758293035489004], [0.05, -1.6448536269514722]] as const; // biome-ignore format: a table
	for (const [probability, z] of table) expect(normalQuantile(probability)).toBeCloseTo(z, 10);
});

it("an interval widens with the root of time around the price as its middle", () => {
	const day = priceInterval(2000, { perRootSecond: 0.0001, horizonSeconds: 10_000, confidence: 0.95 });
	expect(Math.log(day.high / 2000)).toBeCloseTo(1.959963984540054 * 0.01, 12);
	expect(day.low * day.high).toBeCloseTo(2000 ** 2, 5);
	const longer = priceInterval(2000, { perRootSecond: 0.0001, horizonSeconds: 40_000, confidence: 0.95 });
	expect(Math.log(longer.high / 2000) / Math.log(day.high / 2000)).toBeCloseTo(2, 12);
	expect(priceInterval(2000, { perRootSecond: 0.0001, horizonSeconds: 0, confidence: 0.95 })).toEqual({ low: 2000, high: 2000 });
});

it("holds as often as it says, on random walks of the logarithm", () => {
	// Sums of twelve uniform numbers less six: mean 0, variance 1.
	let state = 12_345;
	const uniform = () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
	const sigma = 0.0002;
	const { low, high } = priceInterval(1, { perRootSecond: sigma, horizonSeconds: 25, confidence: 0.9 });
	let inside = 0;
	for (let walk = 0; walk < 4_000; walk++) {
		let log = 0;
		for (let second = 0; second < 25; second++) {
			let normal = -6;
			for (let i = 0; i < 12; i++) normal += uniform();
			log += sigma * normal;
		}
		if (Math.exp(log) > low && Math.exp(log) < high) inside++;
	}
	// Four standard errors of a share of 0.9 among 4,000.
	expect(Math.abs(inside / 4_000 - 0.9)).toBeLessThan(0.019);
});

it("refuses what is no probability, time or deviation, by the field's name", () => {
	const good = { perRootSecond: 0.0001, horizonSeconds: 12, confidence: 0.95 };
	expect(() => priceInterval(1, { ...good, confidence: 1 })).toThrow(/^confidence: 1 /);
	expect(() => priceInterval(1, { ...good, horizonSeconds: -1 })).toThrow(/^horizonSeconds: -1 /);
	expect(() => priceInterval(1, { ...good, perRootSecond: Number.NaN })).toThrow(/^perRootSecond: NaN /);
});

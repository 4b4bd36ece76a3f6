import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Combination, combine, type Probabilities, toPpm } from "./probability.ts";

const neutral: Combination = { weights: [1], floor: 1e-4, temperature: 1, bias: [0, 0, 0], smoothing: 0, prior: [1 / 3, 1 / 3, 1 / 3] };

describe("combine", () => {
	it("gives a single model's own opinion where nothing was fitted", () => {
		const [success, reverted, dropped] = combine([[0.7, 0.2, 0.1]], neutral);
		expect([success, reverted, dropped]).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.2, 12), expect.closeTo(0.1, 12)]);
	});

	it("is the weighted geometric mean, tempered, biased and mixed with the prior", () => {
		const models: Probabilities[] = [
			[0.6, 0.3, 0.1],
			[0.2, 0.5, 0.3],
		];
		const fitted: Combination = {
			weights: [0.75, 0.25],
			floor: 1e-4,
			temperature: 2,
			bias: [0.1, -0.2, 0.1],
			smoothing: 0.1,
			prior: [0.5, 0.25, 0.25],
		};
		const raw = [
			(0.6 ** 0.75 * 0.2 ** 0.25) ** 0.5 * Math.exp(0.1),
			(0.3 ** 0.75 * 0.5 ** 0.25) ** 0.5 * Math.exp(-0.2),
			(0.1 ** 0.75 * 0.3 ** 0.25) ** 0.5 * Math.exp(0.1),
		];
		const total = raw.reduce((sum, value) => sum + value, 0);
		combine(models, fitted).forEach((value, k) => {
			expect(value).toBeCloseTo(0.9 * ((raw[k] ?? 0) / total) + 0.1 * (fitted.prior[k] ?? 0), 12);
		});
	});

	it("lets no single model exclude an end", () => {
		const [success] = combine([[0, 0.5, 0.5]], neutral);
		expect(success).toBeGreaterThan(0.9e-4);
	});
});

describe("toPpm", () => {
	it("adds up to 1,000,000 for every distribution, each within a millionth of its probability", () => {
		const seed = Date.now();
		const part = fc.double({ min: 1e-9, max: 1, noNaN: true });
		fc.assert(
			fc.property(part, part, part, (a, b, c) => {
				const { successPpm, revertedPpm, notIncludedPpm } = toPpm([a, b, c]);
				expect(successPpm + revertedPpm + notIncludedPpm, `seed ${seed}`).toBe(1_000_000);
				expect(Math.abs(successPpm - (a / (a + b + c)) * 1_000_000), `seed ${seed}`).toBeLessThanOrEqual(1);
			}),
			{ seed, numRuns: 2000 },
		);
	});

	it("gives the missing millionth to the earlier class among equals", () => {
		expect(toPpm([1 / 3, 1 / 3, 1 / 3])).toEqual({ successPpm: 333_334, revertedPpm: 333_333, notIncludedPpm: 333_333 });
	});

	it.each([[[Number.NaN, 0.5, 0.5]], [[-0.1, 0.6, 0.5]], [[0, 0, 0]], [[Number.POSITIVE_INFINITY, 0, 0]]] as const)(
		"refuses %j, which is no distribution",
		(values) => {
			expect(() => toPpm(values)).toThrow(/are no distribution/);
		},
	);
});

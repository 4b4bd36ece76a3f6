import { describe, expect, it } from "vitest";
import type { FeatureInput } from "../domain/lifecycle.ts";
import { computeFeatures } from "./features.ts";
import { opportunity } from "./fixtures/opportunity.ts";
import { scoreByRules } from "./rules.ts";

const success = (change: (input: FeatureInput) => FeatureInput) => scoreByRules(computeFeatures(change(opportunity()))).score.successPpm;
const withProfit = (grossProfit: string) => (input: FeatureInput) => ({ ...input, detect: { ...input.detect, grossProfit } });

describe("scoreByRules", () => {
	it("never trusts a submission more for a smaller profit, a longer wait or worse recent outcomes", () => {
		const profits = ["2000000000000000", "5000000000000000", "10000000000000000", "90000000000000000"].map((p) => success(withProfit(p)));
		expect(profits).toEqual([...profits].sort((a, b) => a - b));
		const ages = [104, 103, 102, 101, 100].map((headNumber) => success((input) => ({ ...input, headNumber })));
		expect(ages).toEqual([...ages].sort((a, b) => a - b));
		const settled = [0, 5, 10, 20].map((n) =>
			success((input) => ({ ...input, recent: { submitted: 20, settled: n, reverted: 20 - n, dropped: 0 } })),
		);
		expect(settled).toEqual([...settled].sort((a, b) => a - b));
		for (const series of [profits, ages, settled]) expect(new Set(series).size).toBe(series.length);
	});

	it("adds up to 1,000,000 and says what it rests on", () => {
		const { score, reasons } = scoreByRules(computeFeatures(opportunity()));
		expect(score.successPpm + score.revertedPpm + score.notIncludedPpm).toBe(1_000_000);
		expect(reasons[0]).toBe("rules without a model: 5 settled, 1 reverted, 3 dropped of 9 recent submissions, with a cautious prior");
		expect(reasons[1]).toMatch(/^profit is 2\.50 times the gas cost, candidate 1 blocks old/);
	});

	it("starts a chain without history below even odds, with reverts possible", () => {
		const { score } = scoreByRules(
			computeFeatures({ ...opportunity(), headNumber: 100, recent: { submitted: 0, settled: 0, reverted: 0, dropped: 0 } }),
		);
		expect(score.successPpm).toBeLessThan(400_000);
		expect(score.successPpm).toBeGreaterThan(200_000);
		expect(score.revertedPpm).toBeGreaterThan(150_000);
	});
});

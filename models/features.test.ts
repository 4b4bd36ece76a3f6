import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArbError } from "../domain/errors.ts";
import type { FeatureInput } from "../domain/lifecycle.ts";
import { computeFeatures, FEATURE_SCHEMA, featureVector, findBadFeature } from "./features.ts";
import { opportunity } from "./fixtures/opportunity.ts";
import { schemaJson } from "./training/write-schema.ts";

const names = FEATURE_SCHEMA.features.map(({ name }) => name);

describe("feature schema", () => {
	it("is the same in TypeScript and in the JSON that Python reads", () => {
		expect(readFileSync(new URL("./feature-schema.json", import.meta.url), "utf8")).toBe(schemaJson());
	});

	it("names each feature once, and the computed features in the same order", () => {
		expect(new Set(names).size).toBe(names.length);
		expect(Object.keys(computeFeatures(opportunity()))).toEqual(names);
	});
});

describe("computeFeatures", () => {
	it("computes what can be computed by hand", () => {
		const features = computeFeatures(opportunity());
		const gasCost = 360_000 * 10e9;
		const net = 1e16 - 1e15 - gasCost;
		const expected: Record<string, number> = {
			hop_count: 2,
			v2_hop_share: 0.5,
			dex_count: 2,
			lp_fee_sum: 35,
			lp_fee_max: 30,
			// 2000 USDC per WETH here, 1980 there, both fees paid.
			spot_gap: ((2000 / 1980) * 0.997 * 0.9995 - 1) * 10_000,
			amount_in_log10: 0,
			gross_profit_log10: -2,
			gross_return: 100,
			flash_fee_share: 0.1,
			gas_estimate: 360,
			gas_cost_log10: Math.log10(gasCost / 1e18),
			profit_to_gas_log10: Math.log10(9e15 / gasCost),
			net_profit_asinh: Math.asinh(net / 1e9),
			base_fee_log10: Math.log10(9),
			base_fee_change: 0.125,
			priority_fee_share: 0.1,
			impact_max: 0.002,
			impact_sum: 0.003,
			// x = L / √P USDC units in the concentrated pool, 1 of 1,000 WETH in the pair.
			size_to_depth_max: Math.max(-3, Math.log10((1_992_013_962 * Math.sqrt(1e12 / 1980)) / 1e17)),
			size_to_depth_min: Math.min(-3, Math.log10((1_992_013_962 * Math.sqrt(1e12 / 1980)) / 1e17)),
			tick_distance_min: Math.log1p(20),
			optimum_flatness: 0.5,
			age_blocks: 1,
			found_after: 1.5,
			recent_ends_log: Math.log(10),
			recent_settled_share: 0.5,
			recent_reverted_share: 2 / 12,
			recent_dropped_share: 4 / 12,
		};
		for (const name of names) expect(features[name], name).toBeCloseTo(expected[name] ?? Number.NaN, 6);
	});

	it("looks for the next tick where the swap moves the price", () => {
		const input = opportunity();
		const [first, second] = input.candidate.route;
		if (first === undefined || second === undefined) throw new Error("the route has two hops");
		const turned = { ...second, tokenIn: second.tokenOut, tokenOut: second.tokenIn };
		const features = computeFeatures({ ...input, candidate: { ...input.candidate, route: [first, turned] } });
		expect(features.tick_distance_min).toBeCloseTo(Math.log1p(570), 9);
	});

	it("knows an expected loss by its sign and counts amounts below 1 wei as 1 wei", () => {
		const input = opportunity();
		const features = computeFeatures({ ...input, detect: { ...input.detect, grossProfit: "1000000000000" } });
		expect(features.net_profit_asinh).toBeLessThan(0);
		expect(features.profit_to_gas_log10).toBeCloseTo(-Math.log10(3.6e15), 9);
		expect(findBadFeature(features)).toBeNull();
	});

	it("is finite on a chain without base fee, without recent submissions and with other sizes not considered", () => {
		const input = opportunity();
		const features = computeFeatures({
			...input,
			candidate: { ...input.candidate, block: { ...input.candidate.block, baseFeePerGasWei: "0" } },
			price: { ...input.price, nextBaseFeePerGasWei: "0", priorityFeePerGasWei: "0" },
			detect: { ...input.detect, alternatives: [] },
			recent: { submitted: 0, settled: 0, reverted: 0, dropped: 0 },
		});
		expect(findBadFeature(features)).toBeNull();
		expect(features).toMatchObject({ base_fee_change: 0, optimum_flatness: 1, recent_ends_log: 0, recent_settled_share: 1 / 3 });
	});
});

describe("findBadFeature and featureVector", () => {
	const input = opportunity();
	const cases: readonly [string, FeatureInput, string][] = [
		["a hop without its pool's state", { ...input, candidate: { ...input.candidate, pools: [] } }, "lp_fee_sum"],
		["an amount of zero", { ...input, detect: { ...input.detect, amountIn: "0" } }, "gross_return"],
		[
			"a start token without a price",
			{
				...input,
				price: { ...input.price, startTokenPrice: { ...input.price.startTokenPrice, numeratorWei: "0", denominatorUnits: "0" } },
			},
			"amount_in_log10",
		],
		[
			"an infinite price impact",
			{ ...input, detect: { ...input.detect, hops: input.detect.hops.map((hop) => ({ ...hop, priceImpact: 1 / 0 })) } },
			"impact_max",
		],
	];
	it.each(cases)("name the feature that %s spoils", (_, spoiled, name) => {
		const features = computeFeatures(spoiled);
		expect(findBadFeature(features)).toBe(name);
		expect(() => featureVector(features)).toThrow(new RegExp(`^feature ${name} is (NaN|-?Infinity)`));
		try {
			featureVector(features);
		} catch (error) {
			expect(error).toMatchObject({ code: "model", retryable: false });
			expect(error).toBeInstanceOf(ArbError);
		}
	});

	it("refuse numbers that do not fit 32 bits, and missing ones", () => {
		expect(findBadFeature({ ...computeFeatures(input), gas_estimate: 1e39 })).toBe("gas_estimate");
		const { hop_count: _, ...rest } = computeFeatures(input);
		expect(findBadFeature(rest)).toBe("hop_count");
	});

	it("put the numbers into schema order, whatever the record's own order", () => {
		const features = computeFeatures(input);
		const turned = Object.fromEntries(Object.entries(features).reverse());
		expect([...featureVector(turned)]).toEqual(names.map((name) => Math.fround(features[name] ?? Number.NaN)));
	});
});

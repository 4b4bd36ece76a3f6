import { describe, expect, it } from "vitest";
import type { PriceSourceKind, RefusalCode } from "../../domain/price.ts";
import { combinePrice } from "./combination.ts";
import type { Reading } from "./observation.ts";
import { ratio } from "./ratio.ts";

function says(kind: PriceSourceKind, price: number, of: { readonly ageSeconds?: number; readonly tolerancePpm?: number } = {}): Reading {
	const observation = { kind, source: `${kind} of ${price}`, price: ratio(BigInt(price), 1n), ageSeconds: 0, tolerancePpm: 0, ...of };
	return { observation };
}

function refuses(kind: PriceSourceKind, code: RefusalCode): Reading {
	return { refusal: { kind, source: kind, code, message: `${kind}: ${code}` } };
}

interface Case {
	readonly name: string;
	readonly readings: readonly Reading[];
	/** Allowed disagreement besides tolerances: 1 % where absent. */
	readonly limit?: number;
	readonly gives: PriceSourceKind | RefusalCode;
}

const CASES: readonly Case[] = [
	{
		name: "a feed before a mean and a depth that agree",
		readings: [says("depth", 1_005), says("twap", 995), says("feed", 1_000)],
		gives: "feed",
	},
	{ name: "a mean before a depth where there is no feed", readings: [says("depth", 1_000), says("twap", 1_001)], gives: "twap" },
	{ name: "a depth where there is nothing else", readings: [says("depth", 1_000)], gives: "depth" },
	{
		name: "a depth beside a mean that must not be used",
		readings: [says("depth", 1_000), refuses("twap", "twap_too_short")],
		gives: "depth",
	},
	{ name: "just the limit apart", readings: [says("feed", 1_000), says("depth", 1_010)], gives: "feed" },
	{ name: "above the limit by a thousandth", readings: [says("feed", 1_000), says("depth", 1_011)], gives: "sources_disagree" },
	{ name: "below the limit downwards", readings: [says("feed", 1_000), says("depth", 989)], gives: "sources_disagree" },
	{
		name: "as far apart as limit, the feed's deviation and the pool's fee allow together",
		readings: [says("feed", 1_000, { tolerancePpm: 5_000 }), says("depth", 1_018, { tolerancePpm: 3_000 })],
		gives: "feed",
	},
	{
		name: "a millionth further than these",
		readings: [says("feed", 1_000_000, { tolerancePpm: 5_000 }), says("depth", 1_018_001, { tolerancePpm: 3_000 })],
		gives: "sources_disagree",
	},
	{
		name: "two that agree against one",
		readings: [says("feed", 1_000), says("twap", 1_000), says("depth", 1_100)],
		gives: "sources_disagree",
	},
	{ name: "a stale feed and a depth alone", readings: [refuses("feed", "feed_stale"), says("depth", 1_000)], gives: "feed_stale" },
	{ name: "a stale feed and a mean alone", readings: [refuses("feed", "feed_stale"), says("twap", 1_000)], gives: "feed_stale" },
	{
		name: "a stale feed, and mean and depth in agreement",
		readings: [refuses("feed", "feed_stale"), says("twap", 1_000), says("depth", 1_001)],
		gives: "twap",
	},
	{
		name: "a stale feed, and mean and depth that disagree",
		readings: [refuses("feed", "feed_stale"), says("twap", 1_000), says("depth", 1_100)],
		gives: "sources_disagree",
	},
	{ name: "a stale feed and nothing else", readings: [refuses("feed", "feed_stale")], gives: "feed_stale" },
	{
		name: "nothing usable: the most trusted source's reason",
		readings: [refuses("twap", "twap_thin"), refuses("feed", "feed_at_bound")],
		gives: "feed_at_bound",
	},
	{ name: "no source at all", readings: [], gives: "source_missing" },
];

describe("the combination of sources", () => {
	it.each(CASES)("$name: $gives", ({ readings, limit = 10_000, gives }) => {
		const combined = combinePrice({ readings, maxDisagreementPpm: limit });
		expect(combined.kind === "price" ? combined.observation.kind : combined.code).toBe(gives);
	});

	it("keeps the age of what gave the price, and says how far the others are from it", () => {
		const combined = combinePrice({
			readings: [says("depth", 1_004), says("feed", 1_000, { ageSeconds: 77 })],
			maxDisagreementPpm: 10_000,
		});
		expect(combined).toMatchObject({
			observation: { kind: "feed", ageSeconds: 77 },
			compared: [{ kind: "depth", source: "depth of 1004", distancePpm: 4_000, disagrees: false }],
		});
	});

	it("names the sources that it disagreed with, and only them", () => {
		const combined = combinePrice({
			readings: [says("feed", 1_000), says("twap", 1_001), says("depth", 1_100)],
			maxDisagreementPpm: 10_000,
		});
		expect(combined).toMatchObject({ kind: "refused", compared: [{ disagrees: false }, { disagrees: true, distancePpm: 100_000 }] });
		expect(combined).toMatchObject({ message: expect.stringMatching(/feed of 1000 is contradicted by depth depth of 1100 by 100000 ppm/) });
	});
});

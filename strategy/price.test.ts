import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PriceFacts } from "../domain/lifecycle.ts";
import type { RefusalCode, RefusedPrice } from "../domain/price.ts";
import { priced } from "../tests/fixtures/lifecycle.ts";
import { decidePrice, fromWei, toWei } from "./price.ts";

function refusedPrice(code: RefusalCode): RefusedPrice {
	return { token: priced.facts.startToken, quote: "native", code, message: code, compared: [] };
}

describe("price", () => {
	it("goes on with a young price of the start token", () => {
		expect(decidePrice(priced.facts)).toEqual(priced.decision);
	});

	const cases: readonly (readonly [string, string, Partial<PriceFacts>])[] = [
		["a missing price", "price_missing", { prices: [] }],
		["a price of nothing", "price_missing", { prices: priced.facts.prices.map((p) => ({ ...p, numeratorWei: "0" })) }],
		["a stale price", "price_stale", { headNumber: 103 }],
		["a refused price", "price_missing", { refusedPrices: [refusedPrice("feed_at_bound")] }],
		["a price whose feed is stale", "price_stale", { refusedPrices: [refusedPrice("feed_stale")] }],
		["a price that another source contradicts", "price_disputed", { refusedPrices: [refusedPrice("sources_disagree")] }],
		["prices of a stopped sequencer", "sequencer_down", { sequencer: { status: "down", message: "down" } }],
		["prices of a sequencer that has just come back", "sequencer_down", { sequencer: { status: "recovering", message: "back" } }],
		["a chain without a base fee", "gas_price_missing", { nextBaseFeePerGasWei: "0" }],
	];
	it.each(cases)("rejects %s as %s", (_, code, facts) => {
		expect(decidePrice({ ...priced.facts, ...facts })).toMatchObject({ kind: "reject", reason: { step: "price", code } });
	});

	it("goes on where what is refused is not what it depends on", () => {
		const refusedPrices = [
			{ ...refusedPrice("sources_disagree"), token: "0x01" },
			{ ...refusedPrice("feed_stale"), quote: "usd" as const },
		];
		const sequencer = { status: "up", forSeconds: 9 } as const;
		expect(decidePrice({ ...priced.facts, refusedPrices, sequencer })).toEqual(priced.decision);
	});

	it("hands on what the transaction's data costs, and nothing on a chain that posts none", () => {
		expect(priced.decision).toMatchObject({ l1DataFeeWei: "0" });
		expect(decidePrice({ ...priced.facts, l1DataFeeWei: "123" })).toMatchObject({ l1DataFeeWei: "123" });
	});

	it("never undercuts a bound in wei when it is expressed in token units", () => {
		const positive = fc.bigInt({ min: 1n, max: 10n ** 30n });
		fc.assert(
			fc.property(positive, positive, positive, (wei, numerator, denominator) => {
				const price = { numeratorWei: numerator.toString(), denominatorUnits: denominator.toString() };
				const units = fromWei(wei, price);
				expect(units * numerator >= wei * denominator).toBe(true);
				expect(toWei(units, price) >= 0n).toBe(true);
			}),
		);
	});
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PriceFacts } from "../domain/lifecycle.ts";
import { priced } from "../tests/fixtures/lifecycle.ts";
import { decidePrice, fromWei, toWei } from "./price.ts";

describe("price", () => {
	it("goes on with a young price of the start token", () => {
		expect(decidePrice(priced.facts)).toEqual(priced.decision);
	});

	const cases: readonly (readonly [string, string, Partial<PriceFacts>])[] = [
		["a missing price", "price_missing", { prices: [] }],
		["a price of nothing", "price_missing", { prices: priced.facts.prices.map((p) => ({ ...p, numeratorWei: "0" })) }],
		["a stale price", "price_stale", { headNumber: 103 }],
		["a chain without a base fee", "gas_price_missing", { nextBaseFeePerGasWei: "0" }],
	];
	it.each(cases)("rejects %s as %s", (_, code, facts) => {
		expect(decidePrice({ ...priced.facts, ...facts })).toMatchObject({ kind: "reject", reason: { step: "price", code } });
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

import { describe, expect, it } from "vitest";
import { crossChainGapPpm, type ScaledPrice, wholePrices } from "./best-price.ts";

const ETHER = 10n ** 18n;

/** One coin buys `bought` whole tokens, which sell for `soldFor` thousandths of a coin. */
function priceOf(of: { readonly bought: bigint; readonly soldFor: bigint; readonly decimals: number }): ScaledPrice {
	const { decimals } = of;
	return {
		price: {
			spent: ETHER.toString(),
			bought: (of.bought * 10n ** BigInt(decimals)).toString(),
			soldFor: ((of.soldFor * ETHER) / 1_000n).toString(),
		},
		decimals,
		quoteDecimals: 18,
	};
}

describe("the gap between two chains", () => {
	const cheap = priceOf({ bought: 2_000n, soldFor: 990n, decimals: 6 });
	const dear = priceOf({ bought: 1_900n, soldFor: 980n, decimals: 18 });

	it("is what is left of the amount spent after both pools' fees, whatever the decimals on each chain", () => {
		// 2,000 tokens at 0.980 coins for 1,900: 1.031578… coins.
		expect(crossChainGapPpm({ buy: cheap, sell: dear })).toBe(31_578n);
		// 1,900 tokens at 0.990 coins for 2,000: 0.9405 coins.
		expect(crossChainGapPpm({ buy: dear, sell: cheap })).toBe(-59_500n);
	});

	it("is rounded to our disadvantage on both sides of zero", () => {
		const third = priceOf({ bought: 3n, soldFor: 1_001n, decimals: 0 });
		expect(crossChainGapPpm({ buy: third, sell: third })).toBe(1_000n);
		const loss = priceOf({ bought: 1_500_001n, soldFor: 1_000n, decimals: 0 });
		expect(crossChainGapPpm({ buy: priceOf({ bought: 1_500_000n, soldFor: 1_000n, decimals: 0 }), sell: loss })).toBe(-1n);
	});
});

describe("a price in whole coins", () => {
	it("is what buying takes, rounded up, and what selling gives, rounded down", () => {
		const { buy, sell } = wholePrices(priceOf({ bought: 3n, soldFor: 1_000n, decimals: 6 }));
		expect([buy, sell]).toEqual([333_333_333_333_333_334n, 333_333_333_333_333_333n]);
	});
});

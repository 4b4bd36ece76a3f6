import type { PriceDecision, PriceFacts } from "../domain/lifecycle.ts";
import type { RejectionCode } from "../domain/outcome.ts";
import type { RefusalCode } from "../domain/price.ts";
import { reject } from "./rejection.ts";

/** Refusals of a price that say that its source is too old, and that two sources contradict each other; all others leave it missing. */
const REFUSED_AS: Readonly<Partial<Record<RefusalCode, RejectionCode>>> = { feed_stale: "price_stale", sources_disagree: "price_disputed" };

/** Are the prices that money depends on there, young enough and undisputed, on a chain whose sequencer runs? */
export function decidePrice(facts: PriceFacts): PriceDecision {
	const { sequencer } = facts;
	if (sequencer !== undefined && sequencer.status !== "up") return reject("price", "sequencer_down", sequencer.message);
	const refused = facts.refusedPrices?.find((price) => price.token === facts.startToken && price.quote === "native");
	if (refused !== undefined) return reject("price", REFUSED_AS[refused.code] ?? "price_missing", refused.message);
	const startTokenPrice = facts.prices.find((price) => price.token === facts.startToken);
	if (startTokenPrice === undefined)
		return reject("price", "price_missing", `no price of start token ${facts.startToken} in the native coin`);
	if (BigInt(startTokenPrice.numeratorWei) <= 0n || BigInt(startTokenPrice.denominatorUnits) <= 0n) {
		return reject("price", "price_missing", `price of ${facts.startToken} from ${startTokenPrice.source} is not positive`);
	}
	const age = facts.headNumber - startTokenPrice.blockNumber;
	if (age > facts.maxAgeBlocks) {
		return reject("price", "price_stale", `price of ${facts.startToken} is ${age} blocks old; at most ${facts.maxAgeBlocks} is allowed`);
	}
	if (BigInt(facts.nextBaseFeePerGasWei) <= 0n) {
		return reject(
			"price",
			"gas_price_missing",
			`the next block's base fee is ${facts.nextBaseFeePerGasWei} wei; a chain without one is not priced`,
		);
	}
	return {
		kind: "proceed",
		startTokenPrice,
		nextBaseFeePerGasWei: facts.nextBaseFeePerGasWei,
		priorityFeePerGasWei: facts.priorityFeePerGasWei,
		nativeUsd: facts.nativeUsd,
		l1DataFeeWei: facts.l1DataFeeWei ?? "0",
	};
}

/** Value of `units` base units in wei at a token's price, rounded down. */
export function toWei(units: bigint, price: { readonly numeratorWei: string; readonly denominatorUnits: string }): bigint {
	return (units * BigInt(price.numeratorWei)) / BigInt(price.denominatorUnits);
}

/** Base units of the token that are worth at least `wei`: rounded up, so that a bound in wei is never undercut. */
export function fromWei(wei: bigint, price: { readonly numeratorWei: string; readonly denominatorUnits: string }): bigint {
	const numerator = BigInt(price.numeratorWei);
	return (wei * BigInt(price.denominatorUnits) + numerator - 1n) / numerator;
}

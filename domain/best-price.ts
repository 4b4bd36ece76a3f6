import type { Amount } from "./amount.ts";

/**
 * What one chain's pools give for a token at best, at one block: what a stated amount of the wrapped native coin buys, and what that sells for. Each side
 * is the exact output of one pool, so pool fees and our own price impact are paid; gas is not.
 */
export interface BestPrice {
	readonly chainId: number;
	readonly token: string;
	/** The wrapped native coin. */
	readonly quoteToken: string;
	/** Base units of `quoteToken`. */
	readonly spent: Amount;
	/** Base units of `token` that `spent` buys in `buyPool`. */
	readonly bought: Amount;
	readonly buyPool: string;
	/** Base units of `quoteToken` that `bought` sells for in `sellPool`, at the same state. */
	readonly soldFor: Amount;
	readonly sellPool: string;
	readonly blockNumber: number;
	readonly blockHash: string;
	/** The block's timestamp, seconds. */
	readonly blockTimestamp: number;
}

/** A best price with the decimals of its two tokens. */
export interface ScaledPrice {
	readonly price: Pick<BestPrice, "spent" | "bought" | "soldFor">;
	readonly decimals: number;
	readonly quoteDecimals: number;
}

const MILLION = 1_000_000n;

/**
 * What buying on one chain and selling on the other would leave of the amount spent, in millionths of it, rounded down: 2,500 is 25 basis points. The other
 * chain's rate is that of its own amount, which is as much as the same coin buys there. Both must be prices of one asset in one other asset.
 */
export function crossChainGapPpm(of: { readonly buy: ScaledPrice; readonly sell: ScaledPrice }): bigint {
	const { buy, sell } = of;
	const bought = BigInt(buy.price.bought) * 10n ** BigInt(sell.decimals) * BigInt(sell.price.soldFor) * 10n ** BigInt(buy.quoteDecimals);
	const spent = BigInt(buy.price.spent) * 10n ** BigInt(buy.decimals) * BigInt(sell.price.bought) * 10n ** BigInt(sell.quoteDecimals);
	const difference = (bought - spent) * MILLION;
	const quotient = difference / spent;
	return difference < 0n && quotient * spent !== difference ? quotient - 1n : quotient;
}

/** Decimals that a price is written with. */
export const PRICE_DECIMALS = 18;

/** Whole coins for one whole token, in units of 1e-18: what buying takes, rounded up, and what selling gives, rounded down. */
export function wholePrices({ price, decimals, quoteDecimals }: ScaledPrice): { readonly buy: bigint; readonly sell: bigint } {
	const bought = BigInt(price.bought);
	const scale = 10n ** BigInt(decimals + PRICE_DECIMALS);
	const divisor = bought * 10n ** BigInt(quoteDecimals);
	return {
		buy: (BigInt(price.spent) * scale + divisor - 1n) / divisor,
		sell: (BigInt(price.soldFor) * scale) / divisor,
	};
}

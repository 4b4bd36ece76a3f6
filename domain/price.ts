import type { Amount } from "./amount.ts";

/**
 * Where a price comes from: a Chainlink feed, the mean over time of a Uniswap V3 pool's own observations, or the depth of a pool at the block. The order
 * is the order of trust.
 */
export const PRICE_SOURCE_KINDS = ["feed", "twap", "depth"] as const;
export type PriceSourceKind = (typeof PRICE_SOURCE_KINDS)[number];

/** Why a source, or a price as a whole, must not be used. */
export type RefusalCode =
	| "feed_unreadable"
	| "feed_incomplete_round"
	| "feed_not_positive"
	| "feed_at_bound"
	| "feed_stale"
	| "feed_ahead"
	| "twap_unreadable"
	| "twap_too_short"
	| "twap_thin"
	| "sources_disagree"
	| "source_missing";

/** Another source, and how far it is from the one that gave the price, in millionths of that. */
export interface ComparedSource {
	readonly kind: PriceSourceKind;
	readonly source: string;
	readonly distancePpm: number;
	/** Beyond what limit and tolerances allow. */
	readonly disagrees: boolean;
}

/** A price that may be used for nothing, and why. */
export interface RefusedPrice {
	readonly token: string;
	/** What it would have been a price in. */
	readonly quote: "native" | "usd";
	readonly code: RefusalCode;
	readonly message: string;
	readonly compared: readonly ComparedSource[];
}

/** `numeratorAttodollars` × 1e-18 US dollars buy `denominatorUnits` base units of the token. */
export interface UsdPrice {
	readonly token: string;
	readonly numeratorAttodollars: Amount;
	readonly denominatorUnits: Amount;
	readonly source: string;
	readonly blockNumber: number;
	readonly ageSeconds: number;
	readonly compared: readonly ComparedSource[];
	/** Where pools of one moment alone gave it: the least depth on the way, in wei. */
	readonly depthWei?: Amount;
}

/** What a rollup's uptime feed says: prices of a stopped sequencer, or of one that has just come back, are not to be traded on. */
export type SequencerStatus =
	| { readonly status: "up"; readonly forSeconds: number }
	| { readonly status: "down" | "recovering" | "unknown"; readonly message: string };

import type { BlockRef } from "../../domain/candidate.ts";
import type { PriceSourceKind, RefusalCode } from "../../domain/price.ts";
import type { Ratio } from "./ratio.ts";

/** What one source says a token is worth, as of one block. */
export interface Observation {
	readonly kind: PriceSourceKind;
	/** Address of the feed or pool, or the way through several joined by `>`. */
	readonly source: string;
	/** Worth of one base unit; in what (wei, or 1e-18 US dollars) its holder says. */
	readonly price: Ratio;
	/** Seconds from the moment that the source speaks of to the block: 0 where it reads the block itself, for a mean the half of its window. */
	readonly ageSeconds: number;
	/** What the source may be off by while it works as it should: a feed's deviation threshold, a tick's width. Millionths. */
	readonly tolerancePpm: number;
	/** What the price rests on where it is a pool's of one moment: the least depth on the way, in wei. */
	readonly depthWei?: bigint;
}

/** Why a source that is configured says nothing that may be used. */
export interface Refusal {
	readonly kind: PriceSourceKind;
	readonly source: string;
	readonly code: RefusalCode;
	readonly message: string;
}

export type Reading = { readonly observation: Observation } | { readonly refusal: Refusal };

/** The block that everything is read at; ages count from its timestamp, never from this machine's clock. */
export type PriceBlock = Pick<BlockRef, "number" | "hash" | "timestamp">;

/** Attodollars: 1e-18 US dollars, so that a base unit of a token with 18 decimals has the number of dollars of the whole token. */
export const ATTODOLLARS_PER_DOLLAR = 10n ** 18n;

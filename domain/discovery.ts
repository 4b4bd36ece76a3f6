import type { Pool } from "./pool.ts";

/** How pools are found: by the events that announce them, in a factory's own list, by deriving addresses of known tokens, or from a file of addresses. */
export const DISCOVERY_WAYS = ["events", "list", "derivation", "file"] as const;
export type DiscoveryWay = (typeof DISCOVERY_WAYS)[number];

/** A pool with where it was found: the block of the event that announced it, or the block at which a list, a factory or a vault knew it. */
export interface FoundPool extends Pool {
	readonly foundBy: DiscoveryWay;
	/** The row of the chain's dexes that it belongs to. */
	readonly source: string;
	readonly discoveredAtBlock: number;
}

/** A block that a cursor stood at. */
export interface BlockPoint {
	readonly number: number;
	readonly hash: string;
}

/** How far one row of a chain's dexes has been read in one way. */
export interface DiscoveryCursor {
	/** The row: name, family, factory and vault of the dex, one after the other. */
	readonly source: string;
	readonly way: "events" | "list";
	/** What was asked for: a cursor of another question (other tokens, other events) says nothing about this one. */
	readonly question: string;
	/** Events: blocks up to which everything was read, ascending, the last of them the cursor itself; earlier ones to go back to after a reorg. */
	readonly points: readonly BlockPoint[];
	/** List: how many of its entries were read. */
	readonly listed: number;
}

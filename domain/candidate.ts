import type { Amount } from "./amount.ts";
import type { PoolState } from "./pool.ts";
import type { Cycle } from "./route.ts";

/** A block, named so that reads can be pinned to it. `timestamp` is in seconds since 1970, UTC. */
export interface BlockRef {
	readonly number: number;
	readonly hash: string;
	readonly timestamp: number;
	readonly baseFeePerGasWei: Amount;
}

/** A transaction that waits to be included, and that a candidate stands behind in the same block. */
export interface FollowedTransaction {
	readonly transactionHash: string;
	/** Signed, as bytes: the bundle is made of it and ours. */
	readonly rawTransaction: string;
	/** Pools of the route whose states in the candidate are those after it. */
	readonly changedPools: readonly string[];
}

/** Larger ones would crowd the pool states out of the payload. */
export const MAX_FOLLOWED_BYTES = 8 * 1024;

/** A cycle that the search found worth a lifecycle, with the pool states it was found on (one per hop, in hop order). */
export interface Candidate {
	readonly chainId: number;
	readonly block: BlockRef;
	readonly route: Cycle;
	/** `routeHash` of the route, or `routeHashBehind` where it follows a transaction. */
	readonly routeHash: string;
	readonly startToken: string;
	/** The search's own optimum and profit, to be computed again by the `detect` step. */
	readonly amountIn: Amount;
	readonly grossProfit: Amount;
	readonly pools: readonly PoolState[];
	/** The watcher's number: the claim is refused when a later watcher exists. */
	readonly fencingNumber: number;
	/** Where the cycle opens only once this transaction has been executed on the block. */
	readonly follows?: FollowedTransaction;
	/** When the search returned it: epoch milliseconds, UTC. */
	readonly foundAtMs: number;
}

/** Candidates larger than this as JSON are rejected: with the steps' facts around it, a payload stays below 64 KiB. */
export const MAX_CANDIDATE_BYTES = 40 * 1024;

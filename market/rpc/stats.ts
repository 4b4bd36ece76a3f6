import type { BreakerState } from "./breaker.ts";
import type { FailureKind } from "./rpc-error.ts";

/** Counters of one method at one endpoint. */
export interface MethodStats {
	readonly calls: number;
	/** Answers that passed their checks. */
	readonly answers: number;
	readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
	/** Calls that were sent because another endpoint was slow. */
	readonly hedges: number;
	/** Calls that were sent because another endpoint had failed, or a whole round had. */
	readonly retries: number;
	/** Times that the endpoint was passed over because its budget was spent. */
	readonly overBudget: number;
	/** Milliseconds, over the latest answers; null before the first. */
	readonly p50Ms: number | null;
	readonly p95Ms: number | null;
}

export interface EndpointStats {
	readonly name: string;
	readonly breaker: BreakerState;
	/** What opened the breaker last, in words; empty where nothing did. */
	readonly why: string;
	/** Was its chain checked, and since its last fault? */
	readonly isVerified: boolean;
	/** Left of the pause that the node asked for (Retry-After) or that follows a refusal for its rate. */
	readonly pausedMs: number;
	/** Lower is asked first. */
	readonly score: number;
	readonly head: number | null;
	/** Blocks behind the highest head that any endpoint has shown; null before its first. */
	readonly headLag: number | null;
	readonly callsToday: number;
	readonly methods: Readonly<Record<string, MethodStats>>;
}

export interface PoolStats {
	readonly reads: number;
	/** Reads for which one more endpoint was asked because the first was slow; a bounded share of all. */
	readonly hedgedReads: number;
	/** Hedges that were due but not sent, the share being used up. */
	readonly hedgesWithheld: number;
	/** Further rounds over all endpoints, each after a jittered wait. */
	readonly retryRounds: number;
	/** Reads in which endpoints contradicted each other, whatever came of it. */
	readonly disagreements: number;
	/** Reads that ended with an error. */
	readonly failedReads: number;
	/** Block logs that were proved by the receipts root, and those that the bloom of a proved header showed to be none. */
	readonly provedLogs: number;
	readonly bloomEmptyLogs: number;
	readonly endpoints: readonly EndpointStats[];
}

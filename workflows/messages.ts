import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";

/** What can be asked of the actors. Each is idempotent by the key that it carries. */

/** Chain actor: stop or resume starting lifecycles, in the control row, which is where the dashboard's own switch writes too. */
export const setPausedUpdate = defineUpdate<{ readonly paused: boolean }, [{ readonly paused: boolean; readonly key: string }]>(
	"setPaused",
);
/** Chain actor: what it keeps alive. */
export const chainStatusQuery = defineQuery<ChainStatus>("status");

export interface ChainStatus {
	readonly chainId: number;
	/** How often `watchMarket` was started by this actor. */
	readonly watches: number;
	readonly lastWatchEnd: string | null;
}

/** Wallet actor: look at the wallet now instead of at the next interval. */
export const tendNowSignal = defineSignal("tendNow");
export const walletStatusQuery = defineQuery<WalletStatus>("status");

export interface WalletStatus {
	readonly address: string;
	readonly balanceWei: string | null;
	readonly nonce: number | null;
	/** What the last look came to. */
	readonly lastAction: string | null;
}

/** Epoch actor: close the open epoch now and publish its root; returns what was published, or null where nothing had accrued. */
export const closeEpochUpdate = defineUpdate<PublishedEpoch | null, [{ readonly key: string }]>("closeEpoch");
export const epochStatusQuery = defineQuery<{ readonly last: PublishedEpoch | null }>("status");

export interface PublishedEpoch {
	readonly epoch: number;
	readonly root: string;
	readonly totalCumulative: string;
	readonly transactionHash: string;
	readonly accounts: number;
}

/** Start arguments of the actors. */
export interface ChainActorInput {
	readonly chainId: number;
	readonly watches: number;
}

export interface WalletActorInput {
	readonly chainId: number;
	readonly address: string;
	readonly intervalSeconds: number;
}

export interface EpochActorInput {
	readonly chainId: number;
	readonly epochSeconds: number;
	readonly last: PublishedEpoch | null;
}

/** What the actors do through activities; `activities/` implements them. */
export interface ActorActivities {
	/** Heartbeats; returns by itself after some hours, because an activity ends with its actor's run. */
	watchMarket(input: { readonly chainId: number }): Promise<{ readonly why: string }>;
	setPaused(input: { readonly chainId: number; readonly paused: boolean }): Promise<void>;
	tendWallet(input: { readonly chainId: number; readonly address: string }): Promise<{
		readonly balanceWei: string;
		readonly nonce: number;
		readonly action: string;
	}>;
	closeEpoch(input: { readonly chainId: number }): Promise<PublishedEpoch | null>;
	/** Heartbeats with what it is at; what it has stored stands whatever ends it. */
	findPools(input: { readonly chainId: number }): Promise<{ readonly blockNumber: number; readonly summary: string }>;
	refreshTvl(input: { readonly chainId: number }): Promise<{ readonly blockNumber: number; readonly summary: string }>;
}

/** Names of the search attributes that make lifecycles findable in Temporal UI; registered at set-up. */
export const SEARCH_ATTRIBUTES = {
	chain: { name: "ArbChain", type: "KEYWORD" },
	outcome: { name: "ArbOutcome", type: "KEYWORD" },
	families: { name: "ArbFamilies", type: "KEYWORD_LIST" },
	netProfitEth: { name: "ArbNetProfitEth", type: "DOUBLE" },
} as const;

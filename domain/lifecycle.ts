import type { Amount } from "./amount.ts";
import type { BlockRef, Candidate } from "./candidate.ts";
import type { Posting } from "./ledger.ts";
import type { Mode, Outcome, Reason, Step } from "./outcome.ts";
import type { FlashLoan, LenderKind, Plan, RelayKind } from "./plan.ts";
import type { ComparedSource, PriceSourceKind, RefusedPrice, SequencerStatus, UsdPrice } from "./price.ts";

/**
 * What each step of a lifecycle observes (facts) and what a pure function of `strategy/` makes of it (decision). Both are in the
 * step's result, so a finished history is enough to take every decision again. All of it is JSON; amounts are decimal strings.
 */
export type Decision<Proceed> = ({ readonly kind: "proceed" } & Proceed) | { readonly kind: "reject"; readonly reason: Reason };

export interface StepResult<Facts, D> {
	readonly facts: Facts;
	readonly decision: D;
	/** Epoch milliseconds, UTC, and how long gathering and deciding took. */
	readonly startedAtMs: number;
	readonly elapsedMs: number;
}

// discover ------------------------------------------------------------------------------------------------------------

export interface DiscoverFacts {
	readonly candidateBytes: number;
	/** Pools and tokens of the route that the registry knows and allows. */
	readonly knownPools: readonly string[];
	readonly knownTokens: readonly string[];
	/** Pools of the route that are in quarantine; facts recorded before there was one lack it. */
	readonly quarantinedPools?: readonly string[];
	/** The chain's own hash at the candidate's block number; null where it has no such block. */
	readonly canonicalHash: string | null;
	readonly headNumber: number;
	readonly maxBlockAge: number;
	readonly control: { readonly mode: Mode; readonly paused: boolean; readonly killSwitch: boolean };
	readonly fencingNumber: number;
	/** The claim's record, where an earlier attempt of this lifecycle got that far. */
	readonly record: DecisionRecord | null;
}

/** `resume`: this lifecycle has already claimed; it goes on from the facts' record and decides nothing anew. */
export type DiscoverDecision = Decision<object> | { readonly kind: "resume" };

// price ---------------------------------------------------------------------------------------------------------------

/** `numeratorWei` wei buy `denominatorUnits` base units of the token. */
export interface TokenPrice {
	readonly token: string;
	readonly numeratorWei: Amount;
	readonly denominatorUnits: Amount;
	/** `wrapped-native`, or the feed or pool that gave it; several pools on the way are joined by `>`. */
	readonly source: string;
	/** The block that it was read at. */
	readonly blockNumber: number;
	/** These three only where the settings name more sources than pools. Seconds from what the source speaks of to the block. */
	readonly kind?: PriceSourceKind;
	readonly ageSeconds?: number;
	readonly compared?: readonly ComparedSource[];
}

export interface PriceFacts {
	readonly block: BlockRef;
	readonly prices: readonly TokenPrice[];
	/** USD per whole native coin, by feed or from the deepest stablecoin pool: for display and features only. Null where there is none or it is refused. */
	readonly nativeUsd: number | null;
	readonly nativeUsdSource: string;
	/** What the chain asks in the next block, and what recent blocks paid on top. */
	readonly nextBaseFeePerGasWei: Amount;
	readonly priorityFeePerGasWei: Amount;
	readonly headNumber: number;
	readonly maxAgeBlocks: number;
	readonly startToken: string;
	/** These three only where the settings name more sources than pools. */
	readonly usdPrices?: readonly UsdPrice[];
	readonly refusedPrices?: readonly RefusedPrice[];
	readonly sequencer?: SequencerStatus;
	/** What the transaction's data costs on a rollup, with amounts that do not compress in the places of those not decided yet; absent on other chains. */
	readonly l1DataFeeWei?: Amount;
}

export type PriceDecision = Decision<{
	readonly startTokenPrice: TokenPrice;
	readonly nextBaseFeePerGasWei: Amount;
	readonly priorityFeePerGasWei: Amount;
	readonly nativeUsd: number | null;
	/** Always 0 on chains that post no data to another. */
	readonly l1DataFeeWei: Amount;
}>;

// detect --------------------------------------------------------------------------------------------------------------

export interface DetectFacts {
	/** Pool states and route are the candidate's own, in the workflow's input; only what is not there stands here. */
	readonly loanLiquidity: Amount;
	/** What the lender takes of a loan, 1e18 being all of it; and the same in basis points, rounded up, as a feature. */
	readonly flashLoanFeePercentage: Amount;
	readonly flashLoanFeeBps: number;
	/** The one lender; the first of {@link lenders} where there are several, as are the three values before it. */
	readonly lender: LenderKind;
	/** The contract that lends. */
	readonly vault: string;
	/** All lenders of the chain where it has others than one Balancer V2 vault: the decision picks one of them. */
	readonly lenders?: readonly LoanTerms[];
}

/** What one lender has of the start token, and on which terms. */
export interface LoanTerms {
	readonly lender: LenderKind;
	/** The contract that lends. */
	readonly address: string;
	/** Base units that can be borrowed: 0 where it does not lend the token, or not now. */
	readonly liquidity: Amount;
	/** `⌊(amount × share + rounding) ÷ of⌋`, as `LoanFee` in loan-fee.ts. */
	readonly fee: { readonly share: Amount; readonly of: Amount; readonly rounding: Amount };
}

export interface DetectedHop {
	readonly amountIn: Amount;
	readonly amountOut: Amount;
	/** Relative difference between execution and spot price, caused by our own size: 0.01 is 1 %. */
	readonly priceImpact: number;
	/** Units out per unit in of an infinitesimal trade before fees, and the fee: of families whose states do not tell them by themselves. */
	readonly spotPrice?: number;
	readonly feeBps?: number;
}

export type DetectDecision = Decision<{
	readonly amountIn: Amount;
	readonly amountOut: Amount;
	readonly grossProfit: Amount;
	readonly flashLoanFee: Amount;
	/** Who lends, where there was a choice; its fee in basis points, rounded up, is a feature. */
	readonly loan?: { readonly lender: LenderKind; readonly address: string; readonly feeBps: number };
	readonly hops: readonly DetectedHop[];
	/** Gas that such a route is expected to use. */
	readonly gasEstimate: Amount;
	/** Other sizes that were considered, with their gross profit. */
	readonly alternatives: readonly { readonly amountIn: Amount; readonly grossProfit: Amount }[];
}>;

// score ---------------------------------------------------------------------------------------------------------------

/** What the chain's last lifecycles came to, as a feature of competition. */
export interface RecentOutcomes {
	readonly submitted: number;
	readonly settled: number;
	readonly reverted: number;
	readonly dropped: number;
}

/** What is known before a submission: the input of `models/features.ts`. */
export interface FeatureInput {
	readonly candidate: Candidate;
	readonly price: Proceed<PriceDecision>;
	readonly detect: Proceed<DetectDecision>;
	readonly flashLoanFeeBps: number;
	readonly recent: RecentOutcomes;
	readonly headNumber: number;
}

export interface ScoreFacts {
	readonly recent: RecentOutcomes;
	readonly headNumber: number;
	readonly flashLoanFeeBps: number;
	/** Hash of the registered ensemble, or null where none is and rules decide. */
	readonly ensemble: string | null;
	readonly minExpectedValueWei: Amount;
	readonly maxLossProbabilityPpm: number;
	/** Bound on the input while no model decides; base units of the start token. */
	readonly maxAmountInWithoutModel: Amount;
}

/** Calibrated probabilities of the three ends of a submission, in millionths; they add up to 1,000,000. */
export interface Score {
	readonly successPpm: number;
	readonly revertedPpm: number;
	readonly notIncludedPpm: number;
}

export type ScoreDecision = Decision<{
	readonly score: Score;
	/** Each model's own probability of success, before combination. */
	readonly models: Readonly<Record<string, number>>;
	readonly decidedBy: "ensemble" | "rules";
	readonly features: Readonly<Record<string, number>>;
	readonly featureVersion: number;
	readonly expectedNetProfitWei: Amount;
	readonly expectedValueWei: Amount;
	readonly risk: { readonly lossPpm: number; readonly netProfitQuantile05Wei: Amount };
	readonly reasons: readonly string[];
}>;

// plan ----------------------------------------------------------------------------------------------------------------

export interface Simulation {
	readonly ok: boolean;
	readonly gasUsed: Amount;
	/** What the executor returned as profit; base units of the start token. */
	readonly profit: Amount;
	readonly revertReason: string | null;
	readonly blockNumber: number;
}

export interface PlanFacts {
	readonly draft: PlanDraft;
	readonly calldata: string;
	readonly simulation: Simulation;
	readonly headNumber: number;
	readonly limits: Limits;
	readonly usage: Usage;
	readonly relays: readonly { readonly kind: RelayKind; readonly inclusionSharePpm: number; readonly exposurePpm: number }[];
	/** Pools of the route whose states differ from the chain's at the candidate's block; facts recorded before they were compared lack it. */
	readonly mismatches?: readonly { readonly pool: string; readonly fields: readonly string[] }[];
	/** Share of the submissions that explore the second-best relay, in millionths; facts recorded before there was exploration lack it. */
	readonly explorationPpm?: number;
}

/** The part of a plan that can be derived without asking the chain. */
export interface PlanDraft {
	readonly executor: string;
	readonly profitRecipient: string;
	readonly flashLoan: FlashLoan;
	readonly minProfit: Amount;
	readonly maxFeePerGasWei: Amount;
	readonly maxPriorityFeePerGasWei: Amount;
	readonly targetBlock: number;
	readonly deadlineBlock: number;
}

/** Bounds that stop a chain by themselves; from the control row. */
export interface Limits {
	readonly maxAmountIn: Amount;
	readonly maxGasCostWei: Amount;
	readonly maxLossWeiPerDay: Amount;
	readonly maxSubmissionsPerMinute: number;
}

/** What has been used of {@link Limits}. */
export interface Usage {
	readonly lossWeiToday: Amount;
	readonly submissionsLastMinute: number;
}

export type PlanDecision = Decision<{ readonly plan: Plan }>;

// submit --------------------------------------------------------------------------------------------------------------

/** One signed transaction under one nonce. */
export interface Submission {
	readonly chainId: number;
	readonly wallet: string;
	readonly nonce: number;
	readonly transactionHash: string;
	readonly relay: RelayKind;
	readonly targetBlock: number;
	readonly deadlineBlock: number;
}

/** What the claim transaction stores before anything is broadcast: enough to go on after any crash. */
export interface DecisionRecord {
	readonly workflowId: string;
	readonly candidate: Candidate;
	readonly discover: StepResult<DiscoverFacts, DiscoverDecision>;
	readonly price: StepResult<PriceFacts, PriceDecision>;
	readonly detect: StepResult<DetectFacts, DetectDecision>;
	readonly score: StepResult<ScoreFacts, ScoreDecision>;
	readonly plan: StepResult<PlanFacts, PlanDecision>;
	readonly submission: Submission;
}

export interface SubmitFacts {
	readonly claim: { readonly kind: "claimed"; readonly submission: Submission } | { readonly kind: "refused"; readonly reason: Reason };
	/** What happened to the stored bytes in this attempt. */
	readonly broadcast:
		| { readonly kind: "accepted"; readonly atMs: number }
		| { readonly kind: "already-broadcast" }
		| { readonly kind: "withheld"; readonly why: string }
		| null;
}

export type SubmitDecision = Decision<{ readonly submission: Submission }>;

// confirm -------------------------------------------------------------------------------------------------------------

export interface ReceiptLog {
	readonly address: string;
	readonly topics: readonly string[];
	readonly data: string;
}

/** A receipt's facts as far as money depends on them. */
export interface ReceiptFacts {
	readonly transactionHash: string;
	readonly blockNumber: number;
	readonly blockHash: string;
	readonly from: string;
	readonly status: "success" | "reverted";
	readonly gasUsed: Amount;
	readonly effectiveGasPriceWei: Amount;
	readonly logs: readonly ReceiptLog[];
}

/** How the submission ended on chain; `reorgs` counts how often its block was taken back on the way. */
export type Confirmation =
	| { readonly kind: "confirmed"; readonly receipt: ReceiptFacts; readonly depth: number; readonly reorgs: number }
	| { readonly kind: "reverted"; readonly receipt: ReceiptFacts; readonly depth: number; readonly reorgs: number; readonly reason: Reason }
	| {
			readonly kind: "dropped";
			readonly reason: Reason;
			readonly reorgs: number;
			/** Our own empty transaction, where one had to spend the nonce. */
			readonly cancellation: ReceiptFacts | null;
	  };

// distribute ----------------------------------------------------------------------------------------------------------

/** What a lifecycle came to, for the one transaction that writes its outcome. */
export interface Conclusion {
	readonly workflowId: string;
	readonly runId: string;
	readonly candidate: Candidate;
	readonly discover: StepResult<DiscoverFacts, DiscoverDecision> | null;
	readonly price: StepResult<PriceFacts, PriceDecision> | null;
	readonly detect: StepResult<DetectFacts, DetectDecision> | null;
	readonly score: StepResult<ScoreFacts, ScoreDecision> | null;
	readonly plan: StepResult<PlanFacts, PlanDecision> | null;
	readonly submission: Submission | null;
	readonly confirmation: Confirmation | null;
	/** Where no confirmation decides it. */
	readonly rejection: Reason | null;
}

export interface DistributeDecision {
	readonly outcome: Outcome;
	readonly reason: Reason | null;
	readonly postings: readonly Posting[];
	readonly grossProfit: Amount;
	readonly flashLoanFee: Amount;
	readonly gasCostWei: Amount;
	readonly relayPaymentWei: Amount;
	readonly netProfitWei: Amount;
	/** The net profit's split by the configured shares; already inside `postings`. */
	readonly accruals: readonly { readonly account: string; readonly amount: Amount }[];
}

/** Whose event counts, where profit must have arrived, and whom it accrues to. */
export interface DistributeFacts {
	readonly executor: string;
	readonly treasury: string;
	readonly shares: readonly { readonly account: string; readonly shareBps: number }[];
}

/** Result of a lifecycle: what its workflow returns. */
export interface LifecycleResult {
	readonly outcome: Outcome;
	readonly reason: Reason | null;
	readonly netProfitWei: Amount;
	readonly transactionHash: string | null;
}

/** One step's entry in the event feed. */
export interface StepEvent {
	readonly workflowId: string;
	readonly chainId: number;
	readonly step: Step;
	readonly status: "done" | "rejected" | Outcome;
	readonly atMs: number;
	readonly detail: string;
}

/** A decision to go on, with what it found. */
export type Proceed<D> = Extract<D, { kind: "proceed" }>;

/** The steps as the workflow calls them; `activities/` implements them. */
export interface LifecycleActivities {
	discover(input: { readonly candidate: Candidate }): Promise<StepResult<DiscoverFacts, DiscoverDecision>>;
	price(input: { readonly candidate: Candidate }): Promise<StepResult<PriceFacts, PriceDecision>>;
	detect(input: { readonly candidate: Candidate }): Promise<StepResult<DetectFacts, DetectDecision>>;
	score(input: {
		readonly candidate: Candidate;
		readonly price: Proceed<PriceDecision>;
		readonly detect: Proceed<DetectDecision>;
		readonly flashLoanFeeBps: number;
	}): Promise<StepResult<ScoreFacts, ScoreDecision>>;
	plan(input: {
		readonly candidate: Candidate;
		readonly price: Proceed<PriceDecision>;
		readonly detect: Proceed<DetectDecision>;
		readonly loan: DetectFacts;
		readonly score: Proceed<ScoreDecision>;
	}): Promise<StepResult<PlanFacts, PlanDecision>>;
	submit(input: {
		readonly record: Omit<DecisionRecord, "submission">;
		readonly plan: Plan;
	}): Promise<StepResult<SubmitFacts, SubmitDecision>>;
	confirm(input: { readonly submission: Submission; readonly plan: Plan }): Promise<Confirmation>;
	distribute(input: Conclusion): Promise<StepResult<DistributeFacts, DistributeDecision>>;
}

import type { Amount } from "./amount.ts";
import type { FollowedTransaction } from "./candidate.ts";
import type { PoolDetails, PoolState, ProtocolFamily } from "./pool.ts";

/** How the input of the cycle is borrowed. Amounts in base units of the start token. */
export interface FlashLoan {
	readonly lender: "balancer-v2";
	readonly vault: string;
	readonly token: string;
	readonly amount: Amount;
	readonly fee: Amount;
}

/** One swap as the executor contract performs it. */
export interface PlannedHop {
	readonly pool: string;
	readonly family: ProtocolFamily;
	readonly tokenIn: string;
	readonly tokenOut: string;
	readonly amountIn: Amount;
	readonly amountOut: Amount;
	/** Millionths; 0 where the pool knows its own and the executor need not. */
	readonly feePips: number;
	/** These two for all families but Uniswap V2 and V3: the pool's tokens in its own order, and its details. */
	readonly tokens?: readonly string[];
	readonly details?: PoolDetails;
}

/** What the executor has to know of a pool beyond its name. */
export function executionFacts(pool: PoolState): Pick<PlannedHop, "feePips" | "tokens" | "details"> {
	if (pool.family === "uniswap-v2" || pool.family === "uniswap-v3") return { feePips: pool.feePips };
	return { feePips: 0, tokens: pool.tokens, ...(pool.details === undefined ? {} : { details: pool.details }) };
}

/**
 * `bundle`: a private route that includes the transaction whole and successful within its target blocks, or not at all.
 * `public`: the node's mempool, seen by everyone; a transaction that fails there pays its gas.
 */
export type RelayKind = "bundle" | "public";

/** Everything the transaction is built from. `deadlineBlock` is the last block in which it may be included. */
export interface Plan {
	readonly chainId: number;
	readonly executor: string;
	readonly profitRecipient: string;
	readonly startToken: string;
	readonly amountIn: Amount;
	readonly hops: readonly PlannedHop[];
	readonly flashLoan: FlashLoan;
	/** The executor reverts below this: base units of the start token, after repaying the loan. */
	readonly minProfit: Amount;
	readonly calldata: string;
	readonly gasLimit: Amount;
	readonly maxFeePerGasWei: Amount;
	readonly maxPriorityFeePerGasWei: Amount;
	readonly relay: RelayKind;
	/** Set where this submission explores: the relay that was worth more. */
	readonly exploredInsteadOf?: RelayKind;
	/** Set where ours stands behind another's transaction, in one bundle with it. */
	readonly follows?: FollowedTransaction;
	readonly targetBlock: number;
	readonly deadlineBlock: number;
	readonly expectedGrossProfit: Amount;
	readonly expectedNetProfitWei: Amount;
}

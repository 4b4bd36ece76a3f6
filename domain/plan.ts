import type { Amount } from "./amount.ts";
import type { FollowedTransaction } from "./candidate.ts";
import type { PoolDetails, PoolState, ProtocolFamily } from "./pool.ts";

/** Whom the executor can borrow from. */
export const LENDER_KINDS = ["balancer-v2", "aave-v3", "morpho-blue"] as const;
export type LenderKind = (typeof LENDER_KINDS)[number];

/** How the input of the cycle is borrowed. Amounts in base units of the start token. */
export interface FlashLoan {
	readonly lender: LenderKind;
	/** The contract that lends, whatever its kind: Balancer V2's vault was the first. */
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
	/** Uniswap V4 only, whose pools are named by it. */
	readonly tickSpacing?: number;
}

/** What the executor has to know of a pool beyond its name. */
export function executionFacts(pool: PoolState): Pick<PlannedHop, "feePips" | "tokens" | "details" | "tickSpacing"> {
	if (pool.family === "uniswap-v2" || pool.family === "uniswap-v3") return { feePips: pool.feePips };
	const { tokens, details, tickSpacing } = pool;
	return {
		...{ feePips: 0, tokens },
		...(details === undefined ? {} : { details }),
		...(pool.family === "uniswap-v4" && typeof tickSpacing === "number" ? { tickSpacing } : {}),
	};
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

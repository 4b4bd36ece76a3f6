import type { ChainConfig } from "../../config/chain.ts";
import type { LedgerEntry } from "../../db/ledger.ts";
import type { OpportunitySummary, OpportunityDetail as StoredDetail } from "../../db/opportunities.ts";
import type { StoredSubmission } from "../../db/submissions.ts";
import { NATIVE_ASSET } from "../../domain/ledger.ts";
import { describeToken, nativeAmount, type TokenAmount, tokenAmount } from "../amounts.ts";
import { checksummed } from "../checksum.ts";
import type { ApiDependencies } from "../dependencies.ts";
import type { HopDetail, Money, Opportunity, OpportunityDetail } from "./schema.ts";
import { lastStep, presentSteps } from "./steps.ts";

/** What rows are presented with. */
export type Presenting = Pick<ApiDependencies, "chains" | "temporal">;

function chainOf(deps: Presenting, chainId: number): ChainConfig | null {
	return deps.chains.find((chain) => chain.chainId === chainId) ?? null;
}

/** One lifecycle as lists show it. */
export function presentOpportunity(row: OpportunitySummary, deps: Presenting): Opportunity {
	const chain = chainOf(deps, row.chainId);
	const { successPpm, revertedPpm, notIncludedPpm, decidedBy } = row;
	const hasScore = successPpm !== null && revertedPpm !== null && notIncludedPpm !== null && decidedBy !== null;
	const id = encodeURIComponent(row.workflowId);
	return {
		workflowId: row.workflowId,
		chainId: row.chainId,
		blockNumber: row.blockNumber,
		blockHash: row.blockHash,
		route: row.route.map((hop) => ({
			pool: checksummed(hop.pool),
			dex: hop.dex,
			family: hop.family,
			tokenIn: describeToken(chain, hop.tokenIn),
			tokenOut: describeToken(chain, hop.tokenOut),
		})),
		amountIn: tokenAmount(chain, row.startToken, row.amountIn),
		detectedGrossProfit: tokenAmount(chain, row.startToken, row.expectedGrossProfit),
		expectedNetProfit: row.expectedNetProfit === null ? null : nativeAmount(chain, row.expectedNetProfit),
		score: hasScore ? { successPpm, revertedPpm, notIncludedPpm, decidedBy } : null,
		relay: row.relay,
		outcome: row.outcome,
		reason: row.reason,
		step: lastStep({ outcome: row.outcome, reasonStep: row.reason?.step ?? null, hasTransaction: row.transactionHash !== null }),
		money: presentMoney(chain, row),
		transactionHash: row.transactionHash,
		createdAt: row.createdAt.toISOString(),
		concludedAt: row.concludedAt?.toISOString() ?? null,
		links: {
			dashboard: `/opportunities/${id}`,
			temporal:
				deps.temporal.uiUrl === null
					? null
					: `${deps.temporal.uiUrl.replace(/\/$/, "")}/namespaces/${encodeURIComponent(deps.temporal.namespace)}/workflows/${id}`,
			transaction:
				chain?.explorerUrl === undefined || row.transactionHash === null
					? null
					: `${chain.explorerUrl.replace(/\/$/, "")}/tx/${row.transactionHash}`,
		},
	};
}

/** Null until the lifecycle is concluded. */
function presentMoney(chain: ChainConfig | null, row: OpportunitySummary): Money | null {
	const { grossProfit, flashLoanFee, gasCost, relayPayment, netProfit } = row;
	if (grossProfit === null || flashLoanFee === null || gasCost === null || relayPayment === null || netProfit === null) return null;
	return {
		grossProfit: tokenAmount(chain, row.startToken, grossProfit),
		flashLoanFee: tokenAmount(chain, row.startToken, flashLoanFee),
		gasCost: nativeAmount(chain, gasCost),
		relayPayment: nativeAmount(chain, relayPayment),
		netProfit: nativeAmount(chain, netProfit),
	};
}

/** One lifecycle with everything that is known of it. */
export function presentDetail(row: StoredDetail, deps: Presenting): OpportunityDetail {
	const chain = chainOf(deps, row.chainId);
	const price = row.steps.price?.decision;
	const summary = presentOpportunity(row, deps);
	return {
		...summary,
		runId: row.runId,
		routeHash: row.routeHash,
		nativeUsd: price?.kind === "proceed" ? price.nativeUsd : null,
		hops: presentHops(chain, row, summary),
		steps: presentSteps({ ...row, chain }),
		submission: row.submission === null ? null : presentSubmission(row.submission),
		ledger: row.ledger.flatMap((entry) => presentEntry(chain, entry)),
		events: row.events.map((event) => ({
			seq: event.seq,
			step: event.step,
			status: event.status,
			at: new Date(event.atMs).toISOString(),
			detail: event.detail,
			netProfitWei: event.netProfitWei,
		})),
	};
}

function presentHops(chain: ChainConfig | null, row: StoredDetail, summary: Opportunity): HopDetail[] {
	const detected = row.steps.detect?.decision;
	const planned = row.steps.plan?.decision;
	return summary.route.map((hop, index) => {
		const found = detected?.kind === "proceed" ? detected.hops[index] : undefined;
		return {
			...hop,
			feePips: planned?.kind === "proceed" ? (planned.plan.hops[index]?.feePips ?? null) : null,
			amountIn: found === undefined ? null : tokenAmount(chain, hop.tokenIn.address, found.amountIn),
			amountOut: found === undefined ? null : tokenAmount(chain, hop.tokenOut.address, found.amountOut),
			priceImpact: found?.priceImpact ?? null,
		};
	});
}

function presentSubmission(stored: StoredSubmission): OpportunityDetail["submission"] {
	const { submission } = stored;
	return {
		wallet: checksummed(submission.wallet),
		nonce: submission.nonce,
		transactionHash: submission.transactionHash,
		relay: submission.relay,
		targetBlock: submission.targetBlock,
		deadlineBlock: submission.deadlineBlock,
		status: stored.status,
		claimedAt: stored.claimedAt.toISOString(),
		broadcastAt: stored.broadcastAt?.toISOString() ?? null,
		includedBlock: stored.includedBlock,
		resolvedAt: stored.resolvedAt?.toISOString() ?? null,
	};
}

/** An amount of a ledger line: its asset is the native coin or a token. */
export function ledgerAmount(chain: ChainConfig | null, asset: string, raw: string): TokenAmount {
	return asset === NATIVE_ASSET ? nativeAmount(chain, raw) : tokenAmount(chain, asset, raw);
}

function presentEntry(chain: ChainConfig | null, entry: LedgerEntry): OpportunityDetail["ledger"] {
	return entry.postings.map((posting) => ({
		entryId: entry.id,
		account: posting.account,
		debit: posting.debit === "0" ? null : ledgerAmount(chain, posting.asset, posting.debit),
		credit: posting.credit === "0" ? null : ledgerAmount(chain, posting.asset, posting.credit),
	}));
}

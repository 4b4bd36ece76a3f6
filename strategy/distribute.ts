import { ArbError } from "../domain/errors.ts";
import { readExecuted, transfersTo } from "../domain/executor-events.ts";
import { credit, debit, NATIVE_ASSET, type Posting } from "../domain/ledger.ts";
import type { Conclusion, DistributeDecision, DistributeFacts, ReceiptFacts } from "../domain/lifecycle.ts";
import type { Outcome } from "../domain/outcome.ts";

const BPS = 10_000n;

/** Gas paid, from the receipt: the priority fee is inside the effective price. */
export function gasCostOf(receipt: Pick<ReceiptFacts, "gasUsed" | "effectiveGasPriceWei">): bigint {
	return BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPriceWei);
}

/** The lines of a gas payment by one of our wallets. */
export function gasPostings(wallet: string, costWei: bigint): Posting[] {
	if (costWei === 0n) return [];
	return [debit("expense:gas", NATIVE_ASSET, costWei), credit(`asset:wallet:${wallet.toLowerCase()}`, NATIVE_ASSET, costWei)];
}

/**
 * The lifecycle's outcome and its bookkeeping, from the receipt's own logs.
 *
 * @throws ArbError `ledger` where the executor's event and the token transfers of the same receipt disagree: nothing is booked then.
 */
export function decideDistribute(conclusion: Conclusion, facts: DistributeFacts): DistributeDecision {
	const { confirmation } = conclusion;
	if (confirmation === null) {
		if (conclusion.rejection === null) return unpaid("recorded", null);
		return unpaid(conclusion.rejection.code === "step_failed" ? "failed" : "rejected", conclusion.rejection);
	}
	switch (confirmation.kind) {
		case "confirmed":
			return settle(confirmation.receipt, facts);
		case "reverted": {
			const gasCostWei = gasCostOf(confirmation.receipt);
			return {
				...unpaid("reverted", confirmation.reason),
				postings: gasPostings(confirmation.receipt.from, gasCostWei),
				gasCostWei: gasCostWei.toString(),
				netProfitWei: (-gasCostWei).toString(),
			};
		}
		case "dropped": {
			const gasCostWei = confirmation.cancellation === null ? 0n : gasCostOf(confirmation.cancellation);
			return {
				...unpaid("dropped", confirmation.reason),
				postings: confirmation.cancellation === null ? [] : gasPostings(confirmation.cancellation.from, gasCostWei),
				gasCostWei: gasCostWei.toString(),
				netProfitWei: (-gasCostWei).toString(),
			};
		}
	}
}

function settle(receipt: ReceiptFacts, facts: DistributeFacts): DistributeDecision {
	const executed = readExecuted(receipt.logs, facts.executor);
	if (executed === null) {
		throw new ArbError({
			code: "ledger",
			message: `receipt ${receipt.transactionHash} succeeded without an Executed event of ${facts.executor}`,
			retryable: false,
		});
	}
	const received = transfersTo(receipt.logs, { token: executed.token, account: facts.treasury });
	if (received !== executed.profit || executed.grossProfit - executed.flashLoanFee !== executed.profit) {
		throw new ArbError({
			code: "ledger",
			message: `receipt ${receipt.transactionHash}: the treasury received ${received}, the executor reports ${executed.profit} = ${executed.grossProfit} - ${executed.flashLoanFee}`,
			retryable: false,
		});
	}
	const gasCostWei = gasCostOf(receipt);
	const postings: Posting[] = [
		debit("asset:treasury", executed.token, executed.profit),
		credit("income:gross-profit", executed.token, executed.grossProfit),
	];
	if (executed.flashLoanFee > 0n) postings.push(debit("expense:flash-loan-fee", executed.token, executed.flashLoanFee));
	postings.push(...gasPostings(receipt.from, gasCostWei));
	// Cycles start from the wrapped native coin (config/chain.ts), so profit and gas share one unit.
	const netProfitWei = executed.profit - gasCostWei;
	const accruals = accrualsOf(netProfitWei, facts.shares);
	postings.push(...accrualPostings(executed.token, accruals));
	return {
		outcome: "settled",
		reason: null,
		postings,
		grossProfit: executed.grossProfit.toString(),
		flashLoanFee: executed.flashLoanFee.toString(),
		gasCostWei: gasCostWei.toString(),
		relayPaymentWei: "0",
		netProfitWei: netProfitWei.toString(),
		accruals: accruals.map((a) => ({ account: a.account, amount: a.amount.toString() })),
	};
}

function unpaid(outcome: Outcome, reason: DistributeDecision["reason"]): DistributeDecision {
	return {
		outcome,
		reason,
		postings: [],
		grossProfit: "0",
		flashLoanFee: "0",
		gasCostWei: "0",
		relayPaymentWei: "0",
		netProfitWei: "0",
		accruals: [],
	};
}

/** The net profit split by the configured shares; the first account takes what integer division leaves. Nothing accrues from a loss. */
function accrualsOf(netProfit: bigint, shares: DistributeFacts["shares"]): { readonly account: string; readonly amount: bigint }[] {
	if (netProfit <= 0n) return [];
	const amounts = shares.map((share) => ({ account: share.account, amount: (netProfit * BigInt(share.shareBps)) / BPS }));
	const rest = netProfit - amounts.reduce((sum, a) => sum + a.amount, 0n);
	return amounts.map((a, i) => (i === 0 ? { ...a, amount: a.amount + rest } : a)).filter((a) => a.amount > 0n);
}

/** The lines of an accrual: the net profit becomes owed to the shares, in the start token. */
function accrualPostings(token: string, accruals: readonly { readonly account: string; readonly amount: bigint }[]): Posting[] {
	const total = accruals.reduce((sum, a) => sum + a.amount, 0n);
	if (total === 0n) return [];
	return [debit("expense:distributed", token, total), ...accruals.map((a) => credit(`liability:reward:${a.account}`, token, a.amount))];
}

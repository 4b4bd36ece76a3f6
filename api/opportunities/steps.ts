import type { ChainConfig } from "../../config/chain.ts";
import type { StoredSteps } from "../../db/rows.ts";
import { formatUnits } from "../../domain/amount.ts";
import type { Confirmation, ReceiptFacts } from "../../domain/lifecycle.ts";
import { type Outcome, type Reason, STEPS, type Step } from "../../domain/outcome.ts";
import type { Plan } from "../../domain/plan.ts";
import type { SequencerStatus } from "../../domain/price.ts";
import { nativeAmount, shortAddress, type TokenAmount, tokenAmount } from "../amounts.ts";
import { checksummed } from "../checksum.ts";
import type { StepDetail, StepItem } from "./schema.ts";

/** What the page of a lifecycle is made from, beside its steps. */
export interface Recorded {
	readonly chain: ChainConfig | null;
	readonly startToken: string;
	readonly blockNumber: number;
	readonly blockHash: string;
	readonly outcome: Outcome | null;
	readonly reason: Reason | null;
	readonly steps: StoredSteps;
	readonly events: readonly { readonly step: Step; readonly status: string; readonly atMs: number; readonly detail: string }[];
}

const text = (label: string, value: string | number): StepItem => ({ label, value: String(value), kind: "text", raw: null });
const flag = (label: string, value: boolean): StepItem => ({ label, value: value ? "yes" : "no", kind: "flag", raw: null });
const hash = (label: string, value: string): StepItem => ({ label, value, kind: "hash", raw: value });
const amount = (label: string, value: TokenAmount): StepItem => ({
	label,
	value: value.formatted === null ? `${value.raw} units` : `${value.formatted} ${value.symbol}`,
	kind: "amount",
	raw: value.raw,
});

const ppm = (value: number) => `${(value / 10_000).toFixed(2)} %`;
/** Gas prices in gwei, exactly. */
const gwei = (label: string, wei: string): StepItem => ({ label, value: `${formatUnits(BigInt(wei), 9)} gwei`, kind: "amount", raw: wei });

/** The last step that a lifecycle got to. */
export function lastStep(of: {
	readonly outcome: Outcome | null;
	readonly reasonStep: Step | null;
	readonly hasTransaction: boolean;
}): Step {
	if (of.outcome === null) return of.hasTransaction ? "submit" : "discover";
	return of.outcome === "rejected" || of.outcome === "failed" ? (of.reasonStep ?? "distribute") : "distribute";
}

/** All eight steps, in order, whatever became of them. */
export function presentSteps(of: Recorded): StepDetail[] {
	return STEPS.map((step) => {
		const event = of.events.findLast((candidate) => candidate.step === step);
		const status = statusOf(of, step, event?.status ?? null);
		// A rejected lifecycle's outcome is recorded too, but nothing was distributed.
		const result = status === "unreached" ? NOTHING : stored(of.steps, step);
		return {
			step,
			status,
			at:
				event !== undefined
					? new Date(event.atMs).toISOString()
					: result.startedAtMs === null
						? null
						: new Date(result.startedAtMs).toISOString(),
			elapsedMs: result.elapsedMs,
			detail: event?.detail ?? null,
			reason: of.reason?.step === step ? { step, code: of.reason.code, message: of.reason.message } : null,
			items: status === "unreached" ? [] : ITEMS[step](of),
			facts: result.facts,
			decision: result.decision,
		};
	});
}

function statusOf(of: Recorded, step: Step, eventStatus: string | null): StepDetail["status"] {
	const index = STEPS.indexOf(step);
	if (of.reason !== null && of.outcome !== null) {
		const stop = STEPS.indexOf(of.reason.step);
		if (index === stop) return of.outcome;
		if (index < stop) return "done";
		if (of.outcome === "rejected") return "unreached";
	}
	if (eventStatus === "done") return "done";
	if (eventStatus !== null && of.outcome !== null && step === "distribute")
		return of.outcome === "settled" || of.outcome === "recorded" ? of.outcome : "done";
	if (eventStatus !== null) return "done";
	if (of.outcome !== null) return "unreached";
	const reached = Math.max(...of.events.map((event) => STEPS.indexOf(event.step)), -1);
	return index === reached + 1 ? "running" : "unreached";
}

const NOTHING = { facts: null, decision: null, startedAtMs: null, elapsedMs: null };

function stored(
	steps: StoredSteps,
	step: Step,
): { readonly facts: unknown; readonly decision: unknown; readonly startedAtMs: number | null; readonly elapsedMs: number | null } {
	switch (step) {
		case "discover":
		case "price":
		case "detect":
		case "score":
		case "plan": {
			const result = steps[step];
			return result ?? NOTHING;
		}
		case "submit":
			return { facts: null, decision: steps.submit, startedAtMs: null, elapsedMs: null };
		case "confirm":
			return { facts: steps.confirm, decision: null, startedAtMs: null, elapsedMs: null };
		case "distribute":
			return { facts: null, decision: steps.distribute, startedAtMs: null, elapsedMs: null };
	}
}

const ITEMS: Readonly<Record<Step, (of: Recorded) => StepItem[]>> = {
	discover: discoverItems,
	price: priceItems,
	detect: detectItems,
	score: scoreItems,
	plan: planItems,
	submit: submitItems,
	confirm: (of) => (of.steps.confirm === null ? [] : confirmItems(of.chain, of.steps.confirm)),
	distribute: distributeItems,
};

function discoverItems({ steps, blockNumber, blockHash }: Recorded): StepItem[] {
	const block = [text("block", blockNumber), hash("block hash", blockHash)];
	if (steps.discover === null) return block;
	const { facts } = steps.discover;
	return [
		...block,
		text("head", facts.headNumber),
		text("fencing number", facts.fencingNumber),
		text("payload", `${facts.candidateBytes} bytes`),
		text("mode", facts.control.mode),
	];
}

function priceItems({ steps, chain }: Recorded): StepItem[] {
	if (steps.price === null) return [];
	const { facts } = steps.price;
	return [
		gwei("next base fee", facts.nextBaseFeePerGasWei),
		gwei("priority fee", facts.priorityFeePerGasWei),
		...(facts.l1DataFeeWei === undefined ? [] : [gwei("fee for posted data", facts.l1DataFeeWei)]),
		...(facts.sequencer === undefined ? [] : [text("sequencer", sequencerText(facts.sequencer))]),
		...(facts.nativeUsd === null ? [] : [text("USD per native coin", `${facts.nativeUsd.toFixed(2)} (${facts.nativeUsdSource})`)]),
		text("prices known", facts.prices.map((price) => `${symbolOf(chain, price.token)} at ${price.blockNumber}`).join(", ")),
		...(facts.refusedPrices ?? []).map(({ token, quote, message }) => text(`refused: ${symbolOf(chain, token)} in ${quote}`, message)),
		text("age", `${facts.headNumber - facts.block.number} of at most ${facts.maxAgeBlocks} blocks`),
	];
}

function sequencerText(sequencer: SequencerStatus): string {
	return sequencer.status === "up" ? `up for ${sequencer.forSeconds} s` : sequencer.message;
}

function detectItems({ steps, chain, startToken }: Recorded): StepItem[] {
	if (steps.detect === null) return [];
	const { facts, decision } = steps.detect;
	const found =
		decision.kind === "proceed"
			? [
					amount("optimal input", tokenAmount(chain, startToken, decision.amountIn)),
					amount("output", tokenAmount(chain, startToken, decision.amountOut)),
					amount("gross profit", tokenAmount(chain, startToken, decision.grossProfit)),
					text("gas expected", decision.gasEstimate),
					text("other sizes considered", decision.alternatives.length),
				]
			: [];
	const lenders = facts.lenders?.map((terms) => amount(`${terms.lender}'s liquidity`, tokenAmount(chain, startToken, terms.liquidity))) ?? [
		amount("lender's liquidity", tokenAmount(chain, startToken, facts.loanLiquidity)),
	];
	const loan = decision.kind === "proceed" ? decision.loan : undefined;
	return [
		...found,
		...lenders,
		...(loan === undefined ? [] : [text("lender", `${loan.lender} ${checksummed(loan.address)}`)]),
		text("flash-loan fee", `${loan?.feeBps ?? facts.flashLoanFeeBps} bps`),
	];
}

function scoreItems({ steps, chain }: Recorded): StepItem[] {
	if (steps.score === null) return [];
	const { facts, decision } = steps.score;
	const limits = [
		amount("least expected value", nativeAmount(chain, facts.minExpectedValueWei)),
		text("greatest loss probability", ppm(facts.maxLossProbabilityPpm)),
	];
	if (decision.kind !== "proceed") return limits;
	return [
		text("P(success)", ppm(decision.score.successPpm)),
		text("P(reverted)", ppm(decision.score.revertedPpm)),
		text("P(not included)", ppm(decision.score.notIncludedPpm)),
		amount("expected value", nativeAmount(chain, decision.expectedValueWei)),
		amount("expected net profit", nativeAmount(chain, decision.expectedNetProfitWei)),
		text("risk of a loss", ppm(decision.risk.lossPpm)),
		amount("net profit, 5 % quantile", nativeAmount(chain, decision.risk.netProfitQuantile05Wei)),
		text("decided by", decision.decidedBy),
		...Object.entries(decision.models).map(([name, probability]) => text(`model ${name}`, `${(probability * 100).toFixed(2)} %`)),
		...decision.reasons.map((reason) => text("because", reason)),
		...limits,
	];
}

function planItems({ steps, chain, startToken }: Recorded): StepItem[] {
	if (steps.plan === null) return [];
	const { facts, decision } = steps.plan;
	const { simulation, draft } = facts;
	return [
		flag("simulation succeeds", simulation.ok),
		...(simulation.revertReason === null ? [] : [text("simulation reverts with", simulation.revertReason)]),
		amount("simulated profit", tokenAmount(chain, startToken, simulation.profit)),
		text("simulated gas", simulation.gasUsed),
		text("simulated at block", simulation.blockNumber),
		text("flash loan", draft.flashLoan.lender),
		amount("borrowed", tokenAmount(chain, draft.flashLoan.token, draft.flashLoan.amount)),
		amount("flash-loan fee", tokenAmount(chain, draft.flashLoan.token, draft.flashLoan.fee)),
		amount("least profit", tokenAmount(chain, startToken, draft.minProfit)),
		gwei("greatest fee per gas", draft.maxFeePerGasWei),
		gwei("priority fee per gas", draft.maxPriorityFeePerGasWei),
		text("target block", draft.targetBlock),
		text("deadline block", draft.deadlineBlock),
		...(decision.kind === "proceed" ? [text("gas limit", decision.plan.gasLimit), text("relay", chosenRelay(decision.plan))] : []),
		text("submissions in the last minute", `${facts.usage.submissionsLastMinute} of ${facts.limits.maxSubmissionsPerMinute}`),
		amount("lost today", nativeAmount(chain, facts.usage.lossWeiToday)),
	];
}

function chosenRelay({ relay, exploredInsteadOf, follows }: Plan): string {
	if (follows !== undefined) return `${relay}, behind ${follows.transactionHash}`;
	return exploredInsteadOf === undefined ? relay : `${relay} (explored: ${exploredInsteadOf} was worth more)`;
}

function submitItems({ steps }: Recorded): StepItem[] {
	if (steps.submit === null) return [];
	return [
		hash("transaction", steps.submit.transactionHash),
		hash("wallet", checksummed(steps.submit.wallet)),
		text("nonce", steps.submit.nonce),
		text("relay", steps.submit.relay),
		text("target block", steps.submit.targetBlock),
		text("deadline block", steps.submit.deadlineBlock),
	];
}

function confirmItems(chain: ChainConfig | null, confirmation: Confirmation): StepItem[] {
	const head = [text("ended as", confirmation.kind), text("reorgs on the way", confirmation.reorgs)];
	if (confirmation.kind === "dropped") {
		return [...head, ...(confirmation.cancellation === null ? [] : receiptItems(chain, confirmation.cancellation, "cancellation"))];
	}
	return [...head, text("depth", confirmation.depth), ...receiptItems(chain, confirmation.receipt, "transaction")];
}

function receiptItems(chain: ChainConfig | null, receipt: ReceiptFacts, label: string): StepItem[] {
	return [
		hash(label, receipt.transactionHash),
		text("status", receipt.status),
		text("included in block", receipt.blockNumber),
		hash("block hash", receipt.blockHash),
		text("gas used", receipt.gasUsed),
		gwei("effective gas price", receipt.effectiveGasPriceWei),
		amount("gas cost", nativeAmount(chain, (BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPriceWei)).toString())),
		text("logs", receipt.logs.length),
	];
}

function distributeItems({ steps, chain }: Recorded): StepItem[] {
	const decision = steps.distribute;
	if (decision === null) return [];
	return [
		text("outcome", decision.outcome),
		amount("net profit", nativeAmount(chain, decision.netProfitWei)),
		text("ledger lines", decision.postings.length),
		...decision.accruals.map((accrual) =>
			amount(`reward of ${shortAddress(checksummed(accrual.account))}`, nativeAmount(chain, accrual.amount)),
		),
	];
}

function symbolOf(chain: ChainConfig | null, token: string): string {
	return chain?.tokens.find((known) => known.address === token.toLowerCase())?.symbol ?? token;
}

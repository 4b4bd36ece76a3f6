import type { ChainConfig } from "../config/chain.ts";
import type { Candidate } from "../domain/candidate.ts";
import type {
	DetectDecision,
	DetectFacts,
	PlanDecision,
	PlanDraft,
	PlanFacts,
	PriceDecision,
	Proceed,
	ScoreDecision,
} from "../domain/lifecycle.ts";
import { executionFacts, type PlannedHop, type RelayKind } from "../domain/plan.ts";
import { isConcentrated } from "../domain/pool.ts";
import { fromWei, toWei } from "./price.ts";
import { reject } from "./rejection.ts";

const BPS = 10_000n;
const PPM = 1_000_000n;
/** The simulation says gas after refunds, which are up to a fifth (EIP-3529): a quarter on top is the least. Unused gas costs nothing. */
const GAS_LIMIT_MARGIN_BPS = 15_000n;
/** A pool of concentrated liquidity that was moved since may cross some ticks more before the executor judges its profit. */
const GAS_LIMIT_PER_TICKED_HOP = 150_000n;

export interface PlanQuestion {
	readonly candidate: Candidate;
	readonly price: Proceed<PriceDecision>;
	readonly detect: Proceed<DetectDecision>;
	readonly score: Proceed<ScoreDecision>;
}

/** The hops as the executor performs them. */
export function plannedHops(candidate: Candidate, detect: Proceed<DetectDecision>): readonly PlannedHop[] {
	return candidate.route.map((hop, i) => {
		const amounts = detect.hops[i];
		const pool = candidate.pools[i];
		if (amounts === undefined || pool === undefined)
			throw new RangeError(`hop ${i} of ${candidate.route.length} has no amounts or no pool state`);
		return {
			pool: hop.pool,
			family: hop.family,
			tokenIn: hop.tokenIn,
			tokenOut: hop.tokenOut,
			amountIn: amounts.amountIn,
			amountOut: amounts.amountOut,
			...executionFacts(pool),
		};
	});
}

/**
 * What can be planned without asking the chain: the loan, the fees, the bound below which the executor reverts, the blocks that count.
 * The bound is the larger of the gas cost and the expected profit less the slippage tolerance, so that a success is never a loss.
 */
export function draftPlan(
	question: PlanQuestion,
	facts: Pick<DetectFacts, "lender" | "vault">,
	chain: Pick<ChainConfig, "executor" | "treasury" | "policy">,
): PlanDraft {
	const { candidate, price, detect } = question;
	const { policy } = chain;
	const loan =
		detect.loan === undefined ? { lender: facts.lender, vault: facts.vault } : { lender: detect.loan.lender, vault: detect.loan.address };
	const expected = BigInt(detect.grossProfit) - BigInt(detect.flashLoanFee);
	const gas = BigInt(detect.gasEstimate);
	const priorityFee =
		policy.placeBoughtBy === "base-fee-only" ? 0n : worthwhileTip(question, { gas, shareBps: policy.priorityFeeShareBps });
	// The base fee rises by at most an eighth per block (EIP-1559): enough for every block up to the deadline.
	let baseFee = BigInt(price.nextBaseFeePerGasWei);
	for (let block = 1; block < policy.deadlineBlocks; block++) baseFee += baseFee / 8n + 1n;
	const maxFee = baseFee + priorityFee;
	const gasFloor = fromWei(gas * maxFee + BigInt(price.l1DataFeeWei), price.startTokenPrice);
	const slippageFloor = expected - (expected * BigInt(policy.slippageToleranceBps)) / BPS;
	return {
		executor: chain.executor,
		profitRecipient: chain.treasury,
		flashLoan: { ...loan, token: candidate.startToken, amount: detect.amountIn, fee: detect.flashLoanFee },
		minProfit: (gasFloor > slippageFloor ? gasFloor : slippageFloor).toString(),
		maxFeePerGasWei: maxFee.toString(),
		maxPriorityFeePerGasWei: priorityFee.toString(),
		targetBlock: candidate.block.number + 1,
		// The transaction that is followed waits no longer than until the next block.
		deadlineBlock: candidate.block.number + (candidate.follows === undefined ? policy.deadlineBlocks : 1),
	};
}

/** What recent blocks paid on top, or the configured share of what the submission is expected to earn, whichever is more. */
function worthwhileTip({ price, score }: PlanQuestion, of: { readonly gas: bigint; readonly shareBps: number }): bigint {
	const suggested = BigInt(price.priorityFeePerGasWei);
	const offered = (BigInt(score.expectedNetProfitWei) * BigInt(of.shareBps)) / BPS / of.gas;
	return offered > suggested ? offered : suggested;
}

/** Does the plan hold on the chain as it is now, within the limits, and by which route is it worth sending? */
export function decidePlan(question: PlanQuestion, facts: PlanFacts): PlanDecision {
	const { candidate, price, detect, score } = question;
	const { draft, simulation, limits, usage } = facts;
	const expected = BigInt(detect.grossProfit) - BigInt(draft.flashLoan.fee);
	const minProfit = BigInt(draft.minProfit);
	if (minProfit > expected) {
		return reject(
			"plan",
			"gas_above_profit",
			`gas costs up to ${draft.minProfit} base units of the start token; the cycle earns ${expected}`,
		);
	}
	if (facts.headNumber >= draft.deadlineBlock) {
		return reject("plan", "deadline_passed", `head ${facts.headNumber} has reached the deadline block ${draft.deadlineBlock}`);
	}
	const [mismatch] = facts.mismatches ?? [];
	if (mismatch !== undefined) {
		return reject(
			"plan",
			"state_mismatch",
			`pool ${mismatch.pool}: ${mismatch.fields.join(", ")} on block ${candidate.block.number} are not what the candidate says; the pool is in quarantine`,
		);
	}
	if (!simulation.ok)
		return reject("plan", "simulation_reverted", `on block ${simulation.blockNumber}: ${simulation.revertReason ?? "no reason given"}`);
	if (simulation.blockNumber === candidate.block.number && BigInt(simulation.profit) !== expected) {
		return reject(
			"plan",
			"simulation_mismatch",
			`the chain pays ${simulation.profit}, the engine says ${expected}, on the same block ${simulation.blockNumber}`,
		);
	}
	const tickedHops = BigInt(candidate.pools.filter(isConcentrated).length);
	const gasLimit = (BigInt(simulation.gasUsed) * GAS_LIMIT_MARGIN_BPS) / BPS + tickedHops * GAS_LIMIT_PER_TICKED_HOP;
	// Posted data is paid for in a revert too.
	const dataFeeWei = BigInt(price.l1DataFeeWei);
	const gasPriceWei = BigInt(price.nextBaseFeePerGasWei) + BigInt(draft.maxPriorityFeePerGasWei);
	const gasCostWei = BigInt(simulation.gasUsed) * gasPriceWei + dataFeeWei;
	const netProfitWei = toWei(BigInt(simulation.profit), price.startTokenPrice) - gasCostWei;
	if (netProfitWei <= 0n)
		return reject("plan", "gas_above_profit", `gas costs ${gasCostWei} wei; the simulated profit is ${simulation.profit}`);

	const exceeded = firstExceeded([
		["input", BigInt(detect.amountIn), BigInt(limits.maxAmountIn)],
		["gas cost at the limit", gasLimit * BigInt(draft.maxFeePerGasWei) + dataFeeWei, BigInt(limits.maxGasCostWei)],
		["loss today", BigInt(usage.lossWeiToday), BigInt(limits.maxLossWeiPerDay)],
		["submissions in the last minute", BigInt(usage.submissionsLastMinute) + 1n, BigInt(limits.maxSubmissionsPerMinute)],
	]);
	if (exceeded !== null) return reject("plan", "limit_exceeded", exceeded);

	const blocks = draft.deadlineBlock - facts.headNumber;
	// Only a bundle keeps the order of two transactions.
	const relays = candidate.follows === undefined ? facts.relays : facts.relays.filter((relay) => relay.kind === "bundle");
	const [best, second] = worthwhileRelays({ score, relays, blocks, netProfitWei, revertCostWei: gasCostWei });
	if (best === undefined)
		return reject("plan", "expected_value_too_low", "no configured relay gives the submission a positive expected value");
	const explores = second !== undefined && isDrawn(candidate, facts.explorationPpm ?? 0);
	return {
		kind: "proceed",
		plan: {
			chainId: candidate.chainId,
			executor: draft.executor,
			profitRecipient: draft.profitRecipient,
			startToken: candidate.startToken,
			amountIn: detect.amountIn,
			hops: plannedHops(candidate, detect),
			flashLoan: draft.flashLoan,
			minProfit: draft.minProfit,
			calldata: facts.calldata,
			gasLimit: gasLimit.toString(),
			maxFeePerGasWei: draft.maxFeePerGasWei,
			maxPriorityFeePerGasWei: draft.maxPriorityFeePerGasWei,
			relay: explores ? second : best,
			...(explores ? { exploredInsteadOf: best } : {}),
			...(candidate.follows === undefined ? {} : { follows: candidate.follows }),
			targetBlock: draft.targetBlock,
			deadlineBlock: draft.deadlineBlock,
			expectedGrossProfit: detect.grossProfit,
			expectedNetProfitWei: netProfitWei.toString(),
		},
	};
}

function firstExceeded(bounds: readonly (readonly [name: string, value: bigint, bound: bigint])[]): string | null {
	const found = bounds.find(([, value, bound]) => value > bound);
	return found === undefined ? null : `${found[0]} ${found[1]} is above the limit ${found[2]}`;
}

/**
 * The relays with a positive expected value, the largest first: a bundle never pays for a revert but is included only where its builder wins a block up to the
 * deadline; the public mempool reaches every builder, shows everyone what there is to take, and pays for failures.
 */
function worthwhileRelays(of: {
	readonly score: Proceed<ScoreDecision>;
	readonly relays: PlanFacts["relays"];
	/** How many blocks may still include it. */
	readonly blocks: number;
	readonly netProfitWei: bigint;
	readonly revertCostWei: bigint;
}): readonly RelayKind[] {
	const { successPpm, revertedPpm } = of.score.score;
	const valueWei = (relay: PlanFacts["relays"][number]): bigint => {
		const reachedPpm = (inclusionPpm(relay.inclusionSharePpm, of.blocks) * (PPM - BigInt(relay.exposurePpm))) / PPM;
		const gainWei = (BigInt(successPpm) * of.netProfitWei * reachedPpm) / PPM / PPM;
		const lossWei = relay.kind === "public" ? (BigInt(revertedPpm) * of.revertCostWei) / PPM : 0n;
		return gainWei - lossWei;
	};
	return of.relays
		.map((relay) => ({ kind: relay.kind, valueWei: valueWei(relay) }))
		.filter((relay) => relay.valueWei > 0n)
		.sort((a, b) => (a.valueWei > b.valueWei ? -1 : a.valueWei < b.valueWei ? 1 : 0))
		.map((relay) => relay.kind);
}

/** A draw that every replay repeats: the block's hash, told apart by route. */
function isDrawn(candidate: Candidate, sharePpm: number): boolean {
	return (BigInt(candidate.block.hash) ^ BigInt(candidate.routeHash)) % PPM < BigInt(sharePpm);
}

/** Probability that at least one of so many blocks is built by a builder that takes part, in millionths. */
function inclusionPpm(sharePpm: number, blocks: number): bigint {
	let missed = PPM;
	for (let block = 0; block < blocks; block++) missed = (missed * (PPM - BigInt(sharePpm))) / PPM;
	return PPM - missed;
}

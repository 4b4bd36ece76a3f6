import type { Candidate } from "../domain/candidate.ts";
import { messageOf } from "../domain/errors.ts";
import type { DetectDecision, PriceDecision, Proceed, Score, ScoreDecision, ScoreFacts } from "../domain/lifecycle.ts";
import { computeFeatures, FEATURE_SCHEMA, findBadFeature } from "../models/features.ts";
import { scoreByRules } from "../models/rules.ts";
import type { Scorer } from "../models/scorer.ts";
import { toWei } from "./price.ts";
import { reject } from "./rejection.ts";

const PPM = 1_000_000n;
/**
 * The models learned on chains whose recent submissions were known. On a fresh chain they would extrapolate from one or two ends to certainty, decide
 * against everything, and never see another end.
 */
const LEAST_RECENT = 20;

export interface ScoreQuestion {
	readonly candidate: Candidate;
	readonly price: Proceed<PriceDecision>;
	readonly detect: Proceed<DetectDecision>;
	readonly facts: ScoreFacts;
}

/**
 * Is the opportunity worth its risk? Probabilities come from the registered ensemble, or from rules with lower limits where there is none or it
 * could not run; money is weighed in integers.
 */
export async function decideScore(question: ScoreQuestion, scorer: Scorer | null): Promise<ScoreDecision> {
	const { price, detect, facts } = question;
	const features = computeFeatures({
		...question,
		recent: facts.recent,
		headNumber: facts.headNumber,
		flashLoanFeeBps: facts.flashLoanFeeBps,
	});
	const bad = findBadFeature(features);
	if (bad !== null) return reject("score", "feature_nan", `feature ${bad} is ${features[bad]}`);

	const reasons: string[] = [];
	const judged = await judge(features, facts, scorer, reasons);
	if (judged.decidedBy === "rules" && BigInt(detect.amountIn) > BigInt(facts.maxAmountInWithoutModel)) {
		return reject(
			"score",
			"risk_too_high",
			`rules decide (${reasons.join("; ")}), which allow an input of ${facts.maxAmountInWithoutModel}, not ${detect.amountIn}`,
		);
	}

	// A transaction that reverts has posted its data as well.
	const gasCostWei =
		BigInt(detect.gasEstimate) * (BigInt(price.nextBaseFeePerGasWei) + BigInt(price.priorityFeePerGasWei)) + BigInt(price.l1DataFeeWei);
	const gross = BigInt(detect.grossProfit) - BigInt(detect.flashLoanFee);
	const expectedNetProfitWei = toWei(gross, price.startTokenPrice) - gasCostWei;
	const { score } = judged;
	// A submission that is not included costs nothing at a relay that protects from reverts; the cancelling transaction of the public route is priced by `plan`.
	const expectedValueWei = (BigInt(score.successPpm) * expectedNetProfitWei - BigInt(score.revertedPpm) * gasCostWei) / PPM;
	const lossPpm = expectedNetProfitWei < 0n ? score.successPpm + score.revertedPpm : score.revertedPpm;
	reasons.push(`success ${percent(score.successPpm)}, revert ${percent(score.revertedPpm)}, not included ${percent(score.notIncludedPpm)}`);

	if (lossPpm > facts.maxLossProbabilityPpm) {
		return reject("score", "risk_too_high", `probability of a loss ${percent(lossPpm)} is above ${percent(facts.maxLossProbabilityPpm)}`);
	}
	if (expectedValueWei < BigInt(facts.minExpectedValueWei)) {
		return reject("score", "expected_value_too_low", `expected value ${expectedValueWei} wei is below ${facts.minExpectedValueWei} wei`);
	}
	return {
		kind: "proceed",
		score,
		models: judged.models,
		decidedBy: judged.decidedBy,
		features,
		featureVersion: FEATURE_SCHEMA.version,
		expectedNetProfitWei: expectedNetProfitWei.toString(),
		expectedValueWei: expectedValueWei.toString(),
		risk: { lossPpm, netProfitQuantile05Wei: netProfitQuantile05(score, expectedNetProfitWei, gasCostWei).toString() },
		reasons,
	};
}

async function judge(
	features: Readonly<Record<string, number>>,
	facts: ScoreFacts,
	scorer: Scorer | null,
	reasons: string[],
): Promise<{ score: Score; models: Readonly<Record<string, number>>; decidedBy: "ensemble" | "rules" }> {
	const { submitted } = facts.recent;
	if (scorer !== null && facts.ensemble !== null && submitted < LEAST_RECENT) {
		reasons.push(`${submitted} recent submissions: the ensemble judges competition from ${LEAST_RECENT} on`);
	} else if (scorer !== null && facts.ensemble !== null) {
		try {
			return { ...(await scorer.score(features)), decidedBy: "ensemble" };
		} catch (error) {
			reasons.push(`the registered ensemble failed: ${messageOf(error)}`);
		}
	} else {
		reasons.push("no ensemble is registered");
	}
	const ruled = scoreByRules(features);
	reasons.push(...ruled.reasons);
	return { score: ruled.score, models: {}, decidedBy: "rules" };
}

/** 5 % quantile of the three-point distribution (revert: −gas, not included: 0, success: expected net profit). */
function netProfitQuantile05(score: Score, netProfitWei: bigint, gasCostWei: bigint): bigint {
	const points = [
		{ value: -gasCostWei, ppm: score.revertedPpm },
		{ value: 0n, ppm: score.notIncludedPpm },
		{ value: netProfitWei, ppm: score.successPpm },
	].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
	let cumulative = 0;
	for (const point of points) {
		cumulative += point.ppm;
		if (cumulative >= 50_000) return point.value;
	}
	return netProfitWei;
}

function percent(ppm: number): string {
	return `${(ppm / 10_000).toFixed(1)} %`;
}

import type { Score } from "../domain/lifecycle.ts";
import { toPpm } from "./probability.ts";

/**
 * What is believed before anything is known of a chain: weights in submissions. Cautious: as if of ten submissions four had settled.
 */
const PRIOR = { settled: 4, reverted: 1.5, dropped: 4.5 } as const;
/** Success that is left after each block that the candidate has aged: others had that block too. */
const KEPT_PER_BLOCK = 0.8;

/**
 * Probabilities without a trained model: the recent outcomes with a cautious prior, lowered where the profit hardly covers the gas or the candidate
 * is old. What success loses goes to revert and non-inclusion in equal parts, so that a loss is never judged too low.
 *
 * Monotone: success never falls with the profit-to-gas ratio or with the recent settled share, and never rises with age.
 *
 * @param features as from `computeFeatures`, checked by `findBadFeature`.
 */
export function scoreByRules(features: Readonly<Record<string, number>>): { readonly score: Score; readonly reasons: readonly string[] } {
	const ends = Math.round(Math.expm1(features.recent_ends_log ?? Number.NaN));
	const settled = endsOf(features.recent_settled_share, ends);
	const reverted = endsOf(features.recent_reverted_share, ends);
	const dropped = endsOf(features.recent_dropped_share, ends);
	const weight = ends + PRIOR.settled + PRIOR.reverted + PRIOR.dropped;

	const ratio = 10 ** (features.profit_to_gas_log10 ?? Number.NaN);
	const age = Math.max(features.age_blocks ?? Number.NaN, 0);
	const margin = (ratio / (1 + ratio)) * KEPT_PER_BLOCK ** age;
	const before = (settled + PRIOR.settled) / weight;
	const success = before * margin;
	const lost = before - success;
	const score = toPpm([success, (reverted + PRIOR.reverted) / weight + lost / 2, (dropped + PRIOR.dropped) / weight + lost / 2]);
	return {
		score,
		reasons: [
			`rules without a model: ${settled} settled, ${reverted} reverted, ${dropped} dropped of ${ends} recent submissions, with a cautious prior`,
			`profit is ${ratio.toPrecision(3)} times the gas cost, candidate ${age} blocks old: success counted at ${(margin * 100).toFixed(1)} %`,
		],
	};
}

/** Takes back the smoothing (n + 1) / (all + 3) of the recent shares. */
function endsOf(share: number | undefined, ends: number): number {
	return Math.round((share ?? Number.NaN) * (ends + 3) - 1);
}

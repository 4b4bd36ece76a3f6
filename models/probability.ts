import { ArbError } from "../domain/errors.ts";
import type { Score } from "../domain/lifecycle.ts";

/** The ends of a submission in the order of every model's output and of the registry's vectors. */
export const CLASSES = ["settled", "reverted", "dropped"] as const;

/** Probabilities in the order of {@link CLASSES}. */
export type Probabilities = readonly [number, number, number];

/** How single models become one calibrated probability; fitted by `models/training/train.py` on the validation fold. */
export interface Combination {
	/** One per model, not negative. */
	readonly weights: readonly number[];
	/**
	 * Smallest probability that a single model's opinion counts as: keeps the logarithm finite, one model from vetoing an end alone, and rounding in
	 * 32 bits from mattering.
	 */
	readonly floor: number;
	/** Positive; above 1 flattens. */
	readonly temperature: number;
	/** Added to the logarithm of each class. */
	readonly bias: Probabilities;
	/** Share of `prior` in the result: the ends that the training data hardly show keep a chance. */
	readonly smoothing: number;
	/** The classes' shares in the training data. */
	readonly prior: Probabilities;
}

/**
 * Logarithmic opinion pool with vector scaling (Genest & Zidek 1986; Guo et al. 2017, 4.2):
 * softmax over classes of (Σ weightₘ · ln max(pₘ, floor)) / temperature + bias, then mixed with the prior.
 *
 * @param models one triple per weight.
 */
export function combine(
	models: readonly Probabilities[],
	{ weights, floor, temperature, bias, smoothing, prior }: Combination,
): Probabilities {
	const logits = CLASSES.map((_, k) => {
		const pooled = models.reduce(
			(total, model, m) => total + (weights[m] ?? Number.NaN) * Math.log(Math.max(model[k] ?? Number.NaN, floor)),
			0,
		);
		return pooled / temperature + (bias[k] ?? Number.NaN);
	});
	const top = Math.max(...logits);
	const exponentials = logits.map((logit) => Math.exp(logit - top));
	const total = exponentials.reduce((sum, value) => sum + value, 0);
	const mixed = (k: 0 | 1 | 2) => (1 - smoothing) * ((exponentials[k] ?? Number.NaN) / total) + smoothing * prior[k];
	return [mixed(0), mixed(1), mixed(2)];
}

/**
 * Millionths that add up to 1,000,000: rounded down, then the missing ones go to the largest remainders, the earlier class first among equals.
 *
 * @throws ArbError `model` where a probability is NaN, infinite or negative, or all are 0.
 */
export function toPpm(probabilities: Probabilities): Score {
	const total = probabilities.reduce((sum, value) => sum + value, 0);
	if (!probabilities.every((value) => Number.isFinite(value) && value >= 0) || total <= 0) {
		throw new ArbError({
			code: "model",
			message: `probabilities [${probabilities.join(", ")}] are no distribution; the model files or the registry's calibration are broken`,
			retryable: false,
		});
	}
	const exact = probabilities.map((value) => (value / total) * 1_000_000);
	const ppm = exact.map(Math.floor);
	const missing = 1_000_000 - ppm.reduce((sum, value) => sum + value, 0);
	const byRemainder = exact
		.map((value, k) => ({ k, remainder: value - Math.floor(value) }))
		.sort((a, b) => b.remainder - a.remainder || a.k - b.k);
	for (const { k } of byRemainder.slice(0, missing)) ppm[k] = (ppm[k] ?? 0) + 1;
	const [successPpm = 0, revertedPpm = 0, notIncludedPpm = 0] = ppm;
	return { successPpm, revertedPpm, notIncludedPpm };
}

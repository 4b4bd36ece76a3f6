import type { Score } from "../domain/lifecycle.ts";
import { featureVector } from "./features.ts";
import type { OnnxModel } from "./onnx-model.ts";
import { type Combination, combine, type Probabilities, toPpm } from "./probability.ts";

/** The registered ensemble, ready to judge. */
export interface Scorer {
	/** Identifies the models, their weights and their calibration: the same hash gives the same scores. */
	readonly hash: string;
	/**
	 * @param features one number per name of `FEATURE_SCHEMA`.
	 * @returns the calibrated score, and each model's own probability of success before combination.
	 * @throws ArbError `model` that names a bad feature, or the model that failed.
	 */
	score(features: Readonly<Record<string, number>>): Promise<{ readonly score: Score; readonly models: Readonly<Record<string, number>> }>;
}

/** What an ensemble is made of, checked by `registry.ts`. */
export interface Ensemble {
	readonly hash: string;
	/** In the order of the combination's weights. */
	readonly models: readonly OnnxModel[];
	readonly combination: Combination;
}

export function ensembleScorer({ hash, models, combination }: Ensemble): Scorer {
	return {
		hash,
		score: async (features) => {
			const row = featureVector(features);
			const answers = await Promise.all(models.map(async (model) => ({ name: model.name, own: await firstRow(model, row) })));
			return {
				score: toPpm(
					combine(
						answers.map(({ own }) => own),
						combination,
					),
				),
				models: Object.fromEntries(answers.map(({ name, own }) => [name, own[0]])),
			};
		},
	};
}

async function firstRow(model: OnnxModel, row: Float32Array): Promise<Probabilities> {
	const [own = [Number.NaN, Number.NaN, Number.NaN] as const] = await model.probabilities(row, 1);
	return own;
}

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import { FEATURE_SCHEMA } from "./features.ts";
import { openModel } from "./onnx-model.ts";
import { CLASSES } from "./probability.ts";
import { type Ensemble, ensembleScorer, type Scorer } from "./scorer.ts";

/** The models that come with the project. */
export const PROJECT_MODELS_DIR = import.meta.dirname;

const width = FEATURE_SCHEMA.features.length;
const probability = z.number().min(0).max(1);
const tensor = (size: number) => z.object({ name: z.string().min(1), shape: z.tuple([z.null(), z.literal(size)]) });

const modelSchema = z.object({
	name: z.string().regex(/^[a-z][a-z0-9-]*$/),
	/** Relative to the registry; content-addressed, so that a registry never points at another's file. */
	file: z.string().regex(/^artifacts\/[a-z0-9-]+\.onnx$/),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
	input: tensor(width),
	output: tensor(CLASSES.length),
	weight: z.number().min(0),
});

const ensembleSchema = z.object({
	featureVersion: z.literal(FEATURE_SCHEMA.version),
	classes: z.tuple([z.literal(CLASSES[0]), z.literal(CLASSES[1]), z.literal(CLASSES[2])]),
	models: z.array(modelSchema).min(1),
	calibration: z.object({
		floor: z.number().positive().max(0.01),
		temperature: z.number().positive(),
		bias: z.tuple([z.number(), z.number(), z.number()]),
		smoothing: probability,
		prior: z.tuple([probability, probability, probability]),
	}),
	/** What the files were trained on and how good they were, for people; the model card says it in words. */
	training: z.record(z.string(), z.unknown()),
	metrics: z.record(z.string(), z.unknown()),
});

const registrySchema = z.object({ ensemble: ensembleSchema.nullable() });

/**
 * Loads the registered ensemble of a directory's `registry.json`.
 *
 * @returns null where the registry is empty: rules decide.
 * @throws ArbError `model`, not retryable, where the registry is missing or not understood, was made for another feature version, or names a file that
 * is missing, has another hash or another shape.
 */
export async function loadScorer(dir: string): Promise<Scorer | null> {
	const ensemble = await loadEnsemble(dir);
	return ensemble === null ? null : ensembleScorer(ensemble);
}

/** The ensemble behind {@link loadScorer}, for those who look at its parts; same errors. */
export async function loadEnsemble(dir: string): Promise<Ensemble | null> {
	const { ensemble } = await readRegistry(dir);
	if (ensemble === null) return null;
	const { featureVersion, models, calibration } = ensemble;
	return {
		hash: createHash("sha256").update(JSON.stringify({ featureVersion, models, calibration })).digest("hex"),
		models: await Promise.all(models.map((model) => openModel({ ...model, path: resolve(dir, model.file) }))),
		combination: { ...calibration, weights: models.map(({ weight }) => weight) },
	};
}

async function readRegistry(dir: string): Promise<z.output<typeof registrySchema>> {
	const file = join(dir, "registry.json");
	let value: unknown;
	try {
		value = JSON.parse(await readFile(file, "utf8"));
	} catch (error) {
		throw refused(`model registry ${file} cannot be read (${messageOf(error)}); an empty one is {"ensemble": null}`, error);
	}
	const version = z.object({ ensemble: z.object({ featureVersion: z.number() }) }).safeParse(value);
	if (version.success && version.data.ensemble.featureVersion !== FEATURE_SCHEMA.version) {
		throw refused(
			`model registry ${file} was made for feature version ${version.data.ensemble.featureVersion}, this program computes version ` +
				`${FEATURE_SCHEMA.version}; train again (models/training/train.sh) or set the registry to {"ensemble": null}`,
		);
	}
	const parsed = registrySchema.safeParse(value);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`).join("; ");
	throw refused(`model registry ${file}: ${issues}; train and register again (models/training/train.sh)`);
}

function refused(message: string, cause?: unknown): ArbError {
	return new ArbError({ code: "model", message, retryable: false, cause });
}

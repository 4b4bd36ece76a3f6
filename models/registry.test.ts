import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { computeFeatures, FEATURE_SCHEMA } from "./features.ts";
import { opportunity } from "./fixtures/opportunity.ts";
import { combine, type Probabilities, toPpm } from "./probability.ts";
import { loadScorer, PROJECT_MODELS_DIR } from "./registry.ts";

// Made by `python models/training/fixtures.py`, which states their weights.
const FIXTURES = join(import.meta.dirname, "fixtures");
const directories: string[] = [];

afterEach(() => {
	for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const calibration = { floor: 1e-4, temperature: 1.25, bias: [0.1, -0.2, 0.1], smoothing: 0.02, prior: [0.5, 0.2, 0.3] };

/** A directory with these fixtures registered; `change` edits the manifest before it is written. */
function registered(
	fixtures: readonly string[],
	change: (ensemble: Record<string, unknown>, models: Record<string, unknown>[]) => void = () => {},
): string {
	const directory = mkdtempSync(join(tmpdir(), "arb-models-"));
	directories.push(directory);
	mkdirSync(join(directory, "artifacts"));
	const models: Record<string, unknown>[] = fixtures.map((name, i) => {
		copyFileSync(join(FIXTURES, `${name}.onnx`), join(directory, "artifacts", `${name}.onnx`));
		return {
			name,
			file: `artifacts/${name}.onnx`,
			sha256: createHash("sha256")
				.update(readFileSync(join(FIXTURES, `${name}.onnx`)))
				.digest("hex"),
			input: { name: "features", shape: [null, FEATURE_SCHEMA.features.length] },
			output: { name: "probabilities", shape: [null, 3] },
			weight: i === 0 ? 0.75 : 0.25,
		};
	});
	const ensemble = { featureVersion: 1, classes: ["settled", "reverted", "dropped"], models, calibration, training: {}, metrics: {} };
	change(ensemble, models);
	writeFileSync(join(directory, "registry.json"), JSON.stringify({ ensemble }));
	return directory;
}

function softmax(logits: readonly [number, number, number]): Probabilities {
	const [a, b, c] = [Math.exp(logits[0]), Math.exp(logits[1]), Math.exp(logits[2])];
	const total = a + b + c;
	return [a / total, b / total, c / total];
}

describe("loadScorer", () => {
	it("gives null for an empty registry", async () => {
		const directory = mkdtempSync(join(tmpdir(), "arb-models-"));
		directories.push(directory);
		writeFileSync(join(directory, "registry.json"), '{ "ensemble": null }');
		expect(await loadScorer(directory)).toBeNull();
	});

	it("understands the registry that comes with the project", async () => {
		const scorer = await loadScorer(PROJECT_MODELS_DIR);
		if (scorer !== null) expect((await scorer.score(computeFeatures(opportunity()))).score.successPpm).toBeGreaterThanOrEqual(0);
	});

	it("scores as the models, weights and calibration say, computed by hand", async () => {
		const scorer = await loadScorer(registered(["linear-a", "linear-b"]));
		const features = computeFeatures(opportunity());
		// hop_count 2, v2_hop_share 0.5, dex_count 2, lp_fee_sum 35.
		const a = softmax([2 * 0.5 + 0.25, 0.5 * -1, -0.25]);
		const b = softmax([2 * 0.125, -1, 35 * 0.01 + 0.5]);
		const answer = await scorer?.score(features);
		const expected = toPpm(combine([a, b], { ...calibration, weights: [0.75, 0.25], bias: [0.1, -0.2, 0.1], prior: [0.5, 0.2, 0.3] }));
		expect(answer?.models["linear-a"]).toBeCloseTo(a[0], 6);
		expect(answer?.models["linear-b"]).toBeCloseTo(b[0], 6);
		const { successPpm = 0, revertedPpm = 0, notIncludedPpm = 0 } = answer?.score ?? {};
		expect(successPpm + revertedPpm + notIncludedPpm).toBe(1_000_000);
		expect(Math.abs(successPpm - expected.successPpm)).toBeLessThanOrEqual(2);
		expect(Math.abs(revertedPpm - expected.revertedPpm)).toBeLessThanOrEqual(2);
	});

	it("gives the same hash for the same ensemble, and another for another weight", async () => {
		const first = await loadScorer(registered(["linear-a", "linear-b"]));
		const again = await loadScorer(registered(["linear-a", "linear-b"]));
		const other = await loadScorer(
			registered(["linear-a", "linear-b"], (_, models) => {
				for (const model of models) model.weight = 0.5;
			}),
		);
		expect(first?.hash).toMatch(/^[0-9a-f]{64}$/);
		expect(again?.hash).toBe(first?.hash);
		expect(other?.hash).not.toBe(first?.hash);
	});

	it.each<[string, () => string, RegExp]>([
		["a missing registry", () => join(registered([]), "nowhere"), /model registry .* cannot be read .*ENOENT/],
		[
			"a missing file",
			() => {
				const directory = registered(["linear-a"]);
				rmSync(join(directory, "artifacts", "linear-a.onnx"));
				return directory;
			},
			/model linear-a .* cannot be read .*ENOENT.*; restore the file/,
		],
		[
			"a changed file",
			() => {
				const directory = registered(["linear-a"]);
				copyFileSync(join(FIXTURES, "linear-b.onnx"), join(directory, "artifacts", "linear-a.onnx"));
				return directory;
			},
			/model linear-a .* has sha256 [0-9a-f]{64}, the registry says [0-9a-f]{64}/,
		],
		[
			"a model with another input shape",
			() => registered(["five-inputs"]),
			/model five-inputs .* has input "features" of float32 \[n, 5\], the registry says float32 \[n, 29\]/,
		],
		[
			"a model without the registered output",
			() => registered(["linear-a"], (_, models) => Object.assign(models[0] ?? {}, { output: { name: "label", shape: [null, 3] } })),
			/model linear-a .* has no output "label" \(it has: probabilities\)/,
		],
		[
			"a registered shape that the features do not have",
			() => registered(["five-inputs"], (_, models) => Object.assign(models[0] ?? {}, { input: { name: "features", shape: [null, 5] } })),
			/ensemble\.models\.0\.input\.shape\.1/,
		],
		[
			"a registry for another feature version",
			() => registered(["linear-a"], (ensemble) => Object.assign(ensemble, { featureVersion: 2 })),
			/was made for feature version 2, this program computes version 1/,
		],
		[
			"a file that is no model",
			() => {
				const directory = registered(["linear-a"], (_, models) =>
					Object.assign(models[0] ?? {}, { sha256: createHash("sha256").update("nothing").digest("hex") }),
				);
				writeFileSync(join(directory, "artifacts", "linear-a.onnx"), "nothing");
				return directory;
			},
			/is no model that ONNX Runtime can load/,
		],
		[
			"a file outside the registry's directory",
			() => registered(["linear-a"], (_, models) => Object.assign(models[0] ?? {}, { file: "../linear-a.onnx" })),
			/ensemble\.models\.0\.file/,
		],
	])("stops at %s, saying so", async (_, directory, message) => {
		const loading = loadScorer(directory());
		await expect(loading).rejects.toThrow(message);
		await expect(loading).rejects.toMatchObject({ code: "model", retryable: false });
	});
});

describe("Scorer.score", () => {
	it("fails with the model's name where a model answers NaN", async () => {
		const scorer = await loadScorer(registered(["square-root", "linear-a"]));
		const features = { ...computeFeatures(opportunity()), spot_gap: 4, hop_count: -1 };
		await expect(scorer?.score(features)).rejects.toThrow(/model square-root .* answered \[NaN/);
	});

	it("fails with the feature's name where a feature is NaN", async () => {
		const scorer = await loadScorer(registered(["linear-a"]));
		await expect(scorer?.score({ ...computeFeatures(opportunity()), impact_sum: Number.NaN })).rejects.toMatchObject({
			code: "model",
			message: expect.stringMatching(/^feature impact_sum is NaN/),
		});
	});

	it("gives the same answer to many at once as to one alone", async () => {
		const scorer = await loadScorer(registered(["linear-a", "linear-b"]));
		const features = computeFeatures(opportunity());
		const alone = await scorer?.score(features);
		const together = await Promise.all(Array.from({ length: 50 }, () => scorer?.score(features)));
		for (const answer of together) expect(answer).toEqual(alone);
	});
});

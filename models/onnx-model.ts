import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { ArbError, messageOf } from "../domain/errors.ts";
import { CLASSES, type Probabilities } from "./probability.ts";

/** A tensor as the registry states it; `null` is the batch dimension. */
interface TensorShape {
	readonly name: string;
	readonly shape: readonly (number | null)[];
}

/** One file of the registry. */
interface ModelFile {
	readonly name: string;
	/** Absolute path. */
	readonly path: string;
	/** Lower-case hex of the file's bytes. */
	readonly sha256: string;
	/** 32-bit floats, `[null, features]`. */
	readonly input: TensorShape;
	/** 32-bit floats, `[null, 3]` in the order of `CLASSES`. */
	readonly output: TensorShape;
}

/** A model that was checked against its registration. */
export interface OnnxModel {
	readonly name: string;
	/**
	 * @param rows `count` feature vectors one after the other, 32-bit.
	 * @returns one triple per row.
	 * @throws ArbError `model` where the runtime fails or answers something else than finite numbers.
	 */
	probabilities(rows: Float32Array, count: number): Promise<readonly Probabilities[]>;
}

/**
 * Opens a model file after checking its hash, its input and its output, and lets it judge one row of zeros.
 *
 * @throws ArbError `model`, not retryable, that says which of these is wrong.
 */
export async function openModel(file: ModelFile): Promise<OnnxModel> {
	const bytes = await readBytes(file);
	const found = createHash("sha256").update(bytes).digest("hex");
	if (found !== file.sha256) {
		throw refused(file, `has sha256 ${found}, the registry says ${file.sha256}; restore the file, or train and register again`);
	}
	const session = await openSession(file, bytes);
	checkShape(file, "input", session.inputMetadata, file.input);
	checkShape(file, "output", session.outputMetadata, file.output);
	const model: OnnxModel = { name: file.name, probabilities: (rows, count) => run(session, file, rows, count) };
	await model.probabilities(new Float32Array(file.input.shape[1] ?? 0), 1);
	return model;
}

async function readBytes(file: ModelFile): Promise<Buffer> {
	try {
		return await readFile(file.path);
	} catch (error) {
		throw refused(file, `cannot be read (${messageOf(error)}); restore the file, or train and register again`, error);
	}
}

async function openSession(file: ModelFile, bytes: Buffer): Promise<InferenceSession> {
	try {
		// One thread: a row takes microseconds, and a second thread would spin on a core that the lifecycles need.
		return await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" });
	} catch (error) {
		throw refused(file, `is no model that ONNX Runtime can load: ${messageOf(error)}`, error);
	}
}

function checkShape(
	file: ModelFile,
	side: "input" | "output",
	metadata: readonly InferenceSession.ValueMetadata[],
	expected: TensorShape,
): void {
	const actual = metadata.find(({ name }) => name === expected.name);
	const wanted = `float32 ${describe(expected.shape)}`;
	if (actual === undefined) {
		const names = metadata.map(({ name }) => name).join(", ");
		throw refused(file, `has no ${side} "${expected.name}" (it has: ${names}), the registry says ${wanted}`);
	}
	const shape = actual.isTensor ? actual.shape.map((size) => (typeof size === "number" ? size : null)) : [];
	if (!actual.isTensor || actual.type !== "float32" || describe(shape) !== describe(expected.shape)) {
		const is = actual.isTensor ? `${actual.type} ${describe(shape)}` : "no tensor";
		throw refused(file, `has ${side} "${expected.name}" of ${is}, the registry says ${wanted}; train and register again`);
	}
}

async function run(session: InferenceSession, file: ModelFile, rows: Float32Array, count: number): Promise<readonly Probabilities[]> {
	const width = file.input.shape[1] ?? 0;
	let data: unknown;
	try {
		const answer = await session.run({ [file.input.name]: new Tensor("float32", rows, [count, width]) }, [file.output.name]);
		data = answer[file.output.name]?.data;
	} catch (error) {
		throw refused(file, `failed on ${count} rows: ${messageOf(error)}`, error);
	}
	if (!(data instanceof Float32Array) || data.length !== count * CLASSES.length || !data.every(Number.isFinite)) {
		const what = data instanceof Float32Array ? `[${data.slice(0, 2 * CLASSES.length).join(", ")}], ${data.length} numbers` : typeof data;
		throw refused(file, `answered ${what} instead of ${count * CLASSES.length} finite probabilities`);
	}
	const values = data;
	return Array.from({ length: count }, (_, row): Probabilities => {
		const at = (k: number) => values[row * CLASSES.length + k] ?? Number.NaN;
		return [at(0), at(1), at(2)];
	});
}

function describe(shape: readonly (number | null)[]): string {
	return `[${shape.map((size) => size ?? "n").join(", ")}]`;
}

function refused(file: ModelFile, what: string, cause?: unknown): ArbError {
	return new ArbError({ code: "model", message: `model ${file.name} (${file.path}) ${what}`, retryable: false, cause });
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FEATURE_SCHEMA } from "../features.ts";
import { CLASSES, combine, type Probabilities } from "../probability.ts";
import { loadEnsemble } from "../registry.ts";

/**
 * Compares what Python says of its 10,000 rows (`train.py`) with what Node says through the files and code that production uses. Exit code 1 above
 * the tolerance, before a file is accepted.
 *
 *     node models/training/parity.ts TRAINING_OUTPUT
 */
const TOLERANCE = 1e-5;
const CHUNK = 1000;
const SINGLE_ROWS = 1000;

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("say the training output's directory: parity.ts DIRECTORY");
const ensemble = await loadEnsemble(directory);
if (ensemble === null) throw new Error(`${directory} registers no ensemble: nothing to compare`);

const width = FEATURE_SCHEMA.features.length;
const rows = floats32("rows");
const count = rows.length / width;
const opinions: (readonly Probabilities[])[] = [];
let isClose = true;
for (const model of ensemble.models) {
	const own: Probabilities[] = [];
	for (let start = 0; start < count; start += CHUNK) {
		const end = Math.min(start + CHUNK, count);
		own.push(...(await model.probabilities(rows.subarray(start * width, end * width), end - start)));
	}
	opinions.push(own);
	report(model.name, own);
}
report(
	"combined",
	Array.from({ length: count }, (_, row) =>
		combine(
			opinions.map((own) => own[row] ?? [Number.NaN, Number.NaN, Number.NaN]),
			ensemble.combination,
		),
	),
);
for (const model of ensemble.models) await time(model);
if (!isClose) {
	process.stderr.write(`parity: a difference is above ${TOLERANCE}; the files are not accepted\n`);
	process.exitCode = 1;
}

function report(name: string, own: readonly Probabilities[]): void {
	const expected = floats64(name);
	let worst = expected.length === count * CLASSES.length ? 0 : Number.POSITIVE_INFINITY;
	own.forEach((probabilities, row) => {
		for (const [k, value] of probabilities.entries()) {
			const difference = Math.abs(value - (expected[row * CLASSES.length + k] ?? Number.NaN));
			// A comparison with NaN is false: it must count as a difference.
			if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
		}
	});
	isClose &&= worst <= TOLERANCE;
	process.stdout.write(`parity, ${name}: ${own.length} rows, largest difference ${worst.toExponential(2)} (at most ${TOLERANCE})\n`);
}

async function time(model: { readonly name: string; probabilities(rows: Float32Array, count: number): Promise<unknown> }): Promise<void> {
	const started = process.hrtime.bigint();
	for (let row = 0; row < SINGLE_ROWS; row++) await model.probabilities(rows.subarray(row * width, (row + 1) * width), 1);
	const micros = Number(process.hrtime.bigint() - started) / 1000 / SINGLE_ROWS;
	process.stdout.write(`single row, ${model.name}: ${micros.toFixed(0)} µs on average\n`);
}

function floats32(name: string): Float32Array {
	const bytes = readFileSync(join(directory ?? "", "parity", `${name}.f32`));
	return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function floats64(name: string): Float64Array {
	const bytes = readFileSync(join(directory ?? "", "parity", `${name}.f64`));
	return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

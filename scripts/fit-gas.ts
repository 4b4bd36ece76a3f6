/**
 * Fits the coefficients of `estimateGas` to executions on fresh devnets and writes `rust-wasm/calculations/gas-coefficients.ts`, with the executions that its
 * unit test asks about: `node scripts/fit-gas.ts`, after a change of the executor, the devnet's contracts or the parts of the estimate.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Matrix, solve } from "ml-matrix";
import { type Execution, executeRandomly } from "../bench/gas/executions.ts";
import { quantile } from "../bench/report.ts";
import { HARDFORK } from "../devnet/anvil.ts";
import { deploymentVersion } from "../devnet/deployment.ts";
import { ArbError } from "../domain/errors.ts";
import { type GasCoefficient, type GasCoefficients, type GasFitErrors, type GasQuestion, gasParts } from "../rust-wasm/calculations/gas.ts";
import { ROOT } from "./paths.ts";

const MAX_HOPS = 3;
/** Each run has a chain of its own. `recorded` is what the unit test gets. */
const RUNS = {
	fit: { seed: 1, count: 2_000, probes: 0 },
	check: { seed: 2, count: 1_000, probes: 0 },
	recorded: { seed: 3, count: 300, probes: 300 },
} as const;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("fit-gas: stopped")));

async function run(name: keyof typeof RUNS): Promise<readonly Execution[]> {
	const executions = await executeRandomly({
		...RUNS[name],
		...{ gasLimit: "ample", maxHops: MAX_HOPS, signal: stop.signal },
		onBlock: (executed) => process.stderr.write(`\r${name}: ${executed} of ${RUNS[name].count} `),
	});
	process.stderr.write("\n");
	const failed = executions.find(({ end }) => end !== "succeeded");
	if (failed === undefined) return executions;
	throw new ArbError({ code: "chain", message: `transaction ${failed.hash} ended ${failed.end} with an ample limit`, retryable: false });
}

/** A transaction as a row of the least squares: how often each thing happened, and the gas before refunds that the rules do not explain. */
function rowOf({ question, gasUsed }: Execution): { readonly counts: ReadonlyMap<GasCoefficient, number>; readonly gas: number } {
	const parts = gasParts(question);
	const counts = new Map<GasCoefficient, number>();
	let known = parts.transaction;
	for (const part of [parts.frame, ...parts.hops]) {
		known += part.known;
		for (const [name, count] of Object.entries(part.counts)) {
			counts.set(name as GasCoefficient, (counts.get(name as GasCoefficient) ?? 0) + count);
		}
	}
	return { counts, gas: spentOf(Number(gasUsed), parts.refund) - known };
}

/** Gas before refunds. Where the counter exceeds the cap of a fifth (EIP-3529), it is five quarters of the gas used. */
function spentOf(gasUsed: number, counter: number): number {
	const uncapped = gasUsed + counter;
	return counter <= Math.floor(uncapped / 5) ? uncapped : Math.floor((gasUsed * 5) / 4);
}

function leastSquares(executions: readonly Execution[]): GasCoefficients {
	const rows = executions.map(rowOf);
	const names = [...new Set(rows.flatMap(({ counts }) => [...counts.keys()]))].sort();
	const counts = new Matrix(rows.map((row) => names.map((name) => row.counts.get(name) ?? 0)));
	const gas = Matrix.columnVector(rows.map((row) => row.gas));
	const solution = solve(counts, gas).to1DArray();
	return Object.fromEntries(names.map((name, i) => [name, Math.round(solution[i] ?? Number.NaN)])) as Record<GasCoefficient, number>;
}

function errorsOf(name: keyof typeof RUNS, executions: readonly Execution[], gas: GasCoefficients): GasFitErrors {
	const errors = executions.map((execution) => {
		const { counts, gas: actual } = rowOf(execution);
		let estimated = 0;
		for (const [coefficient, count] of counts) estimated += gas[coefficient] * count;
		const spent = spentOf(Number(execution.gasUsed), gasParts(execution.question).refund);
		return Math.abs(estimated - actual) / spent;
	});
	const at = (q: number): number => Number(quantile(errors, q).toFixed(5));
	return { rows: executions.length, seed: RUNS[name].seed, median: at(0.5), p95: at(0.95), max: at(1) };
}

const executions = await run("fit");
const gas = leastSquares(executions);
const inSample = errorsOf("fit", executions, gas);
const outOfSample = errorsOf("check", await run("check"), gas);

const literal = (value: object, indent: string): string =>
	`{\n${Object.entries(value)
		.map(([key, each]) => `${indent}\t${key}: ${typeof each === "object" ? literal(each, `${indent}\t`) : JSON.stringify(each)},\n`)
		.join("")}${indent}}`;
const provenance = {
	command: "node scripts/fit-gas.ts",
	...{ hardfork: HARDFORK, deployment: deploymentVersion(), maxHops: MAX_HOPS, inSample, outOfSample },
};
writeFileSync(
	join(ROOT, "rust-wasm/calculations/gas-coefficients.ts"),
	`import type { GasFit } from "./gas.ts";

/** Gas each, least squares over executions on the devnet; written by the command that its provenance names. */
export const GAS_COEFFICIENTS: GasFit = ${literal({ gas, provenance }, "")};
`,
);

/** What a question of the fixture needs to be read again, and what the chain answered. */
interface Recorded {
	readonly question: GasQuestion;
	readonly gasUsed: number;
	readonly leastGas: number | null;
	readonly refund: number | null;
}
const recorded = (await run("recorded")).map(
	({ question, gasUsed, probe }): Recorded => ({
		question,
		gasUsed: Number(gasUsed),
		leastGas: probe === null ? null : Number(probe.leastGas),
		refund: probe === null ? null : Number(probe.refund),
	}),
);
const fixture = { command: provenance.command, hardfork: HARDFORK, deployment: provenance.deployment, seed: RUNS.recorded.seed };
writeFileSync(
	join(ROOT, "tests/fixtures/gas-executions.json"),
	`{"provenance":${JSON.stringify(fixture)},"executions":[\n${recorded.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`,
);
process.stdout.write(`in sample ${JSON.stringify(inSample)}\nout of sample ${JSON.stringify(outOfSample)}\n`);

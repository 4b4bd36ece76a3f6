import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ArbError, messageOf } from "../domain/errors.ts";
import { ROOT } from "../scripts/paths.ts";

/** One measured figure. `ratio` is our value by the peer's, both measured in the same run. */
export interface BenchResult {
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	readonly better: "lower" | "higher";
	readonly aim: number | null;
	readonly met: boolean | null;
	/** What it is compared with, by name. */
	readonly peer: string | null;
	readonly ratio: number | null;
}

export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGiB: number;
	readonly platform: string;
	readonly node: string;
	/** Processes that wanted a core in the minute before the benchmark began: above 0 other work ran beside it. */
	readonly loadBefore: number;
}

export interface BenchReport {
	readonly bench: string;
	readonly machine: Machine;
	readonly results: readonly BenchResult[];
}

/** What a benchmark measured, and on what. */
export interface Measured {
	readonly results: readonly BenchResult[];
	/** Sentences about the data and the conditions, for readers. */
	readonly notes: readonly string[];
}

/** A figure without a peer; `met` follows from the aim. */
export function figure(of: {
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	readonly better: "lower" | "higher";
	readonly aim?: number;
}): BenchResult {
	const { name, value, unit, better, aim = null } = of;
	const met = aim === null ? null : better === "lower" ? value <= aim : value >= aim;
	return { name, value: rounded(value), unit, better, aim, met, peer: null, ratio: null };
}

/** Nearest-rank quantile: the smallest value that at least the share `q` of all does not exceed. NaN of no values. */
export function quantile(values: readonly number[], q: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Four significant digits: more is noise. */
function rounded(value: number): number {
	return Number(value.toPrecision(4));
}

/** A line about what is being done, on stderr: stdout is for the figures. */
export function progress(line: string): void {
	process.stderr.write(`${line}\n`);
}

/**
 * Runs a benchmark as a program: `--json` prints the common form, else a table; `--write-docs` also puts the table into `docs/performance.md`. Exits with 1
 * where it could not measure. An aim that was missed is a figure, not a failure.
 *
 * @param counts further options by name with their defaults, each a positive whole number
 */
export async function runBench(
	bench: string,
	measure: (signal: AbortSignal, counts: ReadonlyMap<string, number>) => Promise<Measured>,
	counts: Readonly<Record<string, number>> = {},
): Promise<void> {
	const stop = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort(new Error(`${bench}: stopped by ${name}`)));
	try {
		const own = Object.fromEntries(Object.keys(counts).map((name) => [name, { type: "string" as const }]));
		const { values } = parseArgs({ options: { ...own, json: { type: "boolean" }, "write-docs": { type: "boolean" } } });
		const asked = new Map(
			Object.entries(counts).map(([name, byDefault]) => [name, readCount(name, Reflect.get(values, name) ?? byDefault)]),
		);
		const machine = describeMachine();
		const { results, notes } = await measure(stop.signal, asked);
		const bad = results.filter((result) => !Number.isFinite(result.value));
		if (bad.length > 0) {
			const names = bad.map((result) => result.name).join(", ");
			throw new ArbError({ code: "invalid_input", message: `${bench}: nothing was measured for ${names}; run it again`, retryable: true });
		}
		const report: BenchReport = { bench, machine, results };
		const text = renderTable(report);
		process.stdout.write(values.json === true ? `${JSON.stringify(report, null, "\t")}\n` : `${text}\n\n${notes.join("\n")}\n`);
		if (values["write-docs"] === true) writeDocs({ bench, section: renderSection({ bench, text, notes, at: new Date() }) });
	} catch (error) {
		process.stderr.write(`${bench}: ${messageOf(error)}\n`);
		process.exitCode = 1;
	}
}

function readCount(name: string, value: unknown): number {
	const count = Number(value);
	if (Number.isSafeInteger(count) && count > 0) return count;
	throw new ArbError({ code: "invalid_input", message: `--${name}: "${String(value)}" is no positive whole number`, retryable: false });
}

function describeMachine(): Machine {
	const processors = cpus();
	return {
		cpu: processors[0]?.model.trim() ?? "unknown",
		cores: processors.length,
		memoryGiB: Math.round(totalmem() / 2 ** 30),
		platform: `${process.platform}-${process.arch}`,
		node: process.version,
		loadBefore: rounded(loadavg()[0] ?? 0),
	};
}

/** The report as a Markdown table, readable in a terminal as well. */
export function renderTable({ bench, machine, results }: BenchReport): string {
	const header = ["figure", "value", "aim", "peer"];
	const rows = results.map((result) => [
		result.name,
		`${result.value} ${result.unit}`,
		result.aim === null ? "" : `${result.better === "lower" ? "≤" : "≥"} ${result.aim} ${result.unit}: ${result.met ? "met" : "missed"}`,
		result.peer === null || result.ratio === null ? "" : `${result.ratio} × ${result.peer}`,
	]);
	const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
	const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
	const { cpu, cores, memoryGiB, platform, node, loadBefore } = machine;
	return [
		`${bench} on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, Node ${node}, load ${loadBefore} before it began`,
		"",
		line(header),
		line(widths.map((width) => "-".repeat(width))),
		...rows.map(line),
	].join("\n");
}

function renderSection(of: {
	readonly bench: string;
	readonly text: string;
	readonly notes: readonly string[];
	readonly at: Date;
}): string {
	const date = of.at.toISOString().slice(0, 10);
	return [
		`## ${of.bench}`,
		"",
		`Measured ${date} by \`npm run bench -- ${of.bench}\`.`,
		"",
		of.text,
		"",
		...of.notes.map((note) => `- ${note}`),
	].join("\n");
}

/** Puts a benchmark's section into a document between its own markers, or at the end where it has none yet. */
export function replaceSection(document: string, of: { readonly bench: string; readonly section: string }): string {
	const begin = `<!-- bench ${of.bench} -->`;
	const end = `<!-- end of bench ${of.bench} -->`;
	const block = `${begin}\n\n${of.section}\n\n${end}`;
	const from = document.indexOf(begin);
	const to = document.indexOf(end);
	if (from < 0 || to < from) return `${document.trimEnd()}\n\n${block}\n`;
	return `${document.slice(0, from)}${block}${document.slice(to + end.length)}`;
}

const TITLE =
	"# Performance\n\nEvery section is written by its benchmark with `--write-docs`. Ratios hold on any machine, times on this one.\n";

function writeDocs(of: { readonly bench: string; readonly section: string }): void {
	const file = join(ROOT, "docs", "performance.md");
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, replaceSection(existsSync(file) ? readFileSync(file, "utf8") : TITLE, of));
	progress(`${of.bench}: its section of docs/performance.md is written`);
}

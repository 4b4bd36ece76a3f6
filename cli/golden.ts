import { messageOf } from "../domain/errors.ts";
import { type CheckedAnswer, checkGoldenLine } from "../rust-wasm/golden-check.ts";
import { readLines } from "./lines.ts";

/** Of the lines that could not be read, so many are shown. */
const MOST_BAD_LINES = 10;

interface FamilyResult {
	answers: number;
	matches: number;
	/** Refused by the contract and by the engine. */
	refusals: number;
	largestDifference: bigint;
	firstMismatch: { readonly file: string; readonly line: number; readonly answers: readonly CheckedAnswer[]; readonly row: unknown } | null;
}

interface BadLine {
	readonly file: string;
	readonly line: number;
	readonly message: string;
}

/** `arb golden FILE…`: the engine against recorded answers of real contracts. True where all are equal. */
export async function goldenCommand(files: readonly string[], { json }: { readonly json?: boolean }): Promise<boolean> {
	const families = new Map<string, FamilyResult>();
	const badLines: BadLine[] = [];
	for (const file of files) {
		for await (const { number, text } of readLines(file)) {
			try {
				const { family, answers } = checkGoldenLine(text);
				const of = families.get(family) ?? { answers: 0, matches: 0, refusals: 0, largestDifference: 0n, firstMismatch: null };
				families.set(family, of);
				for (const answer of answers) count(of, answer);
				const wrong = answers.filter((answer) => !answer.matches);
				if (wrong.length > 0) of.firstMismatch ??= { file, line: number, answers: wrong, row: JSON.parse(text) };
			} catch (error) {
				badLines.push({ file, line: number, message: messageOf(error) });
			}
		}
	}
	const isGood = badLines.length === 0 && [...families.values()].every((of) => of.matches === of.answers);
	process.stdout.write(json === true ? `${asJson(families, badLines, isGood)}\n` : asText(families, badLines));
	return isGood;
}

function count(of: FamilyResult, answer: CheckedAnswer): void {
	of.answers += 1;
	if (answer.matches) of.matches += 1;
	if (answer.matches && answer.recorded === null) of.refusals += 1;
	const difference = BigInt(answer.difference ?? "0");
	if (difference > of.largestDifference) of.largestDifference = difference;
}

function asJson(families: ReadonlyMap<string, FamilyResult>, badLines: readonly BadLine[], isGood: boolean): string {
	const rows = [...families].map(([family, of]) => ({ family, ...of, largestDifference: of.largestDifference.toString() }));
	return JSON.stringify({ ok: isGood, families: rows, badLines }, null, "\t");
}

function asText(families: ReadonlyMap<string, FamilyResult>, badLines: readonly BadLine[]): string {
	const header = ["family", "answers", "match", "refused by both", "largest difference"];
	const rows = [...families].map(([family, of]) => [family, of.answers, of.matches, of.refusals, of.largestDifference].map(String));
	const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
	const table = [header, ...rows].map((row) =>
		row
			.map((cell, i) => cell.padEnd(widths[i] ?? 0))
			.join("  ")
			.trimEnd(),
	);
	const mismatches = [...families].flatMap(([family, { firstMismatch }]) =>
		firstMismatch === null
			? []
			: [
					`\nfirst mismatch of ${family}: ${firstMismatch.file}:${firstMismatch.line}`,
					...firstMismatch.answers.map(
						({ question, recorded, answer, refusal }) => `  ${question}: contract ${recorded ?? "refused"}, engine ${answer ?? refusal}`,
					),
					`  ${JSON.stringify(firstMismatch.row)}`,
				],
	);
	const bad = badLines.slice(0, MOST_BAD_LINES).map(({ file, line, message }) => `${file}:${line}: ${message}`);
	if (badLines.length > MOST_BAD_LINES) bad.push(`and ${badLines.length - MOST_BAD_LINES} further lines that could not be read`);
	return `${[...table, ...mismatches, ...bad].join("\n")}\n`;
}

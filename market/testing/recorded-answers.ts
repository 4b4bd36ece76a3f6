import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const FOLDER = fileURLToPath(new URL("../../../shared/data/golden/", import.meta.url));

/** Answers of real contracts lie beside the repository. */
export const HAS_RECORDED = existsSync(FOLDER);

const rowSchema = z.looseObject({
	variant: z.string(),
	state: z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())])),
});
/** A recorded state with what the contract answered. */
export type RecordedRow = z.output<typeof rowSchema>;

/** The first `count` rows of a family that pass, each of another state. */
export function recordedRows(
	family: string,
	of: { readonly count: number; readonly isWanted: (row: RecordedRow) => boolean },
): RecordedRow[] {
	const lines = gunzipSync(readFileSync(`${FOLDER}generated/${family}.jsonl.gz`))
		.toString()
		.split("\n");
	const found = new Map<string, RecordedRow>();
	for (const line of lines) {
		if (line === "" || found.size === of.count) continue;
		const row = rowSchema.parse(JSON.parse(line));
		if (of.isWanted(row)) found.set(JSON.stringify(row.state), row);
	}
	return [...found.values()];
}

/** A JSON file of what was read from a chain, below the recorded data's folder; its integers are read as text, which no double cuts off. */
export function recordedFile(path: string): unknown {
	const text = readFileSync(`${FOLDER}${path}`, "utf8");
	return JSON.parse(text.replace(/([:[,]\s*)(-?\d+)(?=\s*[,}\]])/g, '$1"$2"'));
}

import { engineModule } from "./module.ts";
import { refusalName } from "./refusal.ts";

/** One question of a recorded line with both answers: amounts in base units as decimal strings, null where that side refused. */
export interface CheckedAnswer {
	readonly question: string;
	readonly recorded: string | null;
	readonly answer: string | null;
	/** Name of the engine's refusal. */
	readonly refusal: string | null;
	readonly matches: boolean;
	readonly difference: string | null;
}

export interface CheckedLine {
	readonly family: string;
	readonly answers: readonly CheckedAnswer[];
}

/**
 * Checks one line of recorded answers of a real contract; its form is in `docs/protocols.md`.
 *
 * @throws Error with a sentence that names the field where the line is wrong.
 */
export function checkGoldenLine(line: string): CheckedLine {
	let text: string;
	try {
		text = engineModule().check_golden(line);
	} catch (error) {
		if (typeof error === "string") throw new Error(error);
		throw error;
	}
	const checked = JSON.parse(text) as { family: string; answers: readonly (Omit<CheckedAnswer, "refusal"> & { refusal: number | null })[] };
	return { ...checked, answers: checked.answers.map((of) => ({ ...of, refusal: of.refusal === null ? null : refusalName(of.refusal) })) };
}

import type { TokenMetadata } from "../../domain/token-facts.ts";
import { uintAt } from "../protocols/abi-word.ts";

/** Of a symbol or name: what a table shows without breaking. */
const LONGEST = 32;
/** Signs that a page or a shell could take for its own. */
const MARKUP = /[<>&"'`\\]/g;
/** Letters, digits, signs and marks of punctuation; no controls, no direction marks, no invisible or combining characters. */
const UNPRINTABLE = /[^\p{L}\p{N}\p{S}\p{P} ]/gu;
const ASCII = /^[\x20-\x7e]*$/;

/** What the metadata functions returned; null where they failed. */
export interface MetadataAnswers {
	readonly name: string | null;
	readonly symbol: string | null;
	readonly decimals: string | null;
	readonly totalSupply: string | null;
}

export function readMetadata(answers: MetadataAnswers): TokenMetadata {
	const symbol = readText(answers.symbol);
	const name = readText(answers.name);
	return {
		name: name === null ? null : printable(name.text),
		symbol: symbol === null ? null : printable(symbol.text),
		encoding: (symbol ?? name)?.encoding ?? "none",
		isUnusual: symbol !== null && (printable(symbol.text) !== symbol.text || !ASCII.test(symbol.text)),
		decimals: readWord(answers.decimals),
		totalSupply: readWord(answers.totalSupply),
	};
}

/** What can be shown of a text that anybody may have written; null where nothing is left. */
function printable(text: string): string | null {
	const kept = text.replace(UNPRINTABLE, "").replace(MARKUP, "").trim();
	const short = [...kept].slice(0, LONGEST).join("");
	return short === "" ? null : short;
}

function readWord(answer: string | null): bigint | null {
	return answer === null || answer.length < 66 ? null : uintAt(answer, 0);
}

/** An ABI string, or a `bytes32` filled up with zeros as MKR has it. What was cut off at the end is left out. */
function readText(answer: string | null): { readonly text: string; readonly encoding: "string" | "bytes32" } | null {
	if (answer === null || answer.length < 66) return null;
	const bytes = Buffer.from(answer.slice(2), "hex");
	if (bytes.length === 32) {
		const end = bytes.indexOf(0);
		return { text: bytes.subarray(0, end === -1 ? 32 : end).toString("utf8"), encoding: "bytes32" };
	}
	if (bytes.length < 64 || uintAt(answer, 0) !== 32n) return null;
	const length = Number(uintAt(answer, 1));
	return { text: bytes.subarray(64, Math.min(bytes.length, 64 + length)).toString("utf8"), encoding: "string" };
}

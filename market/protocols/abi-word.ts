/**
 * ABI data is a row of 32-byte words (Solidity ABI specification): a value of a static type is found by its word's index, a list by the word that says
 * where it starts.
 */
const WORD_DIGITS = 64;

function wordAt(data: string, index: number): string {
	return data.slice(2 + index * WORD_DIGITS, 2 + (index + 1) * WORD_DIGITS);
}

export function uintAt(data: string, index: number): bigint {
	return BigInt(`0x${wordAt(data, index)}`);
}

/** Signed integers are sign-extended to the whole word. */
export function intAt(data: string, index: number): bigint {
	return BigInt.asIntN(256, uintAt(data, index));
}

export function addressAt(data: string, index: number): string {
	return `0x${wordAt(data, index).slice(24).toLowerCase()}`;
}

/** Words in the data, the last one whole. */
export function wordsIn(data: string): number {
	return Math.floor((data.length - 2) / WORD_DIGITS);
}

/** The list whose place is said by the word at `index`, in groups of `width` words: where each group starts; null where the data ends before it does. */
export function listAt(data: string, index: number, width = 1): number[] | null {
	const words = wordsIn(data);
	if (index >= words) return null;
	const offset = uintAt(data, index);
	if (offset % 32n !== 0n || offset / 32n >= words) return null;
	const start = Number(offset) / 32;
	const length = uintAt(data, start);
	if (length * BigInt(width) > words - start - 1) return null;
	return Array.from({ length: Number(length) }, (_, i) => start + 1 + i * width);
}

/** A `uint` argument of a call as one word, without `0x`. */
export function uintWord(value: number | bigint): string {
	return value.toString(16).padStart(WORD_DIGITS, "0");
}

/** The address in a word. */
export function addressWord(word: bigint): string {
	return `0x${BigInt.asUintN(160, word).toString(16).padStart(40, "0")}`;
}

/** An `int` argument of a call as one word, without `0x`. */
export function intWord(value: number): string {
	return BigInt.asUintN(256, BigInt(value)).toString(16).padStart(WORD_DIGITS, "0");
}

/** An address as an indexed event parameter. */
export function addressTopic(address: string): string {
	return `0x${address.slice(2).toLowerCase().padStart(WORD_DIGITS, "0")}`;
}

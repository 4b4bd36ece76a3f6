/**
 * ABI data is a row of 32-byte words (Solidity ABI specification); pools' answers and events hold static types only, so a word is found
 * by its index.
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

/** An `int` argument of a call as one word, without `0x`. */
export function intWord(value: number): string {
	return BigInt.asUintN(256, BigInt(value)).toString(16).padStart(WORD_DIGITS, "0");
}

/** An address as an indexed event parameter. */
export function addressTopic(address: string): string {
	return `0x${address.slice(2).toLowerCase().padStart(WORD_DIGITS, "0")}`;
}

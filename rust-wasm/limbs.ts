const WORD = (1n << 64n) - 1n;

/** Least significant word first: how 256-bit integers cross into WASM memory. */
export const WORDS = 4;

/** True where the value is an unsigned integer of at most `bits` bits. */
export function fitsUnsigned(value: bigint, bits: number): boolean {
	return value >= 0n && value >> BigInt(bits) === 0n;
}

/** Writes an unsigned integer as `words` 64-bit words at `offset`; the caller has checked that it fits. A negative value becomes two's complement. */
export function writeWords(target: BigUint64Array, at: { readonly offset: number; readonly words: number }, value: bigint): void {
	let rest = BigInt.asUintN(at.words * 64, value);
	for (let i = 0; i < at.words; i++) {
		target[at.offset + i] = rest & WORD;
		rest >>= 64n;
	}
}

/** Reads an unsigned integer of `words` 64-bit words at `offset`. */
export function readWords(source: BigUint64Array, at: { readonly offset: number; readonly words: number }): bigint {
	let value = 0n;
	for (let i = at.words - 1; i >= 0; i--) value = (value << 64n) | (source[at.offset + i] ?? 0n);
	return value;
}

/** A 256-bit unsigned integer as four words. */
export function toWords(value: bigint): BigUint64Array {
	const words = new BigUint64Array(WORDS);
	writeWords(words, { offset: 0, words: WORDS }, value);
	return words;
}

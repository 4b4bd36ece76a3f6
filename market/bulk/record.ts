import { ArbError } from "../../domain/errors.ts";

/** What is said of an address: the first byte of its record (`contracts/src/readers/PoolCall.sol`). */
export const STATUS = {
	/** The call succeeded and returned nothing: there is no code, or none that knows the call. */
	empty: 0,
	read: 1,
	/** A call reverted, or took more gas than a reader allows it (100,000). */
	reverted: 2,
	/** An answer is too short, or a value wider than the pool's own type: another kind of contract. */
	malformed: 3,
} as const;

const WORDS: Readonly<Record<number, string>> = {
	[STATUS.empty]: "there is no such contract, or it does not know the call",
	[STATUS.reverted]: "the call reverted",
	[STATUS.malformed]: "the answer is none of such a pool",
};

/** Why there is no state, in words. */
export function describeStatus(status: number): string {
	return WORDS[status] ?? `status ${status}`;
}

/** Digits of an ABI word. */
const DIGITS = 64;

/** What an answer of a single call means: null where the call failed. Values are checked by {@link fitting}. */
export function statusOf(answer: string | null, leastWords: number): number {
	if (answer === null) return STATUS.reverted;
	const digits = answer.length - 2;
	if (digits === 0) return STATUS.empty;
	return digits < leastWords * DIGITS ? STATUS.malformed : STATUS.read;
}

/** The hex digits of an answer's word as an unsigned integer of so many bytes; null where it does not fit. */
export function fitting(answer: string, of: { readonly word: number; readonly bytes: number; readonly isSigned?: boolean }): string | null {
	const word = answer.slice(2 + of.word * DIGITS, 2 + (of.word + 1) * DIGITS);
	const digits = word.slice(DIGITS - of.bytes * 2);
	const isNegative = of.isSigned === true && /^[89a-f]/i.test(digits);
	const extension = (isNegative ? "f" : "0").repeat(DIGITS - of.bytes * 2);
	return word.toLowerCase() === extension + digits.toLowerCase() ? digits : null;
}

/** A big-endian unsigned integer of 4 bytes. */
export function word32(bytes: Uint8Array, offset: number): number {
	return (
		(((bytes[offset] ?? 0) << 24) | ((bytes[offset + 1] ?? 0) << 16) | ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0)) >>> 0
	);
}

/** A big-endian unsigned integer of 2 bytes. */
export function word16(bytes: Uint8Array, offset: number): number {
	return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/** A big-endian two's complement integer of 3 bytes. */
export function signed24(bytes: Uint8Array, offset: number): number {
	return (((bytes[offset] ?? 0) << 24) | ((bytes[offset + 1] ?? 0) << 16) | ((bytes[offset + 2] ?? 0) << 8)) >> 8;
}

/** The 20 bytes of an address, as hex. */
export function addressIn(bytes: Buffer, offset: number): string {
	return `0x${bytes.toString("hex", offset, offset + 20)}`;
}

/** @throws ArbError `invalid_input` that names the field, where one of these is no 20-byte hex address */
export function assertAddresses(field: string, addresses: readonly string[]): void {
	const wrong = addresses.find((address) => !/^0x[0-9a-fA-F]{40}$/.test(address));
	if (wrong === undefined) return;
	throw new ArbError({ code: "invalid_input", message: `${field}: "${wrong}" is not a 20-byte hex address`, retryable: false });
}

/** Addresses as one row of hex digits. */
export function packedAddresses(addresses: readonly string[]): string {
	let packed = "";
	for (const address of addresses) packed += address.slice(2);
	return packed;
}

import { keccak256 } from "ethers";
import type { TopicFilter } from "../log.ts";

export interface LogFilter {
	readonly addresses?: readonly string[] | undefined;
	readonly topics?: TopicFilter | undefined;
}

/** Bits of a value are the low eleven of the first three pairs of bytes of its hash (yellow paper, 4.3.1, equation 30 and following). */
const BLOOM_BYTES = 256;
const KEPT = 4096;
const bitsOf = new Map<string, readonly number[]>();

/** May a block with this bloom have logs that the filter takes? False is certain, true is a likelihood. */
export function bloomMayHold(logsBloom: string, filter: LogFilter): boolean {
	const { addresses = [], topics = [] } = filter;
	const isAnySet = (values: readonly string[]) => values.length === 0 || values.some((value) => bloomHas(logsBloom, value));
	return isAnySet(addresses) && topics.every((choice) => choice === null || isAnySet(typeof choice === "string" ? [choice] : choice));
}

/** Is a log's address or topic in the bloom? A log in the block whose parts are not in its bloom is not of that block. */
export function bloomHas(logsBloom: string, value: string): boolean {
	return bits(value).every((bit) => {
		// Bit 0 is the lowest of the last byte.
		const digit = logsBloom[2 + 2 * BLOOM_BYTES - 1 - (bit >> 2)];
		return digit !== undefined && (Number.parseInt(digit, 16) & (1 << (bit & 3))) !== 0;
	});
}

/** The bloom that the addresses and topics of these logs make. */
export function bloomOf(logs: readonly { readonly address: string; readonly topics: readonly string[] }[]): string {
	let bloom = 0n;
	for (const { address, topics } of logs) {
		for (const bit of [address, ...topics].flatMap(bits)) bloom |= 1n << BigInt(bit);
	}
	return `0x${bloom.toString(16).padStart(2 * BLOOM_BYTES, "0")}`;
}

function bits(value: string): readonly number[] {
	const key = value.toLowerCase();
	const known = bitsOf.get(key);
	if (known !== undefined) return known;
	const hash = keccak256(key);
	const found = [0, 1, 2].map((pair) => Number.parseInt(hash.slice(2 + 4 * pair, 6 + 4 * pair), 16) & (8 * BLOOM_BYTES - 1));
	if (bitsOf.size >= KEPT) bitsOf.clear();
	bitsOf.set(key, found);
	return found;
}

import { ArbError } from "../../domain/errors.ts";
import type { Call } from "../chain-client.ts";

/** Selector of `aggregate3((address,bool,bytes)[])`. */
const AGGREGATE3 = "0x82ad56cb";
/** Digits of an ABI word. */
const DIGITS = 64;
const BYTES = 32;

/** Calldata of Multicall3's `aggregate3`, failures allowed. ABI encoding by hand: general coders take some 50 µs a call. */
export function encodeAggregate3(calls: readonly Call[]): string {
	const offsets: string[] = [];
	const tuples: string[] = [];
	let offset = calls.length * BYTES;
	for (const { to, data } of calls) {
		const digits = data.slice(2);
		const padded = digits.padEnd(Math.ceil(digits.length / DIGITS) * DIGITS, "0");
		offsets.push(word(offset));
		tuples.push(to.slice(2).padStart(DIGITS, "0"), word(1), word(3 * BYTES), word(digits.length / 2), padded);
		offset += 4 * BYTES + padded.length / 2;
	}
	return [AGGREGATE3, word(BYTES), word(calls.length), ...offsets, ...tuples].join("");
}

/**
 * Return data of each call, null where it failed: the answer of `aggregate3`, `(bool success, bytes returnData)[]`.
 *
 * @throws ArbError `chain` where the answer does not have that form for so many calls
 */
export function decodeAggregate3(answer: string, calls: number): (string | null)[] {
	const list = 2 + number(answer, 2) * 2;
	const first = list + DIGITS;
	if (number(answer, list) !== calls) throw malformed(answer, calls);
	return Array.from({ length: calls }, (_, i) => {
		const tuple = first + number(answer, first + i * DIGITS) * 2;
		const bytes = tuple + number(answer, tuple + DIGITS) * 2;
		const length = number(answer, bytes) * 2;
		const returned = answer.slice(bytes + DIGITS, bytes + DIGITS + length);
		if (returned.length !== length) throw malformed(answer, calls);
		return number(answer, tuple) === 1 ? `0x${returned}` : null;
	});
}

function word(value: number): string {
	return value.toString(16).padStart(DIGITS, "0");
}

/** NaN where the answer ends before. */
function number(answer: string, at: number): number {
	return Number.parseInt(answer.slice(at, at + DIGITS), 16);
}

function malformed(answer: string, calls: number): ArbError {
	return new ArbError({
		code: "chain",
		message: `Multicall3: an answer of ${answer.length} digits has no results of ${calls} calls; check the node`,
		retryable: true,
	});
}

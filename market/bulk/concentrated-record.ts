import { ArbError } from "../../domain/errors.ts";
import { STATUS, signed24, word16, word32 } from "./record.ts";

/** States of concentrated-liquidity pools at the end of one block, in the order that they were asked for. Zeros where not read. */
export interface ConcentratedStates {
	/** One of {@link STATUS} for each pool. */
	readonly status: Uint8Array;
	/** Six words per pool, least significant first: `sqrtPriceX96` in four, `liquidity` in two. */
	readonly words: BigUint64Array;
	readonly tick: Int32Array;
	/**
	 * Two numbers per pool, those that follow price and tick in its answer (the low 24 bits of the third word and of the fourth): Algebra's fees or its fee and
	 * the plugin's configuration; of V4 the protocol's fee and that of the LPs.
	 */
	readonly afterTick: Uint32Array;
	/** ABI words of that answer; 0 for V4. */
	readonly answerWords: Uint8Array;
	/** Words of the tick bitmap that were read, by their number, both ends included; the last below the first where none was. */
	readonly firstWord: Int16Array;
	readonly lastWord: Int16Array;
	/** The ticks of pool i are those from `start[i]` to `start[i + 1]`, ascending. */
	readonly start: Uint32Array;
	readonly ticks: Int32Array;
	/** Two words per tick. */
	readonly gross: BigUint64Array;
	/** Two words per tick, two's complement of 128 bits. */
	readonly net: BigUint64Array;
}

/**
 * `ConcentratedReading.sol`: status (1), sqrtPriceX96 (20), tick (3), liquidity (16), what follows the tick in the answer (3 + 3) and its words (1), first (2)
 * and last (2) word asked for, words read (2), number of ticks (2); then for each tick its number (3), gross (16), net (16).
 */
export const HEADER = 55;
export const TICK = 35;
const AT = {
	sqrtPrice: 1,
	tick: 21,
	liquidity: 24,
	afterTick: 40,
	answerWords: 46,
	firstWord: 47,
	lastWord: 49,
	wordsRead: 51,
	ticks: 53,
} as const;

/** A record where it lies in an answer. */
interface Record {
	readonly bytes: Uint8Array;
	readonly offset: number;
}

/** Words of a pool that its record does not have yet. */
export interface MissingWords {
	readonly first: number;
	readonly last: number;
}

/** Length of the record at `offset`; null where the answer ends before it. */
export function recordLength(bytes: Uint8Array, offset: number): number | null {
	if (offset + HEADER > bytes.length) return null;
	const length = HEADER + word16(bytes, offset + AT.ticks) * TICK;
	return offset + length > bytes.length ? null : length;
}

/** Gathers records as they come, several for a pool whose ticks did not fit one answer, and decodes them once all are there. */
export class ConcentratedTarget {
	readonly #records: Record[][];

	constructor(count: number) {
		this.#records = Array.from({ length: count }, () => []);
	}

	/** Takes a pool's first record, in place of what was there; returns what is still missing. */
	begin(index: number, bytes: Uint8Array, offset: number): MissingWords | null {
		this.#records[index] = [];
		return this.proceed(index, bytes, offset);
	}

	/** Takes the record that goes on where a pool's last one ended; returns what is still missing. */
	proceed(index: number, bytes: Uint8Array, offset: number): MissingWords | null {
		this.#records[index]?.push({ bytes, offset });
		const first = signed16(bytes, offset + AT.firstWord) + word16(bytes, offset + AT.wordsRead);
		const last = signed16(bytes, offset + AT.lastWord);
		return bytes[offset] === STATUS.read && first <= last ? { first, last } : null;
	}

	/** @throws ArbError `chain` where a pool has no record, or one that failed after others that did not: the node contradicts itself. */
	states(): ConcentratedStates {
		const count = this.#records.length;
		const start = new Uint32Array(count + 1);
		for (const [i, records] of this.#records.entries()) {
			const statuses = new Set(records.map(({ bytes, offset }) => bytes[offset]));
			if (statuses.size !== 1) {
				const message = `pool ${i} of ${count} was answered in ${records.length} parts that contradict each other; check the node`;
				throw new ArbError({ code: "chain", message, retryable: true });
			}
			const ticks = records.reduce((sum, { bytes, offset }) => sum + word16(bytes, offset + AT.ticks), 0);
			start[i + 1] = (start[i] ?? 0) + ticks;
		}
		const tickCount = start[count] ?? 0;
		const states = {
			status: new Uint8Array(count),
			words: new BigUint64Array(count * 6),
			tick: new Int32Array(count),
			afterTick: new Uint32Array(count * 2),
			answerWords: new Uint8Array(count),
			firstWord: new Int16Array(count),
			lastWord: new Int16Array(count).fill(-1),
			start,
			ticks: new Int32Array(tickCount),
			gross: new BigUint64Array(tickCount * 2),
			net: new BigUint64Array(tickCount * 2),
		};
		// In halves of words. Little-endian, as every machine that Node and WebAssembly share memory on.
		const words = new Uint32Array(states.words.buffer);
		const gross = new Uint32Array(states.gross.buffer);
		const net = new Uint32Array(states.net.buffer);
		for (const [i, records] of this.#records.entries()) {
			const [head] = records;
			if (head === undefined) continue;
			const { bytes, offset } = head;
			states.status[i] = bytes[offset] ?? 0;
			if (bytes[offset] !== STATUS.read) continue;
			copyWord(words, i * 12, { bytes, offset: offset + AT.sqrtPrice, halves: 5 });
			copyWord(words, i * 12 + 8, { bytes, offset: offset + AT.liquidity, halves: 4 });
			states.tick[i] = signed24(bytes, offset + AT.tick);
			states.afterTick[i * 2] = unsigned24(bytes, offset + AT.afterTick);
			states.afterTick[i * 2 + 1] = unsigned24(bytes, offset + AT.afterTick + 3);
			states.answerWords[i] = bytes[offset + AT.answerWords] ?? 0;
			states.firstWord[i] = signed16(bytes, offset + AT.firstWord);
			states.lastWord[i] = signed16(bytes, offset + AT.lastWord);
			let at = start[i] ?? 0;
			for (const part of records) {
				const end = part.offset + HEADER + word16(part.bytes, part.offset + AT.ticks) * TICK;
				for (let from = part.offset + HEADER; from < end; from += TICK, at++) {
					states.ticks[at] = signed24(part.bytes, from);
					copyWord(gross, at * 4, { bytes: part.bytes, offset: from + 3, halves: 4 });
					copyWord(net, at * 4, { bytes: part.bytes, offset: from + 19, halves: 4 });
				}
			}
		}
		return states;
	}
}

/** Copies a big-endian integer of `halves` × 4 bytes to least significant first. */
function copyWord(target: Uint32Array, at: number, from: Record & { readonly halves: number }): void {
	for (let half = 0; half < from.halves; half++) target[at + half] = word32(from.bytes, from.offset + (from.halves - 1 - half) * 4);
}

function unsigned24(bytes: Uint8Array, offset: number): number {
	return signed24(bytes, offset) & 0xff_ffff;
}

function signed16(bytes: Uint8Array, offset: number): number {
	return (word16(bytes, offset) << 16) >> 16;
}

import { intWord } from "../protocols/abi-word.ts";
import { type ConcentratedStates, ConcentratedTarget } from "./concentrated-record.ts";
import type { ConcentratedPool, TicksToRead } from "./concentrated-states.ts";
import type { AskMany } from "./many-calls.ts";
import { hexInt, hexUint } from "./reader.ts";
import { fitting, STATUS, signed24, statusOf } from "./record.ts";
import { WORD, wordsToRead } from "./tick-window.ts";

export const SLOT0 = "0x3850c7bd";
const LIQUIDITY = "0x1a686502";
const TICK_BITMAP = "0x5339c296";
const TICKS = "0xf30dba93";

/** A pool on the way to its record: what is known of it so far, as the record's hex digits. */
interface Reading {
	readonly pool: ConcentratedPool;
	status: number;
	price: string;
	first: number;
	last: number;
	readonly tickNumbers: number[];
	ticks: string[];
}

/** Reads pools by the calls that a reader makes, in rounds: price and liquidity, words of the bitmap, ticks. The same states come of it. */
export async function concentratedByCalls(
	ask: AskMany,
	pools: readonly ConcentratedPool[],
	ticks: TicksToRead,
): Promise<ConcentratedStates> {
	const readings = await readPrices(ask, pools, ticks);
	await readWords(ask, readings);
	await readTicks(ask, readings);
	const target = new ConcentratedTarget(pools.length);
	for (const [i, reading] of readings.entries()) target.begin(i, Buffer.from(recordOf(reading), "hex"), 0);
	return target.states();
}

async function readPrices(ask: AskMany, pools: readonly ConcentratedPool[], ticks: TicksToRead): Promise<Reading[]> {
	const answers = await ask(
		pools.flatMap(({ address }) => [
			{ to: address, data: SLOT0 },
			{ to: address, data: LIQUIDITY },
		]),
	);
	return pools.map((pool, i) => {
		const [slot0 = null, liquidity = null] = answers.slice(2 * i, 2 * i + 2);
		const reading: Reading = { pool, status: statusOf(slot0, 2), price: "", first: 0, last: -1, tickNumbers: [], ticks: [] };
		if (reading.status !== STATUS.read || slot0 === null) return reading;
		const sqrtPrice = fitting(slot0, { word: 0, bytes: 20 });
		const tick = fitting(slot0, { word: 1, bytes: 3, isSigned: true });
		reading.status = sqrtPrice === null || tick === null ? STATUS.malformed : statusOf(liquidity, 1);
		if (reading.status !== STATUS.read || liquidity === null || tick === null) return reading;
		const depth = fitting(liquidity, { word: 0, bytes: 16 });
		if (depth === null) return { ...reading, status: STATUS.malformed };
		reading.price = `${sqrtPrice}${tick}${depth}`;
		if (ticks === "none") return reading;
		const { lowestWord, highestWord } = wordsToRead(signed24(Buffer.from(tick, "hex"), 0), pool.tickSpacing);
		return { ...reading, first: lowestWord, last: highestWord };
	});
}

async function readWords(ask: AskMany, readings: readonly Reading[]): Promise<void> {
	const wanted = readings.flatMap((reading) =>
		Array.from({ length: Math.max(0, reading.last - reading.first + 1) }, (_, i) => ({ reading, word: reading.first + i })),
	);
	const answers = await ask(wanted.map(({ reading, word }) => ({ to: reading.pool.address, data: TICK_BITMAP + intWord(word) })));
	for (const [i, { reading, word }] of wanted.entries()) {
		const answer = answers[i] ?? null;
		if (!stillRead(reading, statusOf(answer, 1)) || answer === null) continue;
		let bits = BigInt(answer.slice(0, 66));
		for (let bit = 0; bits > 0n; bit++, bits >>= 1n) {
			if ((bits & 1n) === 1n) reading.tickNumbers.push((word * WORD + bit) * reading.pool.tickSpacing);
		}
	}
}

async function readTicks(ask: AskMany, readings: readonly Reading[]): Promise<void> {
	const wanted = readings.flatMap((reading) =>
		reading.status === STATUS.read ? reading.tickNumbers.map((tick) => ({ reading, tick })) : [],
	);
	const answers = await ask(wanted.map(({ reading, tick }) => ({ to: reading.pool.address, data: TICKS + intWord(tick) })));
	for (const [i, { reading, tick }] of wanted.entries()) {
		const answer = answers[i] ?? null;
		if (!stillRead(reading, statusOf(answer, 2)) || answer === null) continue;
		const gross = fitting(answer, { word: 0, bytes: 16 });
		const net = fitting(answer, { word: 1, bytes: 16, isSigned: true });
		if (gross === null || net === null) stillRead(reading, STATUS.malformed);
		else reading.ticks.push(`${hexInt(tick, 3)}${gross}${net}`);
	}
}

/** The first failure decides. */
function stillRead(reading: Reading, status: number): boolean {
	if (reading.status === STATUS.read) reading.status = status;
	return reading.status === STATUS.read;
}

function recordOf(reading: Reading): string {
	if (reading.status !== STATUS.read) return hexUint(reading.status, 1).padEnd(96, "0");
	const { price, first, last, ticks } = reading;
	return [
		hexUint(STATUS.read, 1),
		price,
		hexInt(first, 2),
		hexInt(last, 2),
		hexUint(last - first + 1, 2),
		hexUint(ticks.length, 2),
		...ticks,
	].join("");
}

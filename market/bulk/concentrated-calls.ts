import { type ConcentratedForm, type ConcentratedPool, QUESTIONS } from "./concentrated-form.ts";
import { type ConcentratedStates, ConcentratedTarget, HEADER } from "./concentrated-record.ts";
import type { TicksToRead } from "./concentrated-states.ts";
import type { AskMany } from "./many-calls.ts";
import { hexInt, hexUint } from "./reader.ts";
import { fitting, STATUS, signed24, statusOf } from "./record.ts";
import { WORD, wordsToRead } from "./tick-window.ts";

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
	of: { readonly pools: readonly ConcentratedPool[]; readonly form: ConcentratedForm; readonly ticks: TicksToRead },
): Promise<ConcentratedStates> {
	const { pools, form } = of;
	const readings = await readPrices(ask, of);
	await readWords(ask, readings, form);
	await readTicks(ask, readings, form);
	const target = new ConcentratedTarget(pools.length);
	for (const [i, reading] of readings.entries()) target.begin(i, Buffer.from(recordOf(reading), "hex"), 0);
	return target.states();
}

async function readPrices(
	ask: AskMany,
	of: { readonly pools: readonly ConcentratedPool[]; readonly form: ConcentratedForm; readonly ticks: TicksToRead },
): Promise<Reading[]> {
	const { pools, form, ticks } = of;
	const questions = QUESTIONS[form];
	const answers = await ask(
		pools.flatMap((pool) => [
			{ to: pool.address, data: questions.price(pool) },
			{ to: pool.address, data: questions.liquidity(pool) },
		]),
	);
	return pools.map((pool, i) => {
		const [state = null, liquidity = null] = answers.slice(2 * i, 2 * i + 2);
		const reading: Reading = {
			pool,
			status: statusOf(state, questions.priceWords),
			price: "",
			first: 0,
			last: -1,
			tickNumbers: [],
			ticks: [],
		};
		if (reading.status !== STATUS.read || state === null) return reading;
		const found = questions.priceIn(state);
		reading.status = found === null ? STATUS.malformed : statusOf(liquidity, 1);
		if (reading.status !== STATUS.read || liquidity === null || found === null) return reading;
		const depth = fitting(liquidity, { word: 0, bytes: 16 });
		if (depth === null) return { ...reading, status: STATUS.malformed };
		reading.price = `${found.price}${found.tick}${depth}${found.tail}`;
		if (ticks === "none") return reading;
		const { lowestWord, highestWord } = wordsToRead(signed24(Buffer.from(found.tick, "hex"), 0), pool.tickSpacing, form);
		return { ...reading, first: lowestWord, last: highestWord };
	});
}

async function readWords(ask: AskMany, readings: readonly Reading[], form: ConcentratedForm): Promise<void> {
	const wanted = readings.flatMap((reading) =>
		Array.from({ length: Math.max(0, reading.last - reading.first + 1) }, (_, i) => ({ reading, word: reading.first + i })),
	);
	const { bitmap } = QUESTIONS[form];
	const answers = await ask(wanted.map(({ reading: { pool }, word }) => ({ to: pool.address, data: bitmap(pool, word) })));
	for (const [i, { reading, word }] of wanted.entries()) {
		const answer = answers[i] ?? null;
		if (!stillRead(reading, statusOf(answer, 1)) || answer === null) continue;
		let bits = BigInt(answer.slice(0, 66));
		for (let bit = 0; bits > 0n; bit++, bits >>= 1n) {
			if ((bits & 1n) === 1n) reading.tickNumbers.push((word * WORD + bit) * reading.pool.tickSpacing);
		}
	}
}

async function readTicks(ask: AskMany, readings: readonly Reading[], form: ConcentratedForm): Promise<void> {
	const wanted = readings.flatMap((reading) =>
		reading.status === STATUS.read ? reading.tickNumbers.map((tick) => ({ reading, tick })) : [],
	);
	const questions = QUESTIONS[form];
	const answers = await ask(wanted.map(({ reading: { pool }, tick }) => ({ to: pool.address, data: questions.ticks(pool, tick) })));
	for (const [i, { reading, tick }] of wanted.entries()) {
		const answer = answers[i] ?? null;
		if (!stillRead(reading, statusOf(answer, questions.tickWords)) || answer === null) continue;
		const liquidities = questions.tickIn(answer);
		if (liquidities === null) stillRead(reading, STATUS.malformed);
		else reading.ticks.push(hexInt(tick, 3) + liquidities);
	}
}

/** The first failure decides. */
function stillRead(reading: Reading, status: number): boolean {
	if (reading.status === STATUS.read) reading.status = status;
	return reading.status === STATUS.read;
}

function recordOf(reading: Reading): string {
	if (reading.status !== STATUS.read) return hexUint(reading.status, 1).padEnd(HEADER * 2, "0");
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

import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { concentratedByCalls } from "./concentrated-calls.ts";
import { type ConcentratedForm, type ConcentratedPool, QUESTIONS } from "./concentrated-form.ts";
import { type ConcentratedStates, ConcentratedTarget, type MissingWords, recordLength } from "./concentrated-record.ts";
import { knowledgeOf } from "./knowledge.ts";
import { multicalls, singleCalls } from "./many-calls.ts";
import { inPieces } from "./pieces.ts";
import { hexInt, hexUint, runReader, unreadable } from "./reader.ts";
import { assertAddresses, word32 } from "./record.ts";
import { RefusedError } from "./refusal.ts";
import { WHOLE_WORDS, WORDS_EACH_SIDE } from "./tick-window.ts";

/** Which ticks are read beside price and liquidity: all in the words of {@link wordsToRead}, or none. */
export type TicksToRead = "around" | "none";

/** `ConcentratedReading.AROUND` in place of the first word. */
const AROUND = 0x7fff;
/** Most bytes of an answer: 2 MB as hex, what the strictest proxies let through. */
const ROOM = 1_000_000;
/** The largest spacing that a contract takes (`TickMath.MAX_TICK_SPACING` of Uniswap V4; V3's factory takes half of it). */
const LARGEST_SPACING = 32_767;

/** What every input begins with. */
export function inputHead(form: ConcentratedForm): string {
	return hexUint(ROOM, 4) + hexUint(WHOLE_WORDS, 2) + hexUint(WORDS_EACH_SIDE[form], 2);
}

/**
 * Reads price, liquidity and initialised ticks of many pools. What is no pool is said by its status.
 *
 * @throws ArbError `invalid_input` that names an address or spacing of another form; `stale_state` where the node does not have the block; the node's
 * other errors
 */
export async function readConcentrated(
	client: ChainClient,
	of: {
		readonly pools: readonly ConcentratedPool[];
		readonly blockHash: string;
		readonly ticks: TicksToRead;
		readonly form?: ConcentratedForm;
	},
): Promise<ConcentratedStates> {
	const { pools, blockHash, ticks, form = "v3" } = of;
	pools.forEach(assertPool);
	const knowledge = knowledgeOf(client);
	return knowledge.read({
		async override() {
			const target = new ConcentratedTarget(pools.length);
			await inPieces({
				what: "state override",
				count: pools.length,
				size: knowledge.sizes.concentrated,
				worthACall: 10,
				ask: (from, to) => override(client, { pools: pools.slice(from, to), blockHash, ticks, form, target, from }),
			});
			return target.states();
		},
		multicall: () => concentratedByCalls(multicalls(client, blockHash), { pools, form, ticks }),
		single: () => concentratedByCalls(singleCalls(client, blockHash), { pools, form, ticks }),
	});
}

/** Reads what an answer left out of a pool, from that word on. */
export async function readRest(
	client: ChainClient,
	of: {
		readonly pool: ConcentratedPool;
		readonly form: ConcentratedForm;
		readonly missing: MissingWords;
		readonly blockHash: string;
		readonly target: ConcentratedTarget;
		readonly index: number;
	},
): Promise<void> {
	for (let missing: MissingWords | null = of.missing; missing !== null; ) {
		const bytes = await callReader(client, { ...of, items: [item(of.pool, missing)] });
		const rest: MissingWords | null =
			word32(bytes, 0) === 1 && recordLength(bytes, 4) !== null ? of.target.proceed(of.index, bytes, 4) : missing;
		if (rest !== null && rest.first <= missing.first) {
			throw new RefusedError(`state override: a word's ticks of pool ${of.pool.id ?? of.pool.address} exceed the node's limit on gas`);
		}
		missing = rest;
	}
}

export function assertPool(pool: ConcentratedPool): void {
	assertAddresses("address", [pool.address]);
	if (pool.id !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(pool.id)) {
		throw new ArbError({ code: "invalid_input", message: `id: "${pool.id}" is not a pool's id of 32 bytes`, retryable: false });
	}
	if (!Number.isInteger(pool.tickSpacing) || pool.tickSpacing < 1 || pool.tickSpacing > LARGEST_SPACING) {
		const message = `tickSpacing of pool ${pool.address}: ${pool.tickSpacing} is not from 1 to ${LARGEST_SPACING}`;
		throw new ArbError({ code: "invalid_input", message, retryable: false });
	}
}

async function override(
	client: ChainClient,
	of: {
		readonly pools: readonly ConcentratedPool[];
		readonly blockHash: string;
		readonly ticks: TicksToRead;
		readonly form: ConcentratedForm;
		readonly target: ConcentratedTarget;
		readonly from: number;
	},
): Promise<number> {
	const words = of.ticks === "around" ? { first: AROUND, last: 0 } : { first: 0, last: -1 };
	const bytes = await callReader(client, { ...of, items: of.pools.map((pool) => item(pool, words)) });
	const count = word32(bytes, 0);
	let offset = 4;
	for (let i = 0; i < count; i++) {
		const pool = of.pools[i];
		const length = recordLength(bytes, offset);
		if (pool === undefined || length === null) throw unreadable("ConcentratedReader", bytes.length);
		const missing = of.target.begin(of.from + i, bytes, offset);
		if (missing !== null) await readRest(client, { ...of, pool, missing, index: of.from + i });
		offset += length;
	}
	if (offset !== bytes.length) throw unreadable("ConcentratedReader", bytes.length);
	return count;
}

function callReader(
	client: ChainClient,
	of: { readonly items: readonly string[]; readonly form: ConcentratedForm; readonly blockHash: string },
): Promise<Buffer> {
	const input = inputHead(of.form) + hexUint(QUESTIONS[of.form].number, 1) + of.items.join("");
	return runReader(client, { reader: "ConcentratedReader", input, blockHash: of.blockHash, leastBytes: 4 });
}

function item({ address, tickSpacing, id = "0x" }: ConcentratedPool, words: MissingWords): string {
	return address.slice(2) + hexUint(tickSpacing, 3) + hexInt(words.first, 2) + hexInt(words.last, 2) + id.slice(2);
}

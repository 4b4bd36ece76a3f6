import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { concentratedByCalls } from "./concentrated-calls.ts";
import { type ConcentratedStates, ConcentratedTarget, type MissingWords, recordLength } from "./concentrated-record.ts";
import { knowledgeOf } from "./knowledge.ts";
import { multicalls, singleCalls } from "./many-calls.ts";
import { inPieces } from "./pieces.ts";
import { hexInt, hexUint, runReader, unreadable } from "./reader.ts";
import { assertAddresses, word32 } from "./record.ts";
import { RefusedError } from "./refusal.ts";
import { WHOLE_WORDS, WORDS_EACH_SIDE } from "./tick-window.ts";

export interface ConcentratedPool {
	/** 20-byte hex. */
	readonly address: string;
	readonly tickSpacing: number;
}

/** Which ticks are read beside price and liquidity: all in the words of {@link wordsToRead}, or none. */
export type TicksToRead = "around" | "none";

/** `ConcentratedReading.AROUND` in place of the first word. */
const AROUND = 0x7fff;
/** Most bytes of an answer: 2 MB as hex, what the strictest proxies let through. */
const ROOM = 1_000_000;
/** What every input begins with. */
export const INPUT_HEAD = hexUint(ROOM, 4) + hexUint(WHOLE_WORDS, 2) + hexUint(WORDS_EACH_SIDE, 2);
/** The largest spacing that a factory takes (`UniswapV3Factory.enableFeeAmount`). */
const LARGEST_SPACING = 16_383;

/**
 * Reads price, liquidity and initialised ticks of many pools. What is no pool is said by its status.
 *
 * @throws ArbError `invalid_input` that names an address or spacing of another form; `stale_state` where the node does not have the block; the node's
 * other errors
 */
export async function readConcentrated(
	client: ChainClient,
	of: { readonly pools: readonly ConcentratedPool[]; readonly blockHash: string; readonly ticks: TicksToRead },
): Promise<ConcentratedStates> {
	const { pools, blockHash, ticks } = of;
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
				ask: (from, to) => override(client, { pools: pools.slice(from, to), blockHash, ticks, target, from }),
			});
			return target.states();
		},
		multicall: () => concentratedByCalls(multicalls(client, blockHash), pools, ticks),
		single: () => concentratedByCalls(singleCalls(client, blockHash), pools, ticks),
	});
}

/** Reads what an answer left out of a pool, from that word on. */
export async function readRest(
	client: ChainClient,
	of: {
		readonly pool: ConcentratedPool;
		readonly missing: MissingWords;
		readonly blockHash: string;
		readonly target: ConcentratedTarget;
		readonly index: number;
	},
): Promise<void> {
	for (let missing: MissingWords | null = of.missing; missing !== null; ) {
		const bytes = await callReader(client, [item(of.pool, missing)], of.blockHash);
		const rest: MissingWords | null =
			word32(bytes, 0) === 1 && recordLength(bytes, 4) !== null ? of.target.proceed(of.index, bytes, 4) : missing;
		if (rest !== null && rest.first <= missing.first) {
			throw new RefusedError(`state override: a word's ticks of pool ${of.pool.address} exceed the node's limit on gas`);
		}
		missing = rest;
	}
}

export function assertPool(pool: ConcentratedPool): void {
	assertAddresses("address", [pool.address]);
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
		readonly target: ConcentratedTarget;
		readonly from: number;
	},
): Promise<number> {
	const words = of.ticks === "around" ? { first: AROUND, last: 0 } : { first: 0, last: -1 };
	const bytes = await callReader(
		client,
		of.pools.map((pool) => item(pool, words)),
		of.blockHash,
	);
	const count = word32(bytes, 0);
	let offset = 4;
	for (let i = 0; i < count; i++) {
		const pool = of.pools[i];
		const length = recordLength(bytes, offset);
		if (pool === undefined || length === null) throw unreadable("ConcentratedReader", bytes.length);
		const missing = of.target.begin(of.from + i, bytes, offset);
		if (missing !== null) await readRest(client, { pool, missing, blockHash: of.blockHash, target: of.target, index: of.from + i });
		offset += length;
	}
	if (offset !== bytes.length) throw unreadable("ConcentratedReader", bytes.length);
	return count;
}

function callReader(client: ChainClient, items: readonly string[], blockHash: string): Promise<Buffer> {
	return runReader(client, { reader: "ConcentratedReader", input: INPUT_HEAD + items.join(""), blockHash, leastBytes: 4 });
}

function item(pool: ConcentratedPool, words: MissingWords): string {
	return pool.address.slice(2) + hexUint(pool.tickSpacing, 3) + hexInt(words.first, 2) + hexInt(words.last, 2);
}

import type { ChainClient } from "../chain-client.ts";
import { knowledgeOf } from "./knowledge.ts";
import { type AskMany, multicalls, singleCalls } from "./many-calls.ts";
import { inPieces } from "./pieces.ts";
import { runReader, unreadable } from "./reader.ts";
import { assertAddresses, fitting, packedAddresses, STATUS, statusOf, word16, word32 } from "./record.ts";

/** Reserves of constant-product pairs at the end of one block, in the order that they were asked for. */
export interface PairStates {
	/** One of {@link STATUS} for each pair. */
	readonly status: Uint8Array;
	/** Four words per pair, `reserve0` low and high, `reserve1` low and high: as `Engine.updateV2Reserves` takes them. Zeros where not read. */
	readonly reserves: BigUint64Array;
}

/** `PairReading.sol`: status (1), reserve0 (14), reserve1 (14). */
export const PAIR_RECORD = 29;
const RESERVE_BYTES = 14;
export const GET_RESERVES = "0x0902f1ac";

/**
 * Reads the reserves of many pairs. What is no pair is said by its status.
 *
 * @param of.addresses 20-byte hex
 * @throws ArbError `invalid_input` that names an address of another form; `stale_state` where the node does not have the block; the node's other errors
 */
export async function readPairs(
	client: ChainClient,
	of: { readonly addresses: readonly string[]; readonly blockHash: string },
): Promise<PairStates> {
	const { addresses, blockHash } = of;
	assertAddresses("addresses", addresses);
	const target = new PairTarget(addresses.length);
	const knowledge = knowledgeOf(client);
	await knowledge.read({
		override: () =>
			inPieces({
				what: "state override",
				count: addresses.length,
				size: knowledge.sizes.pairs,
				worthACall: 500,
				ask: (from, to) => override(client, { addresses: addresses.slice(from, to), blockHash, target, from }),
			}),
		multicall: () => byCalls(multicalls(client, blockHash), addresses, target),
		single: () => byCalls(singleCalls(client, blockHash), addresses, target),
	});
	return target;
}

/** Typed arrays that records are decoded into, without an object or a bigint per pair. */
export class PairTarget implements PairStates {
	readonly status: Uint8Array;
	readonly reserves: BigUint64Array;
	/** The reserves in halves of words. Little-endian, as every machine that Node and WebAssembly share memory on. */
	readonly #halves: Uint32Array;

	constructor(count: number) {
		this.status = new Uint8Array(count);
		this.reserves = new BigUint64Array(count * 4);
		this.#halves = new Uint32Array(this.reserves.buffer);
	}

	/** Takes one record of {@link PAIR_RECORD} bytes. */
	set(index: number, bytes: Uint8Array, offset: number): void {
		this.status[index] = bytes[offset] ?? 0;
		this.#reserve(index * 8, bytes, offset + 1);
		this.#reserve(index * 8 + 4, bytes, offset + 1 + RESERVE_BYTES);
	}

	#reserve(half: number, bytes: Uint8Array, offset: number): void {
		this.#halves[half] = word32(bytes, offset + 10);
		this.#halves[half + 1] = word32(bytes, offset + 6);
		this.#halves[half + 2] = word32(bytes, offset + 2);
		this.#halves[half + 3] = word16(bytes, offset);
	}
}

async function override(
	client: ChainClient,
	of: { readonly addresses: readonly string[]; readonly blockHash: string; readonly target: PairTarget; readonly from: number },
): Promise<number> {
	const bytes = await runReader(client, {
		reader: "PairReader",
		input: packedAddresses(of.addresses),
		blockHash: of.blockHash,
		leastBytes: 4,
	});
	const count = word32(bytes, 0);
	if (count > of.addresses.length || bytes.length !== 4 + count * PAIR_RECORD) throw unreadable("PairReader", bytes.length);
	for (let i = 0; i < count; i++) of.target.set(of.from + i, bytes, 4 + i * PAIR_RECORD);
	return count;
}

async function byCalls(ask: AskMany, addresses: readonly string[], target: PairTarget): Promise<void> {
	const answers = await ask(addresses.map((to) => ({ to, data: GET_RESERVES })));
	for (const [i, answer] of answers.entries()) target.set(i, pairRecord(answer), 0);
}

/** The record that the reader would have written of that answer. */
function pairRecord(answer: string | null): Uint8Array {
	const status = statusOf(answer, 2);
	const record = Buffer.alloc(PAIR_RECORD);
	record[0] = status;
	if (status !== STATUS.read || answer === null) return record;
	const reserves = [0, 1].map((word) => fitting(answer, { word, bytes: RESERVE_BYTES }));
	if (reserves.includes(null)) record[0] = STATUS.malformed;
	else record.write(reserves.join(""), 1, "hex");
	return record;
}

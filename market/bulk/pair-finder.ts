import type { ChainClient } from "../chain-client.ts";
import { existingByCalls, type Factory, factoryFault, factoryInput, findChecked } from "./factory.ts";
import { knowledgeOf } from "./knowledge.ts";
import { type AskMany, multicalls, singleCalls } from "./many-calls.ts";
import { GET_RESERVES, PAIR_RECORD, type PairStates, PairTarget, readPairs } from "./pair-states.ts";
import { inPieces } from "./pieces.ts";
import { hexUint, runReader, unreadable } from "./reader.ts";
import { addressIn, packedAddresses, STATUS, word16, word32 } from "./record.ts";
import { TokenCombinations } from "./token-combinations.ts";

export interface FoundPair {
	readonly address: string;
	readonly token0: string;
	readonly token1: string;
}

/** Pairs that exist, in the order of their tokens, with their states in the same order. */
export interface FoundPairs {
	readonly pools: readonly FoundPair[];
	readonly states: PairStates;
}

/** Where an answer's records begin: failure (1), combinations tried (4), pairs found (4). */
const RECORDS_AT = 9;
/** i (2), j (2), address (20). */
const PLACE = 24;

interface Search {
	readonly combinations: TokenCombinations;
	readonly factory: Factory;
	readonly blockHash: string;
}

/** A record where it lies in an answer. */
interface FoundRecord extends FoundPair {
	readonly number: number;
	readonly bytes: Uint8Array;
	readonly offset: number;
}

/**
 * Finds every pair of a factory between some tokens, and reads it: addresses are derived where the node's state is, so that one call tries about a thousand.
 *
 * @throws ArbError `invalid_input` that names the field; `configuration` where the factory does not answer, or has pools but the hash derives none;
 * `stale_state` where the node does not have the block; the node's other errors
 */
export async function findPairs(
	client: ChainClient,
	of: { readonly factory: Factory; readonly tokens: readonly string[]; readonly blockHash: string },
): Promise<FoundPairs> {
	const combinations = new TokenCombinations(of.tokens);
	const { blockHash } = of;
	return findChecked(of.factory, (factory) => {
		const search: Search = { combinations, factory, blockHash };
		return knowledgeOf(client).read({
			override: () => byOverride(client, search),
			multicall: () => byCalls(client, search, multicalls(client, blockHash)),
			single: () => byCalls(client, search, singleCalls(client, blockHash)),
		});
	});
}

async function byOverride(client: ChainClient, search: Search): Promise<FoundPairs> {
	const records: FoundRecord[] = [];
	await inPieces({
		what: "state override",
		count: search.combinations.count,
		size: knowledgeOf(client).sizes.pairCombinations,
		worthACall: 1_000,
		async ask(from, to) {
			const bytes = await callFinder(client, search, { from, limit: to - from });
			const tried = word32(bytes, 1);
			const count = word32(bytes, 5);
			const isWhole = bytes.length === RECORDS_AT + count * (PLACE + PAIR_RECORD);
			if (tried > to - from || !isWhole) throw unreadable("PairFinder", bytes.length);
			for (let i = 0; i < count; i++) {
				const offset = RECORDS_AT + i * (PLACE + PAIR_RECORD);
				if (bytes[offset + PLACE] === STATUS.empty) continue;
				const combination = { i: word16(bytes, offset), j: word16(bytes, offset + 2) };
				const tokens = search.combinations.pair(combination);
				const number = search.combinations.numberOf(combination);
				records.push({ ...tokens, address: addressIn(bytes, offset + 4), number, bytes, offset: offset + PLACE });
			}
			return tried;
		},
	});
	records.sort((a, b) => a.number - b.number);
	const states = new PairTarget(records.length);
	for (const [i, { bytes, offset }] of records.entries()) states.set(i, bytes, offset);
	return { pools: records.map(({ address, token0, token1 }) => ({ address, token0, token1 })), states };
}

async function callFinder(
	client: ChainClient,
	{ combinations, factory, blockHash }: Search,
	of: { readonly from: number; readonly limit: number },
): Promise<Buffer> {
	const { mode, source } = factoryInput(factory);
	const { i, j } = combinations.at(of.from);
	const input = mode + hexUint(of.limit, 4) + hexUint(i, 2) + hexUint(j, 2) + source + packedAddresses(combinations.tokens);
	const bytes = await runReader(client, { reader: "PairFinder", input, blockHash, leastBytes: RECORDS_AT });
	if (bytes[0] !== 0) throw factoryFault(factory);
	return bytes;
}

async function byCalls(client: ChainClient, { combinations, factory, blockHash }: Search, ask: AskMany): Promise<FoundPairs> {
	const keys = Array.from({ length: combinations.count }, (_, number) => combinations.pair(combinations.at(number)));
	const pools = await existingByCalls(ask, { factory, keys, probe: GET_RESERVES });
	return { pools, states: await readPairs(client, { addresses: pools.map(({ address }) => address), blockHash }) };
}

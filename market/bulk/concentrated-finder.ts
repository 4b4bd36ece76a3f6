import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { type ConcentratedStates, ConcentratedTarget, recordLength } from "./concentrated-record.ts";
import { assertPool, inputHead, readConcentrated, readRest } from "./concentrated-states.ts";
import { existingByCalls, type Factory, factoryFault, factoryInput, findChecked } from "./factory.ts";
import { knowledgeOf } from "./knowledge.ts";
import { type AskMany, multicalls, singleCalls } from "./many-calls.ts";
import { inPieces } from "./pieces.ts";
import { hexUint, runReader, unreadable } from "./reader.ts";
import { addressIn, packedAddresses, STATUS, word16, word32 } from "./record.ts";
import { TokenCombinations } from "./token-combinations.ts";

/** A fee tier of a factory; `fee` in pips. */
export interface Tier {
	readonly fee: number;
	readonly tickSpacing: number;
}

export interface FoundConcentrated extends Tier {
	readonly address: string;
	readonly token0: string;
	readonly token1: string;
}

/** Pools that exist, in the order of their tokens and tiers, with their states in the same order. */
export interface FoundConcentratedPools {
	readonly pools: readonly FoundConcentrated[];
	readonly states: ConcentratedStates;
}

/** `slot0()`, which every pool answers. */
const SLOT0 = "0x3850c7bd";
/** Where an answer's records begin: failure (1), combinations tried (4), pools found (4). */
const RECORDS_AT = 9;
/** i (2), j (2), tier (1), address (20). */
const PLACE = 25;
/** The number of tiers takes 1 byte of the input. */
const MOST_TIERS = 255;
/** uint24. */
const HIGHEST_FEE = 0xff_ffff;

interface Search {
	readonly combinations: TokenCombinations;
	readonly tiers: readonly Tier[];
	readonly factory: Factory;
	readonly blockHash: string;
}

/** A record where it lies in an answer. */
interface FoundRecord extends FoundConcentrated {
	readonly number: number;
	readonly bytes: Uint8Array;
	readonly offset: number;
}

/**
 * Finds every concentrated-liquidity pool of a factory between some tokens, in some fee tiers, and reads it with its ticks; errors as `findPairs`.
 */
export async function findConcentrated(
	client: ChainClient,
	of: { readonly factory: Factory; readonly tiers: readonly Tier[]; readonly tokens: readonly string[]; readonly blockHash: string },
): Promise<FoundConcentratedPools> {
	const combinations = new TokenCombinations(of.tokens);
	const { tiers, blockHash } = of;
	assertTiers(of.factory, tiers);
	return findChecked(of.factory, (factory) => {
		const search: Search = { combinations, tiers, factory, blockHash };
		return knowledgeOf(client).read({
			override: () => byOverride(client, search),
			multicall: () => byCalls(client, search, multicalls(client, blockHash)),
			single: () => byCalls(client, search, singleCalls(client, blockHash)),
		});
	});
}

function assertTiers(factory: Factory, tiers: readonly Tier[]): void {
	if (tiers.length > MOST_TIERS) {
		throw new ArbError({ code: "invalid_input", message: `tiers: ${tiers.length} are more than ${MOST_TIERS}`, retryable: false });
	}
	for (const { fee, tickSpacing } of tiers) {
		assertPool({ address: factory.address, tickSpacing });
		if (Number.isInteger(fee) && fee >= 0 && fee <= HIGHEST_FEE) continue;
		throw new ArbError({ code: "invalid_input", message: `tiers: fee ${fee} is not from 0 to ${HIGHEST_FEE} pips`, retryable: false });
	}
}

async function byOverride(client: ChainClient, search: Search): Promise<FoundConcentratedPools> {
	const { combinations, tiers, blockHash } = search;
	const records: FoundRecord[] = [];
	await inPieces({
		what: "state override",
		count: combinations.count * tiers.length,
		size: knowledgeOf(client).sizes.concentratedCombinations,
		worthACall: 100,
		async ask(from, to) {
			const bytes = await callFinder(client, search, { from, limit: to - from });
			const tried = word32(bytes, 1);
			if (tried > to - from) throw unreadable("ConcentratedFinder", bytes.length);
			records.push(...parse(bytes, search));
			return tried;
		},
	});
	records.sort((a, b) => a.number - b.number);
	const target = new ConcentratedTarget(records.length);
	for (const [index, pool] of records.entries()) {
		const missing = target.begin(index, pool.bytes, pool.offset);
		if (missing !== null) await readRest(client, { pool, form: "v3", missing, blockHash, target, index });
	}
	const pools = records.map(({ address, token0, token1, fee, tickSpacing }) => ({ address, token0, token1, fee, tickSpacing }));
	return { pools, states: target.states() };
}

function parse(bytes: Buffer, { combinations, tiers }: Search): FoundRecord[] {
	const records: FoundRecord[] = [];
	let offset = RECORDS_AT;
	for (let i = word32(bytes, 5); i > 0; i--) {
		const length = recordLength(bytes, offset + PLACE);
		const tierIndex = bytes[offset + 4] ?? MOST_TIERS;
		const tier = tiers[tierIndex];
		if (length === null || tier === undefined) throw unreadable("ConcentratedFinder", bytes.length);
		if (bytes[offset + PLACE] !== STATUS.empty) {
			const combination = { i: word16(bytes, offset), j: word16(bytes, offset + 2) };
			records.push({
				...combinations.pair(combination),
				...tier,
				address: addressIn(bytes, offset + 5),
				number: combinations.numberOf(combination) * tiers.length + tierIndex,
				bytes,
				offset: offset + PLACE,
			});
		}
		offset += PLACE + length;
	}
	if (offset !== bytes.length) throw unreadable("ConcentratedFinder", bytes.length);
	return records;
}

async function callFinder(
	client: ChainClient,
	{ combinations, tiers, factory, blockHash }: Search,
	of: { readonly from: number; readonly limit: number },
): Promise<Buffer> {
	const { mode, source } = factoryInput(factory);
	const { i, j } = combinations.at(Math.floor(of.from / tiers.length));
	const input = [
		...[inputHead("v3"), mode, hexUint(of.limit, 4), hexUint(i, 2), hexUint(j, 2), hexUint(of.from % tiers.length, 1), source],
		...[hexUint(tiers.length, 1), ...tiers.map(({ fee, tickSpacing }) => hexUint(fee, 3) + hexUint(tickSpacing, 3))],
		packedAddresses(combinations.tokens),
	].join("");
	const bytes = await runReader(client, { reader: "ConcentratedFinder", input, blockHash, leastBytes: RECORDS_AT });
	if (bytes[0] !== 0) throw factoryFault(factory);
	return bytes;
}

async function byCalls(client: ChainClient, search: Search, ask: AskMany): Promise<FoundConcentratedPools> {
	const { combinations, tiers, factory, blockHash } = search;
	const keys = Array.from({ length: combinations.count }, (_, number) => combinations.pair(combinations.at(number))).flatMap((pair) =>
		tiers.map((tier) => ({ ...pair, ...tier })),
	);
	const pools = await existingByCalls(ask, { factory, keys, probe: SLOT0 });
	return { pools, states: await readConcentrated(client, { pools, blockHash, ticks: "around" }) };
}

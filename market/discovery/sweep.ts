import type { Database } from "../../db/connection.ts";
import { readCursors, recordFound, rewindDiscovery } from "../../db/discovery.ts";
import type { DiscoveryCursor, DiscoveryWay, FoundPool } from "../../domain/discovery.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Block } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import type { Dex } from "../protocols/adapter.ts";
import { canonicalCursors, withPoint } from "./cursor.ts";
import { isDerivable, poolsByDerivation } from "./derivation.ts";
import { type EventQuestion, eventQuestion, poolsFromEvents } from "./events.ts";
import { hasList, listFingerprint, poolsFromList } from "./lists.ts";
import { type Admission, permissionOf } from "./permission.ts";
import { type DiscoveredChain, sourceOf } from "./scope.ts";

/** The ways in which a dex can be read whole. */
export type SweepWay = Exclude<DiscoveryWay, "file">;

/** How far one row of the chain's dexes has been read in one way: blocks of events, entries of a list, searches by derivation, lines of a file. */
export interface SweepProgress {
	readonly dex: string;
	readonly family: string;
	readonly way: DiscoveryWay;
	readonly done: number;
	readonly total: number;
	/** Found so far, known ones included. */
	readonly found: number;
	/** Of these, the ones that the registry did not have. */
	readonly added: number;
}

/** What became of one row in one way; `failure` where it could not be read to its end: what was found before stands, with its cursor. */
export interface SweepResult extends SweepProgress {
	readonly failure: ArbError | null;
}

export interface Sweep {
	readonly db: Database;
	readonly client: ChainClient;
	readonly chain: DiscoveredChain;
	readonly admission: Admission;
	/** The block up to which events are read. */
	readonly head: Block;
	/** A block that no reorg is expected to take back: lists and derived pools are read at it, for they do not tell what a reorg took from them. */
	readonly settled: Block;
	/** The ways in which a row is read; all that its family offers where absent. */
	readonly waysOf?: (dex: Dex) => readonly SweepWay[];
	readonly onProgress?: (progress: SweepProgress) => void;
	readonly signal?: AbortSignal;
}

/** The ways that a row's family offers. */
export function waysOf(chain: DiscoveredChain, dex: Dex): readonly SweepWay[] {
	return [
		...(eventQuestion(chain, dex) === null ? [] : (["events"] as const)),
		...(hasList(dex) ? (["list"] as const) : []),
		...(isDerivable(dex) ? (["derivation"] as const) : []),
	];
}

/** The last block that is deep enough for the chain's settings. */
export async function settledBlock(client: ChainClient, of: { readonly head: Block; readonly confirmationDepth: number }): Promise<Block> {
	const number = Math.max(0, of.head.number - of.confirmationDepth);
	const block = await client.block(number);
	if (block !== null) return block;
	throw new ArbError({ code: "stale_state", message: `no endpoint has block ${number}; ask again at the next head`, retryable: true });
}

/**
 * Finds the pools of all the chain's dexes in the ways given, from the stored cursors on, and stores them piece by piece with the cursors: whatever ends it,
 * the next one goes on from there. Cursors whose blocks are no longer canonical go back first, and take what was announced behind them along.
 */
export async function sweep(of: Sweep): Promise<readonly SweepResult[]> {
	const { db, client, chain } = of;
	const { chainId } = chain;
	const { cursors, rewound } = await canonicalCursors(client, await readCursors(db, chainId));
	if (rewound.length > 0) await rewindDiscovery(db, { chainId, cursors: rewound });
	const rows = chain.dexes.flatMap((dex) => (of.waysOf?.(dex) ?? waysOf(chain, dex)).map((way) => ({ dex, way })));
	return await Promise.all(
		rows.map(async ({ dex, way }) => {
			const known = cursors.find((cursor) => cursor.source === sourceOf(dex) && cursor.way === way);
			const reading = new RowSweep(of, dex, way);
			try {
				if (way === "events") await reading.events(known);
				else if (way === "list") await reading.list(known);
				else await reading.derivation();
				return { ...reading.progress, failure: null };
			} catch (error) {
				of.signal?.throwIfAborted();
				if (!(error instanceof ArbError)) throw error;
				return { ...reading.progress, failure: error };
			}
		}),
	);
}

/** Reads one row in one way. */
class RowSweep {
	readonly #of: Sweep;
	readonly #dex: Dex;
	progress: SweepProgress;

	constructor(of: Sweep, dex: Dex, way: SweepWay) {
		this.#of = of;
		this.#dex = dex;
		this.progress = { dex: dex.name, family: dex.family, way, done: 0, total: 0, found: 0, added: 0 };
	}

	async events(known: DiscoveryCursor | undefined): Promise<void> {
		const { client, chain, head, signal } = this.#of;
		const question = eventQuestion(chain, this.#dex);
		if (question === null) return;
		let cursor = startOf(question, known);
		const first = (cursor.points.at(-1)?.number ?? this.#dex.startBlock - 1) + 1;
		const total = Math.max(0, head.number - first + 1);
		this.#moved({ done: 0, total });
		const reading = { question, fromBlock: first, at: head, ...(signal && { signal }) };
		for await (const { pools, through } of poolsFromEvents(client, chain, reading)) {
			const block = through === head.number ? head : await client.block(through);
			if (block === null) throw new ArbError({ code: "stale_state", message: `block ${through} is gone; ask again`, retryable: true });
			cursor = { ...cursor, points: withPoint(cursor.points, { number: block.number, hash: block.hash }) };
			await this.#store(pools, [cursor]);
			this.#moved({ done: through - first + 1, total });
		}
	}

	async list(known: DiscoveryCursor | undefined): Promise<void> {
		const { client, chain, settled, signal } = this.#of;
		const question = listFingerprint(chain, this.#dex);
		const base: DiscoveryCursor = { source: sourceOf(this.#dex), way: "list", question, points: [], listed: 0 };
		const read = async (from: number): Promise<number> => {
			let entries = 0;
			for await (const part of poolsFromList(client, chain, { dex: this.#dex, from, at: settled, ...(signal && { signal }) })) {
				await this.#store(part.pools, [{ ...base, listed: part.through }]);
				this.#moved({ done: part.through, total: part.total });
				entries = part.total;
			}
			return entries;
		};
		const from = known?.question === question ? known.listed : 0;
		// A list that is shorter than it was is another one.
		if ((await read(from)) < from) await read(0);
	}

	async derivation(): Promise<void> {
		const { client, chain, settled } = this.#of;
		this.#moved({ done: 0, total: 1 });
		await this.#store(await poolsByDerivation(client, chain, { dex: this.#dex, at: settled }), []);
		this.#moved({ done: 1, total: 1 });
	}

	async #store(pools: readonly FoundPool[], cursors: readonly DiscoveryCursor[]): Promise<void> {
		const { db, chain, admission } = this.#of;
		const added = await recordFound(db, {
			chainId: chain.chainId,
			pools: pools.map((pool) => ({ ...pool, ...permissionOf(pool, admission) })),
			cursors,
		});
		this.progress = { ...this.progress, found: this.progress.found + pools.length, added: this.progress.added + added.length };
	}

	#moved(to: { readonly done: number; readonly total: number }): void {
		this.progress = { ...this.progress, ...to };
		this.#of.onProgress?.(this.progress);
	}
}

/** The stored cursor where it answers this question; else one that has read nothing. */
function startOf({ source, fingerprint }: EventQuestion, known: DiscoveryCursor | undefined): DiscoveryCursor {
	if (known?.question === fingerprint) return known;
	return { source, way: "events", question: fingerprint, points: [], listed: 0 };
}

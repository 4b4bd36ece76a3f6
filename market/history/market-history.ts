import type { Database } from "../../db/connection.ts";
import {
	type BaseRef,
	basesBelow,
	findHistoryBlock,
	type HistoryHeader,
	type HistoryLink,
	historyLinks,
	lastHistoryBlock,
	readBase,
	readHistoryBlocks,
	readHistoryGaps,
} from "../../db/history.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { type BlockContent, unpackContent } from "./block-content.ts";
import { Replay } from "./replay.ts";
import { HISTORY_VERSION, rowOf } from "./state-row.ts";
import { unpackStanding } from "./stored-standing.ts";

/** Blocks whose content is read at once. */
const BATCH = 128;
/** Bases that may lie on other branches before the one that a block follows from. */
const BASES_TRIED = 16;

/** A block of the past with the states at its end; `states` goes on with the iteration, so what is to be kept must be taken from it. */
export interface HistoricalBlock {
	readonly block: Block;
	/** Pools whose state differs from what the last block showed; at the first block all. */
	readonly changedPools: readonly string[];
	readonly states: Replay;
	/** Blocks between the last one and this that the history does not have; 0 nearly always. */
	readonly missingBefore: number;
}

/** The way to a block: the base that it follows from, and the blocks after that, up to it. */
export interface HistoryPath {
	readonly base: BaseRef;
	readonly blocks: readonly HistoryLink[];
	readonly target: HistoryHeader;
}

interface HistoryStep {
	readonly block: Block;
	readonly content: BlockContent | null;
	/** Of the packed content. */
	readonly bytes: number;
}

/** What a chain's watchers wrote down about its pools. */
export class MarketHistory {
	readonly #db: Database;
	readonly #chainId: number;

	constructor(of: { readonly db: Database; readonly chainId: number }) {
		this.#db = of.db;
		this.#chainId = of.chainId;
	}

	/** The canonical block that was stored last; null where nothing is. */
	async last(): Promise<Block | null> {
		return await lastHistoryBlock(this.#db, this.#chainId);
	}

	/**
	 * The states of all pools at the end of a block, as the watcher had them: the canonical block of a number, or any by its hash.
	 *
	 * @throws ArbError `not_found` for a block that is not kept or lies in a gap, `stale_state` for what another version of the system wrote.
	 */
	async rebuild(at: number | string, signal?: AbortSignal): Promise<Replay> {
		return await this.#along(await this.pathTo(at), signal);
	}

	/**
	 * Canonical blocks in their order, both ends included, each with the states at its end. What lies between is the history as it is now: blocks that come or are
	 * reorganised meanwhile do not show.
	 *
	 * @throws ArbError as {@link rebuild} for the first block; a gap after it is passed over and told by the block behind it.
	 */
	async *blocks(of: {
		readonly from: number;
		readonly to: number;
		readonly signal?: AbortSignal;
	}): AsyncGenerator<HistoricalBlock, void, undefined> {
		const path = await this.pathTo(of.from);
		let states = await this.#along(path, of.signal);
		yield { block: states.block, changedPools: [...states.pools.keys()], states, missingBefore: 0 };
		const links = await this.#canonical({ after: of.from, upTo: of.to });
		const later = await basesBelow(this.#db, { chainId: this.#chainId, number: of.to, limit: links.length + 1 });
		const bases = new Map(later.map((base) => [base.hash, base]));
		let { poolsKey } = path.base;
		for await (const { block, content } of this.steps(links, of.signal)) {
			const base = bases.get(block.hash);
			const missingBefore = block.number - states.block.number - 1;
			const follows = content !== null && block.parentHash === states.block.hash;
			const changed = new Set(follows ? states.apply(block, content).keys() : []);
			if (base !== undefined && (!follows || base.poolsKey !== poolsKey)) {
				// Pools joined or left, or all were read anew: the base is what the watcher went on with.
				const anew = await this.#atBase(base.hash);
				for (const address of differing(states.tracked, anew.tracked)) changed.add(address);
				states = anew;
			} else if (!follows) {
				throw await this.#missing(block, `block ${block.number} does not follow from what is stored before it`);
			}
			poolsKey = base?.poolsKey ?? poolsKey;
			yield { block, changedPools: [...changed], states, missingBefore };
		}
	}

	/** @throws ArbError `not_found` where no base leads to the block. */
	async pathTo(at: number | string): Promise<HistoryPath> {
		const target = await findHistoryBlock(this.#db, { chainId: this.#chainId, at });
		if (target === null) {
			if (typeof at === "number") throw await this.#missing({ number: at }, `block ${at} is not in the history of chain ${this.#chainId}`);
			throw notFound(`block ${at} is not in the history of chain ${this.#chainId}; it may be too old, or was never applied`);
		}
		const bases = await basesBelow(this.#db, { chainId: this.#chainId, number: target.number, limit: BASES_TRIED });
		const byHash = new Map<string, HistoryLink>();
		let reachedFrom = target.number;
		for (const base of bases) {
			const links = await historyLinks(this.#db, { chainId: this.#chainId, after: base.number - 1, upTo: reachedFrom });
			for (const link of links) byHash.set(link.hash, link);
			reachedFrom = base.number - 1;
			const blocks: HistoryLink[] = [];
			let link = byHash.get(target.hash);
			while (link !== undefined && link.number > base.number && link.hasContent) {
				blocks.unshift(link);
				link = byHash.get(link.parentHash);
			}
			if (link?.hash === base.hash) return { base, blocks, target };
			if (link === undefined || link.number > base.number) {
				throw await this.#missing(
					target,
					`block ${target.number} follows from block ${(blocks[0]?.number ?? target.number) - 1}, which the history lacks`,
				);
			}
		}
		throw await this.#missing(target, `no base leads to block ${target.number} (${target.hash})`);
	}

	/** A base for the pools that are wanted, which may be some of those stored. */
	async baseOf(
		path: HistoryPath,
		known: ReadonlyMap<string, Pool>,
	): Promise<{ readonly replay: Replay; readonly strangers: readonly string[]; readonly bytes: number }> {
		const base = await this.#readBase(path.base.hash);
		const { pools, tracked, strangers } = await unpackStanding(base, known);
		return { replay: new Replay({ block: base.header, pools: pools.values(), tracked }), strangers, bytes: base.states.length };
	}

	/** Stored blocks with their contents, in the order given; null where a block's states were read whole. */
	async *steps(links: readonly HistoryLink[], signal?: AbortSignal): AsyncGenerator<HistoryStep, void, undefined> {
		for (let from = 0; from < links.length; from += BATCH) {
			signal?.throwIfAborted();
			const hashes = links.slice(from, from + BATCH).map(({ hash }) => hash);
			const rows = await readHistoryBlocks(this.#db, { chainId: this.#chainId, hashes });
			if (rows.length !== hashes.length)
				throw notFound(`blocks of chain ${this.#chainId} were dropped while they were read; ask for later ones`);
			for (const { header, version, content } of rows) {
				assertVersion(version, `block ${header.number}`);
				yield { block: header, content: content === null ? null : await unpackContent(content, header), bytes: content?.length ?? 0 };
			}
		}
	}

	async #along(path: HistoryPath, signal?: AbortSignal): Promise<Replay> {
		const replay = await this.#atBase(path.base.hash);
		for await (const { block, content } of this.steps(path.blocks, signal)) if (content !== null) replay.apply(block, content);
		return replay;
	}

	async #atBase(hash: string): Promise<Replay> {
		const base = await this.#readBase(hash);
		const { pools, tracked } = await unpackStanding(base);
		return new Replay({ block: base.header, pools: pools.values(), tracked });
	}

	async #readBase(hash: string) {
		const base = await readBase(this.#db, { chainId: this.#chainId, hash });
		if (base === null)
			throw notFound(`the base at block ${hash} of chain ${this.#chainId} was dropped while it was asked for; ask for a later block`);
		assertVersion(base.version, `the base at block ${base.header.number}`);
		return base;
	}

	/** Canonical blocks of a range, ascending. */
	async #canonical(of: { readonly after: number; readonly upTo: number }): Promise<readonly HistoryLink[]> {
		const links = await historyLinks(this.#db, { chainId: this.#chainId, ...of });
		return links.filter(({ isCanonical }) => isCanonical).sort((a, b) => a.number - b.number);
	}

	async #missing(block: { readonly number: number }, why: string): Promise<ArbError> {
		const { number } = block;
		const gaps = await readHistoryGaps(this.#db, { chainId: this.#chainId, from: 0, to: number });
		const gap = gaps.at(-1);
		const known =
			gap === undefined ? "it may be older than what is kept" : `blocks ${gap.fromBlock} to ${gap.toBlock} are missing: ${gap.reason}`;
		return notFound(`${why}; ${known}`);
	}
}

/** Pools of the second that are not in the first, or not with that state; and those that left. */
function differing(before: ReadonlyMap<string, TrackedPool>, after: ReadonlyMap<string, TrackedPool>): readonly string[] {
	const changed = [...after].flatMap(([address, tracked]) => {
		const earlier = before.get(address);
		return earlier !== undefined && JSON.stringify(rowOf(earlier)) === JSON.stringify(rowOf(tracked)) ? [] : address;
	});
	return [...changed, ...[...before.keys()].filter((address) => !after.has(address))];
}

function assertVersion(version: number, what: string): void {
	if (version === HISTORY_VERSION) return;
	throw new ArbError({
		code: "stale_state",
		message: `${what} was stored in version ${version} of the history, this system reads ${HISTORY_VERSION}; rebuild a later block`,
		retryable: false,
	});
}

function notFound(message: string): ArbError {
	return new ArbError({ code: "not_found", message, retryable: false });
}

import { ArbError } from "../../domain/errors.ts";
import type { Pool, PoolState } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import { PoolLogs } from "../pool-logs.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import type { BlockContent } from "./block-content.ts";
import { trackedOf } from "./state-row.ts";

/** Pool states that go from block to block by what the history holds, without a chain. States are immutable, as those of a `PoolBook`. */
export class Replay {
	readonly #logs: PoolLogs;
	readonly #tracked: Map<string, TrackedPool>;
	#block: Block;

	constructor(of: { readonly block: Block; readonly pools: Iterable<Pool>; readonly tracked: ReadonlyMap<string, TrackedPool> }) {
		this.#logs = new PoolLogs(of.pools);
		this.#tracked = new Map(of.tracked);
		this.#block = of.block;
	}

	get block(): Block {
		return this.#block;
	}

	get pools(): ReadonlyMap<string, Pool> {
		return this.#logs.pools;
	}

	get tracked(): ReadonlyMap<string, TrackedPool> {
		return this.#tracked;
	}

	get states(): readonly PoolState[] {
		return [...this.#tracked.values()].map(({ state }) => state);
	}

	/** @throws ArbError `not_found` for a pool that the history does not have at this block. */
	state(address: string): PoolState {
		return this.#trackedOf(address).state;
	}

	/**
	 * Goes on to the next block. Returns the pools that changed with what they were before, undefined for those that joined.
	 *
	 * @throws ArbError `stale_state` where the block is no child of this one, or the history lacks a state that was read at it.
	 */
	apply(block: Block, content: BlockContent): ReadonlyMap<string, TrackedPool | undefined> {
		if (block.parentHash !== this.#block.hash) {
			throw staleHistory(`block ${block.number} (${block.hash}) is no child of block ${this.#block.number} (${this.#block.hash})`);
		}
		const { changed, unread } = this.#logs.apply(content.logs, (address) => this.#trackedOf(address));
		// They were read at the end of the block: its logs are in their states already.
		for (const pool of content.joined) this.#logs.add(pool);
		for (const [address, row] of content.read) {
			const pool = this.#logs.pools.get(address);
			if (pool !== undefined) changed.set(address, trackedOf(pool, row));
		}
		const lost = [...unread.keys()].find((address) => !content.read.has(address));
		if (lost !== undefined) throw staleHistory(`block ${block.number} needs pool ${lost} as it was read then, which is not stored`);
		const replaced = new Map([...changed.keys()].map((address) => [address, this.#tracked.get(address)]));
		for (const [address, tracked] of changed) this.#tracked.set(address, tracked);
		this.#block = block;
		return replaced;
	}

	#trackedOf(address: string): TrackedPool {
		const tracked = this.#tracked.get(address);
		if (tracked !== undefined) return tracked;
		throw new ArbError({
			code: "not_found",
			message: `pool ${address} is not in the history at block ${this.#block.number}; the watcher did not know it then`,
			retryable: false,
		});
	}
}

function staleHistory(why: string): ArbError {
	return new ArbError({ code: "stale_state", message: `history: ${why}; rebuild from a later base`, retryable: false });
}

import { ArbError } from "../domain/errors.ts";
import type { Pool, PoolState } from "../domain/pool.ts";
import type { Block } from "./block.ts";
import type { ChainClient } from "./chain-client.ts";
import type { ChainLog } from "./log.ts";
import { PoolLogs } from "./pool-logs.ts";
import type { TrackedPool } from "./protocols/adapter.ts";
import { adapterOf, byAdapter, loadTracked } from "./protocols/families.ts";

/** Blocks that can be taken back without reading the pools again. */
export const JOURNAL_BLOCKS = 64;

/** One applied block: where the book stood before it, and the states that it replaced. */
export interface JournalEntry {
	readonly before: Block;
	readonly replaced: ReadonlyMap<string, TrackedPool>;
	/** Pools that came to the book with it. */
	readonly added: readonly string[];
}

/** A pool that comes to the book, with its state at the end of the block that it comes with. */
export interface Arrival {
	readonly pool: Pool;
	readonly tracked: TrackedPool;
}

/** What taking blocks back did to the book. */
export interface TakenBack {
	/** Pools whose states are earlier ones now. */
	readonly changed: readonly string[];
	/** Pools that are no longer in the book: a block that was taken back created them. */
	readonly removed: readonly string[];
}

/** All pools of a book with their states at one block, in the same order. */
export interface Standing {
	readonly block: Block;
	readonly pools: readonly Pool[];
	readonly tracked: readonly TrackedPool[];
}

/** What made the states of a block out of those of its parent. */
export interface BlockInputs {
	readonly block: Block;
	/** Those about pools of the book, in their order. */
	readonly logs: readonly ChainLog[];
	/** Pools that were read at the block, those that joined the book with it among them: their states are not (only) what logs made of them. */
	readonly read: readonly TrackedPool[];
	/** Pools that the book holds from this block on. */
	readonly joined: readonly Pool[];
}

/** Is told what happens to a book, at once and in order; `standing` takes what the book holds at the moment of the call. Must not throw. */
export interface BookObserver {
	/** All pools were read at a block, whatever the book held before. */
	loaded(standing: () => Standing): void;
	applied(inputs: BlockInputs, standing: () => Standing): void;
	/** Pools of the book's block were read, or joined the book, after it was applied. */
	amended(of: Omit<BlockInputs, "logs">, standing: () => Standing): void;
}

/**
 * The states of a set of pools, all at one block. Blocks are applied by their logs and taken back from a journal; pools come with the block that created
 * them and go with it. States are immutable: what a caller took keeps describing the block it was taken at.
 */
export class PoolBook {
	readonly #client: ChainClient;
	readonly #logs: PoolLogs;
	readonly #observer: BookObserver | undefined;
	/** Of the pools, made anew where some come or go. */
	#addresses: readonly string[] | null = null;
	/** Those that something may change without a log. */
	readonly #silent = new Map<string, Pool>();
	#tracked: Map<string, TrackedPool> = new Map();
	#block: Block | null = null;
	#journal: JournalEntry[] = [];

	constructor(client: ChainClient, pools: readonly Pool[], observer?: BookObserver) {
		this.#client = client;
		this.#logs = new PoolLogs([]);
		this.#observer = observer;
		this.#hold(pools);
	}

	get isLoaded(): boolean {
		return this.#block !== null;
	}

	/** @throws ArbError `stale_state` before the first {@link load}. */
	get block(): Block {
		if (this.#block === null) {
			throw new ArbError({ code: "stale_state", message: "the pool book is empty; load it at a block first", retryable: false });
		}
		return this.#block;
	}

	/** Every pool's state at {@link block}, pools without liquidity included. */
	get states(): readonly PoolState[] {
		return [...this.#tracked.values()].map((tracked) => tracked.state);
	}

	/** Every pool of the book, in an order that stays: those that come are the last. */
	get addresses(): readonly string[] {
		this.#addresses ??= [...this.#logs.pools.keys()];
		return this.#addresses;
	}

	has(address: string): boolean {
		return this.#logs.pools.has(address);
	}

	/** @throws ArbError `not_found` for a pool that is not in the book. */
	state(address: string): PoolState {
		return this.#trackedOf(address).state;
	}

	/** Reads every pool at that block, or `pools` in place of those that it had, forgets the journal, and returns the states. After an error the book is as before. */
	async load(block: Block, pools?: readonly Pool[]): Promise<readonly PoolState[]> {
		this.#tracked = await loadTracked({ client: this.#client, pools: pools ?? [...this.#logs.pools.values()], blockHash: block.hash });
		if (pools !== undefined) this.#hold(pools);
		this.#block = block;
		this.#journal = [];
		this.#observer?.loaded(() => this.standing);
		return this.states;
	}

	/** Takes over every pool's state at a block from elsewhere, with the way back: `journal` ends with the entry of that block, and may be empty. */
	restore(of: {
		readonly block: Block;
		readonly tracked: ReadonlyMap<string, TrackedPool>;
		readonly journal: readonly JournalEntry[];
	}): void {
		const missing = [...this.#logs.pools.keys()].find((address) => !of.tracked.has(address));
		if (missing !== undefined || of.tracked.size !== this.#logs.pools.size) {
			throw new ArbError({
				code: "invalid_input",
				message: `${of.tracked.size} states for ${this.#logs.pools.size} pools (${missing ?? "none"} is missing); load the pools instead`,
				retryable: false,
			});
		}
		this.#tracked = new Map(of.tracked);
		this.#block = of.block;
		this.#journal = of.journal.slice(-JOURNAL_BLOCKS);
	}

	/** What the book holds now. */
	get standing(): Standing {
		const pools = [...this.#logs.pools.values()];
		return { block: this.block, pools, tracked: pools.map((pool) => this.#trackedOf(pool.address)) };
	}

	/**
	 * Goes on by one block, the child of {@link block}; `logs` are all its logs with a state topic, of any contracts; `arrivals` are pools to be kept from
	 * this block on, with their states at its end. Returns the addresses of the pools that changed or arrived. After an error the book is as before.
	 *
	 * @throws ArbError `stale_state` where `block` is no child of the book's block; the node's errors where a pool has to be read anew.
	 */
	async apply(block: Block, logs: readonly ChainLog[], arrivals: readonly Arrival[] = []): Promise<readonly string[]> {
		const before = this.block;
		if (block.parentHash !== before.hash) {
			throw new ArbError({
				code: "stale_state",
				message: `block ${block.number} (${block.hash}) is no child of the book's block ${before.number} (${before.hash}); roll back or load`,
				retryable: false,
			});
		}
		const { own, changed, unread } = this.#logs.apply(logs, (address) => this.#trackedOf(address));
		const read: TrackedPool[] = [];
		if (unread.size > 0) {
			const reading = { client: this.#client, pools: [...unread.values()], blockHash: block.hash };
			read.push(...(await loadTracked(reading)).values());
		}
		read.push(...(await this.#refresh(block, changed, unread)));
		for (const tracked of read) changed.set(tracked.state.address, tracked);
		const replaced = new Map([...changed.keys()].map((address) => [address, this.#trackedOf(address)]));
		for (const [address, tracked] of changed) this.#tracked.set(address, tracked);
		const added = arrivals.filter(({ pool }) => !this.#logs.pools.has(pool.address));
		for (const { pool, tracked } of added) {
			this.#keep(pool);
			this.#tracked.set(pool.address, tracked);
		}
		this.#journal.push({ before, replaced, added: added.map(({ pool }) => pool.address) });
		if (this.#journal.length > JOURNAL_BLOCKS) this.#journal.shift();
		this.#block = block;
		const arrived = added.map(({ pool }) => pool);
		read.push(...added.map(({ tracked }) => tracked));
		this.#observer?.applied({ block, logs: own, read, joined: arrived }, () => this.standing);
		return [...changed.keys(), ...arrived.map(({ address }) => address)];
	}

	/**
	 * The pools that logs would change, without changing the book: what a transaction that is not included yet leaves behind. A pool that would have to be read
	 * anew is left out.
	 */
	preview(logs: readonly ChainLog[]): ReadonlyMap<string, PoolState> {
		const { changed, unread: unknown } = this.#logs.apply(logs, (address) => this.#trackedOf(address));
		return new Map([...changed].filter(([address]) => !unknown.has(address)).map(([address, { state }]) => [address, state]));
	}

	/**
	 * Takes states of {@link block} for those that the book has. What the journal had of these pools is forgotten, since it made the state that was replaced: after going
	 * back over it they stand where they are put here, and have to be read again.
	 */
	replace(read: readonly TrackedPool[]): void {
		for (const tracked of read) {
			this.#trackedOf(tracked.state.address);
			this.#tracked.set(tracked.state.address, tracked);
		}
		const names = new Set(read.map((tracked) => tracked.state.address));
		this.#journal = this.#journal.map(({ replaced, ...entry }) => ({
			...entry,
			replaced: new Map([...replaced].filter(([address]) => !names.has(address))),
		}));
		this.#observer?.amended({ block: this.block, read, joined: [] }, () => this.standing);
	}

	/** The facts of pools of the book. @throws ArbError `not_found` for one that is not in it. */
	facts(addresses: readonly string[]): readonly Pool[] {
		return addresses.map((address) => this.#logs.pools.get(address) ?? notInBook(address));
	}

	/** The block with that hash, where the book stands at it or can go back to it. */
	known(hash: string): Block | undefined {
		if (this.#block?.hash === hash) return this.#block;
		return this.#journal.find((entry) => entry.before.hash === hash)?.before;
	}

	/** The lowest block number that the book can go back to. */
	get oldestNumber(): number {
		return (this.#journal[0]?.before ?? this.block).number;
	}

	/** Takes blocks back until the book stands at `toHash`; `unknown` where it never stood there. */
	rollBack(toHash: string): TakenBack | "unknown" {
		if (this.known(toHash) === undefined) return "unknown";
		const changed = new Set<string>();
		const removed = new Set<string>();
		while (this.block.hash !== toHash) {
			const entry = this.#journal.pop();
			if (entry === undefined) return "unknown";
			for (const [address, tracked] of entry.replaced) {
				this.#tracked.set(address, tracked);
				changed.add(address);
			}
			for (const address of entry.added) {
				this.#drop(address);
				removed.add(address);
			}
			this.#block = entry.before;
		}
		return { changed: [...changed].filter((address) => !removed.has(address)), removed: [...removed] };
	}

	#hold(pools: readonly Pool[]): void {
		this.#addresses = null;
		this.#logs.clear();
		this.#silent.clear();
		for (const pool of pools) this.#keep(pool);
	}

	#keep(pool: Pool): void {
		this.#addresses = null;
		this.#logs.add(pool);
		if (adapterOf(pool.family).isSilent?.(pool) === true) this.#silent.set(pool.address, pool);
	}

	#drop(address: string): void {
		this.#addresses = null;
		this.#logs.remove(address);
		this.#silent.delete(address);
		this.#tracked.delete(address);
	}

	/** Silent pools that differ at this block from what its logs made of them; those that were read anew already are left out. */
	async #refresh(block: Block, changed: ReadonlyMap<string, TrackedPool>, read: ReadonlyMap<string, Pool>): Promise<TrackedPool[]> {
		const groups = byAdapter([...this.#silent.values()].filter((pool) => !read.has(pool.address)));
		const refreshed = await Promise.all(
			[...groups].map(async ([adapter, pools]) => {
				const reading = { client: this.#client, pools, blockHash: block.hash };
				const before = pools.map((pool) => changed.get(pool.address) ?? this.#trackedOf(pool.address));
				const after = await (adapter.refresh?.(reading, before) ?? adapter.load(reading));
				return after.filter((tracked, i) => JSON.stringify(tracked.state) !== JSON.stringify(before[i]?.state));
			}),
		);
		return refreshed.flat();
	}

	#trackedOf(address: string): TrackedPool {
		const tracked = this.#tracked.get(address) ?? this.#tracked.get(address.toLowerCase());
		return tracked ?? notInBook(address);
	}
}

function notInBook(address: string): never {
	throw new ArbError({ code: "not_found", message: `pool ${address} is not in the pool book; discover pools again`, retryable: false });
}

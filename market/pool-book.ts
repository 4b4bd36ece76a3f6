import { ArbError } from "../domain/errors.ts";
import type { Pool, PoolState } from "../domain/pool.ts";
import type { Block } from "./block.ts";
import type { ChainClient } from "./chain-client.ts";
import type { ChainLog } from "./log.ts";
import type { TrackedPool } from "./protocols/adapter.ts";
import { adapterOf, byAdapter, loadTracked } from "./protocols/families.ts";

/** Blocks that can be taken back without reading the pools again. */
const JOURNAL_BLOCKS = 64;

/** One applied block: where the book stood before it, and the states that it replaced. */
interface JournalEntry {
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

/**
 * The states of a set of pools, all at one block. Blocks are applied by their logs and taken back from a journal; pools come with the block that created
 * them and go with it. States are immutable: what a caller took keeps describing the block it was taken at.
 */
export class PoolBook {
	readonly #client: ChainClient;
	readonly #pools = new Map<string, Pool>();
	/** Of them, made anew where pools come or go. */
	#addresses: readonly string[] | null = null;
	/** Contracts that log for many pools, each with the function that says for which. */
	readonly #singletons = new Map<string, (log: ChainLog) => string | "all" | null>();
	/** Those that something may change without a log. */
	readonly #silent = new Map<string, Pool>();
	#tracked: Map<string, TrackedPool> = new Map();
	#block: Block | null = null;
	#journal: JournalEntry[] = [];

	constructor(client: ChainClient, pools: readonly Pool[]) {
		this.#client = client;
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
		this.#addresses ??= [...this.#pools.keys()];
		return this.#addresses;
	}

	has(address: string): boolean {
		return this.#pools.has(address);
	}

	/** @throws ArbError `not_found` for a pool that is not in the book. */
	state(address: string): PoolState {
		return this.#trackedOf(address).state;
	}

	/** Reads every pool at that block, or `pools` in place of those that it had, forgets the journal, and returns the states. After an error the book is as before. */
	async load(block: Block, pools?: readonly Pool[]): Promise<readonly PoolState[]> {
		this.#tracked = await loadTracked({ client: this.#client, pools: pools ?? [...this.#pools.values()], blockHash: block.hash });
		if (pools !== undefined) this.#hold(pools);
		this.#block = block;
		this.#journal = [];
		return this.states;
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
		const { changed, unknown } = this.#after(logs);
		if (unknown.size > 0) {
			const reading = { client: this.#client, pools: [...unknown.values()], blockHash: block.hash };
			for (const [address, tracked] of await loadTracked(reading)) changed.set(address, tracked);
		}
		for (const tracked of await this.#refresh(block, changed, unknown)) changed.set(tracked.state.address, tracked);
		const replaced = new Map([...changed.keys()].map((address) => [address, this.#trackedOf(address)]));
		for (const [address, tracked] of changed) this.#tracked.set(address, tracked);
		const added = arrivals.filter(({ pool }) => !this.#pools.has(pool.address));
		for (const { pool, tracked } of added) {
			this.#keep(pool);
			this.#tracked.set(pool.address, tracked);
		}
		this.#journal.push({ before, replaced, added: added.map(({ pool }) => pool.address) });
		if (this.#journal.length > JOURNAL_BLOCKS) this.#journal.shift();
		this.#block = block;
		return [...changed.keys(), ...added.map(({ pool }) => pool.address)];
	}

	/**
	 * The pools that logs would change, without changing the book: what a transaction that is not included yet leaves behind. A pool that would have to be read
	 * anew is left out.
	 */
	preview(logs: readonly ChainLog[]): ReadonlyMap<string, PoolState> {
		const { changed, unknown } = this.#after(logs);
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
	}

	/** The facts of pools of the book. @throws ArbError `not_found` for one that is not in it. */
	facts(addresses: readonly string[]): readonly Pool[] {
		return addresses.map((address) => this.#pools.get(address) ?? notInBook(address));
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
		this.#pools.clear();
		this.#singletons.clear();
		this.#silent.clear();
		for (const pool of pools) this.#keep(pool);
	}

	#keep(pool: Pool): void {
		this.#addresses = null;
		const { singleton, isSilent } = adapterOf(pool.family);
		this.#pools.set(pool.address, pool);
		if (singleton !== undefined) this.#singletons.set(singleton.address(pool), singleton.poolOf);
		if (isSilent?.(pool) === true) this.#silent.set(pool.address, pool);
	}

	#drop(address: string): void {
		this.#addresses = null;
		this.#pools.delete(address);
		this.#silent.delete(address);
		this.#tracked.delete(address);
	}

	/** What logs make of the book's pools: those that changed, and those that they do not tell enough of. */
	#after(logs: readonly ChainLog[]): { readonly changed: Map<string, TrackedPool>; readonly unknown: ReadonlyMap<string, Pool> } {
		const changed = new Map<string, TrackedPool>();
		const unknown = new Map<string, Pool>();
		for (const log of logs) {
			for (const pool of this.#poolsOf(log)) {
				if (unknown.has(pool.address)) continue;
				const current = changed.get(pool.address) ?? this.#trackedOf(pool.address);
				const next = adapterOf(pool.family).apply(current, log);
				if (next === "reload") unknown.set(pool.address, pool);
				else if (next !== current) changed.set(pool.address, next);
			}
		}
		return { changed, unknown };
	}

	/** The pools that a log is about: the one that emitted it, or what its singleton says. */
	#poolsOf(log: ChainLog): readonly Pool[] {
		const own = this.#pools.get(log.address);
		if (own !== undefined) return [own];
		const named = this.#singletons.get(log.address)?.(log);
		if (named === undefined || named === null) return [];
		const isOfIt = (pool: Pool): boolean => adapterOf(pool.family).singleton?.address(pool) === log.address;
		if (named === "all") return [...this.#pools.values()].filter(isOfIt);
		const pool = this.#pools.get(named);
		return pool !== undefined && isOfIt(pool) ? [pool] : [];
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
		const tracked = this.#tracked.get(address.toLowerCase());
		return tracked ?? notInBook(address);
	}
}

function notInBook(address: string): never {
	throw new ArbError({ code: "not_found", message: `pool ${address} is not in the pool book; discover pools again`, retryable: false });
}

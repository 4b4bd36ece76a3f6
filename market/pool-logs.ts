import type { Pool } from "../domain/pool.ts";
import type { ChainLog } from "./log.ts";
import type { TrackedPool } from "./protocols/adapter.ts";
import { adapterOf } from "./protocols/families.ts";

/** What a block's logs make of the pools that they are about. */
export interface LoggedChanges {
	/** Those logs, in their order. */
	readonly own: readonly ChainLog[];
	/** Pools as the logs leave them. */
	readonly changed: Map<string, TrackedPool>;
	/** Pools whose logs lead to a part that is not known: their states are to be read. */
	readonly unread: ReadonlyMap<string, Pool>;
}

/** A set of pools, and what logs of any contracts tell about them. */
export class PoolLogs {
	readonly #pools = new Map<string, Pool>();
	/** Contracts that log for many pools, each with the function that says for which. */
	readonly #singletons = new Map<string, (log: ChainLog) => string | "all" | null>();

	constructor(pools: Iterable<Pool>) {
		for (const pool of pools) this.add(pool);
	}

	get pools(): ReadonlyMap<string, Pool> {
		return this.#pools;
	}

	add(pool: Pool): void {
		this.#pools.set(pool.address, pool);
		const { singleton } = adapterOf(pool.family);
		if (singleton !== undefined) this.#singletons.set(singleton.address(pool), singleton.poolOf);
	}

	/** A singleton stays known: what it says of pools that are not here is passed over. */
	remove(address: string): void {
		this.#pools.delete(address);
	}

	clear(): void {
		this.#pools.clear();
		this.#singletons.clear();
	}

	/** Applies one block's logs in their order; `before` gives a pool as its parent block left it. */
	apply(logs: readonly ChainLog[], before: (address: string) => TrackedPool): LoggedChanges {
		const own: ChainLog[] = [];
		const changed = new Map<string, TrackedPool>();
		const unread = new Map<string, Pool>();
		for (const log of logs) {
			const pools = this.#poolsOf(log);
			if (pools.length > 0) own.push(log);
			for (const pool of pools) {
				if (unread.has(pool.address)) continue;
				const current = changed.get(pool.address) ?? before(pool.address);
				const next = adapterOf(pool.family).apply(current, log);
				if (next === "reload") unread.set(pool.address, pool);
				else if (next !== current) changed.set(pool.address, next);
			}
		}
		return { own, changed, unread };
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
}

import type { PoolBook } from "../market/pool-book.ts";
import type { Engine } from "../rust-wasm/engine.ts";
import { StateFeed } from "../rust-wasm/state-feed.ts";

/** Keeps the pools that hold less than the chain's floor out of the engine, and gives them back with the state that they have by then. */
export class SearchFloor {
	readonly #book: Pick<PoolBook, "state">;
	readonly #feed: StateFeed;
	#below: ReadonlySet<string> = new Set();

	constructor(of: { readonly book: Pick<PoolBook, "state">; readonly engine: Engine }) {
		this.#book = of.book;
		this.#feed = new StateFeed(of.engine);
	}

	/** The pools that are left out. */
	get out(): ReadonlySet<string> {
		return this.#below;
	}

	/** Takes pools of the book that changed over into the engine, but those below the floor. */
	update(changedPools: readonly string[]): void {
		this.#feed.give(changedPools.filter((pool) => !this.#below.has(pool)).map((pool) => this.#book.state(pool)));
	}

	/** Takes pools that left the book out of the engine. */
	remove(pools: readonly string[]): void {
		for (const pool of pools) this.#feed.remove(pool);
	}

	/** Pools that are below the floor from now on; returns those of the book that have come back, which are as good as changed. */
	move(to: { readonly below: ReadonlySet<string>; readonly pools: { has(address: string): boolean } }): readonly string[] {
		for (const pool of to.below) if (!this.#below.has(pool)) this.#feed.remove(pool);
		const returned = [...this.#below].filter((pool) => !to.below.has(pool) && to.pools.has(pool));
		this.#below = to.below;
		this.update(returned);
		return returned;
	}
}

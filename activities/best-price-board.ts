import { storeBestPrices } from "../db/best-prices.ts";
import type { Database } from "../db/connection.ts";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import type { Pool } from "../domain/pool.ts";
import { bestPrices } from "../market/prices/best-prices.ts";
import type { Engine } from "../rust-wasm/engine.ts";
import type { ChainDependencies, Log } from "./dependencies.ts";

/** Prices are shown to people: more often would only cost. */
const INTERVAL_MS = 2_000;

/** Stores the best prices of the tokens that are compared with other chains, from the states that the watcher holds anyway. */
export class BestPriceBoard {
	readonly #deps: { readonly chain: ChainDependencies["chain"]; readonly db: Database; readonly log: Log };
	readonly #pools: readonly Pool[];
	readonly #engine: Pick<Engine, "quote">;
	#storedAt = Number.NEGATIVE_INFINITY;

	constructor(of: {
		readonly deps: { readonly chain: ChainDependencies["chain"]; readonly db: Database; readonly log: Log };
		readonly pools: readonly Pool[];
		readonly engine: Pick<Engine, "quote">;
	}) {
		this.#deps = of.deps;
		this.#pools = of.pools;
		this.#engine = of.engine;
	}

	/** Stores the prices at that block, which the engine's states must be of, unless it has done so a moment ago. */
	async show(block: BlockRef): Promise<void> {
		if (performance.now() - this.#storedAt < INTERVAL_MS) return;
		this.#storedAt = performance.now();
		const { chain, db, log } = this.#deps;
		try {
			await storeBestPrices(db, bestPrices({ chain, block, pools: this.#pools, engine: this.#engine }));
		} catch (error) {
			// The watch goes on without: what is stored shows its age.
			if (!(error instanceof ArbError) || !error.retryable) throw error;
			log.warn({ chainId: chain.chainId, block: block.number, err: error }, "the best prices could not be stored");
		}
	}
}

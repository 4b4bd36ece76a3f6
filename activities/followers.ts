import type { ChainConfig } from "../config/chain.ts";
import type { Candidate } from "../domain/candidate.ts";
import { MAX_FOLLOWED_BYTES } from "../domain/candidate.ts";
import type { PoolState } from "../domain/pool.ts";
import { routeHashBehind } from "../domain/route.ts";
import type { ChainClient } from "../market/chain-client.ts";
import { logsBehind, readPending } from "../market/pending/pending-transaction.ts";
import type { PoolBook } from "../market/pool-book.ts";
import type { Engine } from "../rust-wasm/engine.ts";
import { candidatesOf } from "./candidates.ts";

/**
 * Finds the cycles that open behind transactions which wait to be included. Each is executed on the book's block; what its logs make of the pools is searched
 * in place of their states, which the engine has back before anything else is asked of it.
 */
export class Followers {
	readonly #chain: Pick<ChainConfig, "chainId" | "startTokens" | "policy" | "limits" | "executor">;
	readonly #client: Pick<ChainClient, "transaction" | "simulateAfter">;
	readonly #book: PoolBook;
	readonly #engine: Engine;
	readonly #fencingNumber: number;

	constructor(of: {
		readonly chain: Pick<ChainConfig, "chainId" | "startTokens" | "policy" | "limits" | "executor">;
		readonly client: Pick<ChainClient, "transaction" | "simulateAfter">;
		readonly book: PoolBook;
		readonly engine: Engine;
		readonly fencingNumber: number;
	}) {
		this.#chain = of.chain;
		this.#client = of.client;
		this.#book = of.book;
		this.#engine = of.engine;
		this.#fencingNumber = of.fencingNumber;
	}

	/**
	 * The best candidate behind one transaction; null where there is none, where the transaction is ours or too large to be carried, or where the book has gone on
	 * while it was executed.
	 *
	 * @param of.out pools that are not searched
	 * @throws ArbError of the node
	 */
	async behind(
		hash: string,
		of: { readonly liquidity: ReadonlyMap<string, bigint>; readonly out: ReadonlySet<string> },
	): Promise<Candidate | null> {
		const { block } = this.#book;
		const transaction = await readPending(this.#client, hash);
		if (transaction === null || transaction.to === this.#chain.executor) return null;
		if ((transaction.raw.length - 2) / 2 > MAX_FOLLOWED_BYTES) return null;
		const logs = await logsBehind(this.#client, { transaction, block });
		if (logs.length === 0 || this.#book.block.hash !== block.hash) return null;
		const after = new Map([...this.#book.preview(logs)].filter(([pool]) => !of.out.has(pool)));
		if (after.size === 0) return null;
		const candidate = this.#search(after, of.liquidity);
		if (candidate === null) return null;
		const changedPools = candidate.route.flatMap((hop) => (after.has(hop.pool) ? [hop.pool] : []));
		return {
			...candidate,
			routeHash: routeHashBehind(candidate.routeHash, hash),
			follows: { transactionHash: hash, rawTransaction: transaction.raw, changedPools },
		};
	}

	#search(after: ReadonlyMap<string, PoolState>, liquidity: ReadonlyMap<string, bigint>): Candidate | null {
		const book = this.#book;
		const changedPools = [...after.keys()];
		this.#engine.upsertPools([...after.values()]);
		try {
			const [best] = candidatesOf({
				...{ chain: this.#chain, block: book.block, engine: this.#engine, fencingNumber: this.#fencingNumber },
				book: { state: (pool) => after.get(pool) ?? book.state(pool) },
				...{ changedPools, limit: 1, liquidity },
			});
			return best ?? null;
		} finally {
			this.#engine.upsertPools(changedPools.map((pool) => book.state(pool)));
		}
	}
}

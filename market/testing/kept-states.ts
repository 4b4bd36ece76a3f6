import { expect } from "vitest";
import type { Pool, PoolState } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import { PoolBook } from "../pool-book.ts";
import { STATE_TOPICS } from "../protocols/families.ts";
import { auditStates } from "../tripwire/audit.ts";

/** A book of pools that is led block by block and compared with what the chain says at each. */
export class KeptBook {
	readonly book: PoolBook;
	readonly #client: ChainClient;
	readonly #pools: readonly Pool[];

	private constructor(client: ChainClient, pools: readonly Pool[]) {
		this.#client = client;
		this.#pools = pools;
		this.book = new PoolBook(client, pools);
	}

	static async at(client: ChainClient, pools: readonly Pool[]): Promise<KeptBook> {
		const kept = new KeptBook(client, pools);
		await kept.book.load(await client.head());
		return kept;
	}

	/** Applies every block up to the head; after each the book's states are those of a fresh load, but for the time at which they were read. */
	async follow(): Promise<Block> {
		const head = await this.#client.head();
		for (let number = this.book.block.number + 1; number <= head.number; number++) {
			const block = await this.#client.block(number);
			if (block === null) throw new Error(`block ${number} is gone`);
			await this.book.apply(block, await this.#client.logsOf(block.hash, { topics: [STATE_TOPICS] }));
			const kept = this.#pools.map(({ address }) => this.book.state(address));
			for (const { pool, fields, fresh } of await auditStates(this.#client, { blockHash: block.hash, pools: this.#pools, kept })) {
				expect(fields, `pool ${pool} at block ${number} differs from ${JSON.stringify(fresh?.state)}`).toEqual([]);
			}
		}
		return head;
	}

	state(pool: { readonly address: string }): PoolState {
		return this.book.state(pool.address);
	}
}

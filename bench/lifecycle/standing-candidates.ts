import { candidatesOf, paysItsGas } from "../../activities/candidates.ts";
import type { ChainConfig } from "../../config/chain.ts";
import type { Candidate } from "../../domain/candidate.ts";
import type { Block } from "../../market/block.ts";
import { blockRef } from "../../market/block.ts";
import type { PoolBook } from "../../market/pool-book.ts";
import type { Engine } from "../../rust-wasm/engine.ts";

/** Found per block at most: more than the devnet's market ever has. */
const SEARCH_LIMIT = 32;
/** Blocks for which a gap that has closed is still offered: its lifecycle is late by that much. */
const CLOSED_BLOCKS = 2;
/** Below any profit, so that the search hands out what does not pay its gas too: that is what `score` must turn down. */
const ANY_VALUE_WEI = "-1000000000000000000000";

/**
 * The cycles that stand open on the head, as the watcher finds them: by searching around what each block changed. Those that pay their gas are to be
 * submitted; those that do not, and those that the newest blocks have closed, are to be rejected. What only a model may decide is left alone.
 */
export class StandingCandidates {
	readonly #chain: ChainConfig;
	readonly #searched: Pick<ChainConfig, "chainId" | "startTokens" | "policy" | "limits">;
	#open = new Map<string, Candidate>();
	#closed: Candidate[] = [];

	constructor(chain: ChainConfig) {
		this.#chain = chain;
		this.#searched = { ...chain, policy: { ...chain.policy, minExpectedValueWei: ANY_VALUE_WEI } };
	}

	/** Takes a new head: what it left untouched stands on it unchanged, the rest is searched anew. Returns what the search found. */
	advance(of: {
		readonly block: Block;
		readonly changedPools: readonly string[];
		readonly book: PoolBook;
		readonly engine: Engine;
		readonly fencingNumber: number;
		/** What the lender has of each start token, base units. */
		readonly liquidity: ReadonlyMap<string, bigint>;
	}): readonly Candidate[] {
		const changed = new Set(of.changedPools);
		const targetTimestamp = of.block.timestamp + 1;
		const found = candidatesOf({ ...of, targetTimestamp, chain: this.#searched, limit: SEARCH_LIMIT });
		const open = new Map(found.map((candidate) => [candidate.routeHash, candidate]));
		this.#closed = this.#closed.filter((candidate) => of.block.number - candidate.block.number <= CLOSED_BLOCKS);
		for (const [route, candidate] of this.#open) {
			if (open.has(route)) continue;
			if (!candidate.route.some((hop) => changed.has(hop.pool)))
				open.set(route, { ...candidate, block: blockRef(of.block), targetTimestamp });
			else if (this.#isWorthy(candidate)) this.#closed.push(candidate);
		}
		this.#open = open;
		return found;
	}

	/** Worth submitting, best first. */
	get worthy(): readonly Candidate[] {
		return [...this.#open.values()]
			.filter((candidate) => this.#isWorthy(candidate))
			.sort((a, b) => (BigInt(a.grossProfit) > BigInt(b.grossProfit) ? -1 : 1));
	}

	/** Not worth submitting: too small for their gas, or gone since. */
	get unworthy(): readonly Candidate[] {
		return [...[...this.#open.values()].filter((candidate) => !paysItsGas(candidate, this.#chain)), ...this.#closed];
	}

	/** Pays its gas, and is of a size that is taken even where no model decides. */
	#isWorthy(candidate: Candidate): boolean {
		return paysItsGas(candidate, this.#chain) && BigInt(candidate.amountIn) <= BigInt(this.#chain.policy.maxAmountInWithoutModel);
	}
}

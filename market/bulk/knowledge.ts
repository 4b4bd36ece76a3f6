import type { ChainClient } from "../chain-client.ts";
import { CallSize } from "./call-size.ts";
import { RefusedError } from "./refusal.ts";

/** Ways of reading many pools, the best first: our own code by a state override; a contract that is deployed on most chains; call by call. */
const WAYS = ["override", "multicall", "single"] as const;
export type Way = (typeof WAYS)[number];

/** A way that was refused is tried again after so many reads: nodes behind one address change. */
const READS_BEFORE_NEXT_TRY = 256;

/**
 * What has been learned about one node: which ways it refuses, and how much it takes at once. First sizes are for 10 million gas, the lowest limit in use
 * (7,000 gas a pair, some 400,000 a pool with its ticks); the most is what a request of 2 MB, or an answer of it, has room for.
 */
export class NodeKnowledge {
	readonly sizes = {
		pairs: new CallSize({ first: 1_400, most: 50_000 }),
		concentrated: new CallSize({ first: 25, most: 2_000 }),
		pairCombinations: new CallSize({ first: 1_400, most: 50_000 }),
		concentratedCombinations: new CallSize({ first: 100, most: 20_000 }),
		multicall: new CallSize({ first: 500, most: 5_000 }),
	};
	readonly #refused = new Map<Way, number>();

	/** Ways that are not tried now. */
	get refused(): readonly Way[] {
		return WAYS.filter((way) => this.#refused.has(way));
	}

	/**
	 * Reads by the best way that the node offers, of those that there are for what is read. A refusal is remembered once a lesser way has answered: until
	 * then it may be the block or the pools that are at fault.
	 *
	 * @throws the error of the last way that was tried
	 */
	async read<T>(by: Readonly<Partial<Record<Way, () => Promise<T>>> & Record<"single", () => Promise<T>>>): Promise<T> {
		this.#passOne();
		const refusedNow: Way[] = [];
		for (const way of WAYS) {
			const read = by[way];
			if (way === "single" || read === undefined || this.#refused.has(way)) continue;
			try {
				const answer = await read();
				this.#remember(refusedNow);
				return answer;
			} catch (error) {
				if (!(error instanceof RefusedError)) throw error;
				refusedNow.push(way);
			}
		}
		const answer = await by.single();
		this.#remember(refusedNow);
		return answer;
	}

	#remember(refused: readonly Way[]): void {
		for (const way of refused) this.#refused.set(way, READS_BEFORE_NEXT_TRY);
	}

	#passOne(): void {
		for (const [way, left] of this.#refused) {
			if (left <= 1) this.#refused.delete(way);
			else this.#refused.set(way, left - 1);
		}
	}
}

const KNOWN = new WeakMap<ChainClient, NodeKnowledge>();

/** What has been learned about the client's node; it lives as long as the client. */
export function knowledgeOf(client: ChainClient): NodeKnowledge {
	const known = KNOWN.get(client) ?? new NodeKnowledge();
	KNOWN.set(client, known);
	return known;
}

import type { ChainConfig } from "../config/chain.ts";
import { ArbError } from "../domain/errors.ts";
import type { Pool } from "../domain/pool.ts";
import type { ChainClient } from "./chain-client.ts";
import type { ChainLog, TopicFilter } from "./log.ts";
import { addressTopic } from "./protocols/abi-word.ts";
import type { Dex } from "./protocols/adapter.ts";
import { adapterOf } from "./protocols/families.ts";

type DiscoveredChain = Pick<ChainConfig, "chainId" | "wrappedNative" | "tokens" | "dexes">;

/** First width of a range, in blocks: it halves where the node refuses and doubles where it answers. */
const FIRST_SPAN = 10_000;
const WIDEST_SPAN = 1_000_000;

/**
 * Pools of all configured dexes between configured tokens, from the factories' events, in the order of their creation. `toBlock` is the head where
 * absent, `fromBlock` each dex's own start block.
 *
 * @throws ArbError of the node where even a single block cannot be asked for.
 */
export async function discoverPools(
	client: ChainClient,
	chain: DiscoveredChain,
	range: { readonly fromBlock?: number; readonly toBlock?: number },
): Promise<Pool[]> {
	const toBlock = range.toBlock ?? (await client.head()).number;
	const found = await Promise.all(
		chain.dexes.map((dex) => poolsOfDex(client, chain, dex, { fromBlock: Math.max(dex.startBlock, range.fromBlock ?? 0), toBlock })),
	);
	return found.flat();
}

async function poolsOfDex(
	client: ChainClient,
	chain: DiscoveredChain,
	dex: Dex,
	range: { readonly fromBlock: number; readonly toBlock: number },
): Promise<Pool[]> {
	const adapter = adapterOf(dex.family);
	const creation = adapter.creation({ chainId: chain.chainId, wrappedNative: chain.wrappedNative, dex });
	if (creation === null) return [];
	const topics = creation.topics(chain.tokens.map((token) => addressTopic(token.address)));
	const pools: Pool[] = [];
	for await (const log of logsInSpans(client, { ...range, address: creation.emitter, topics })) {
		const pool = creation.parse(log);
		if (pool !== null) pools.push(pool);
	}
	return pools;
}

/** Logs of a range of any width, asked for in pieces that the node accepts. */
async function* logsInSpans(
	client: ChainClient,
	of: {
		readonly fromBlock: number;
		readonly toBlock: number;
		readonly address: string;
		readonly topics: TopicFilter;
	},
): AsyncGenerator<ChainLog, void, undefined> {
	let span = FIRST_SPAN;
	let from = of.fromBlock;
	while (from <= of.toBlock) {
		const to = Math.min(of.toBlock, from + span - 1);
		let logs: ChainLog[];
		try {
			logs = await client.logsBetween({ fromBlock: from, toBlock: to, addresses: [of.address], topics: of.topics });
		} catch (error) {
			// Nodes word their limits (blocks, results, time) in many ways; whatever a smaller range may cure is one.
			const mayBeLimit = error instanceof ArbError && (error.code === "chain" || error.code === "timeout");
			if (!mayBeLimit || to === from) throw error;
			span = Math.max(1, Math.floor((to - from + 1) / 2));
			continue;
		}
		yield* logs;
		from = to + 1;
		span = Math.min(WIDEST_SPAN, span * 2);
	}
}

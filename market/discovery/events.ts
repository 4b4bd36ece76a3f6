import { id } from "ethers";
import type { FoundPool } from "../../domain/discovery.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import type { ChainLog, TopicFilter } from "../log.ts";
import { addressTopic } from "../protocols/abi-word.ts";
import type { CreationEvents, Dex } from "../protocols/adapter.ts";
import { adapterOf } from "../protocols/families.ts";
import { type DiscoveredChain, sourceOf, wantedPools } from "./scope.ts";
import { logsInSpans } from "./spans.ts";

/** What is asked of a dex's events; null where its pools are announced by none. */
export interface EventQuestion {
	readonly dex: Dex;
	readonly source: string;
	readonly creation: CreationEvents;
	readonly topics: TopicFilter;
	/** Differs from every other question, and where the settings that go into its pools differ. */
	readonly fingerprint: string;
}

export function eventQuestion(chain: DiscoveredChain, dex: Dex): EventQuestion | null {
	const creation = adapterOf(dex.family).creation({ chainId: chain.chainId, wrappedNative: chain.wrappedNative, dex });
	if (creation === null) return null;
	const wanted = chain.storesUnlistedPools === true ? null : chain.tokens.map((token) => addressTopic(token.address));
	const asked = creation.topics(wanted);
	const { name, family, factory, vault, poolDeployer, feePips, startBlock } = dex;
	const about = [name, family, factory, vault, poolDeployer, feePips, startBlock, chain.wrappedNative, creation.emitter];
	const tokens = chain.storesUnlistedPools === true ? "any" : chain.tokens.map((token) => token.address).sort();
	return { dex, source: sourceOf(dex), creation, topics: asked, fingerprint: id(JSON.stringify([about, asked, tokens])) };
}

/** The pools that some logs of the dex's emitter announce, with all their facts, in their order; `at` is the block whose state tells the facts. */
export async function announcedPools(
	client: ChainClient,
	chain: DiscoveredChain,
	of: { readonly question: EventQuestion; readonly logs: readonly ChainLog[]; readonly at: Pick<Block, "hash"> },
): Promise<readonly FoundPool[]> {
	const { dex, source, creation } = of.question;
	const announced = new Map<string, { readonly pool: Pool; readonly block: number }>();
	for (const log of of.logs) {
		const pool = creation.parse(log);
		if (pool !== null) announced.set(pool.address, { pool, block: log.blockNumber });
	}
	const pools = await completed(client, chain, { dex, pools: [...announced.values()].map(({ pool }) => pool), blockHash: of.at.hash });
	const found = pools.map((pool) => ({
		...pool,
		...{ foundBy: "events" as const, source, discoveredAtBlock: announced.get(pool.address)?.block ?? 0 },
	}));
	return wantedPools(chain, found);
}

/** Pools with the facts that neither event nor list tells. */
export async function completed(
	client: ChainClient,
	{ chainId, wrappedNative }: DiscoveredChain,
	of: { readonly dex: Dex; readonly pools: readonly Pool[]; readonly blockHash: string },
): Promise<readonly Pool[]> {
	const { complete } = adapterOf(of.dex.family);
	if (complete === undefined || of.pools.length === 0) return of.pools;
	const reading = { client, pools: of.pools, blockHash: of.blockHash };
	return await complete.call(adapterOf(of.dex.family), reading, { chainId, wrappedNative, dex: of.dex });
}

/** What a dex announced in a range of blocks, piece by piece, in the order of the chain. */
export async function* poolsFromEvents(
	client: ChainClient,
	chain: DiscoveredChain,
	of: { readonly question: EventQuestion; readonly fromBlock: number; readonly at: Block; readonly signal?: AbortSignal },
): AsyncGenerator<{ readonly pools: readonly FoundPool[]; readonly through: number }, void, undefined> {
	const { question, fromBlock, at } = of;
	const range = { fromBlock, toBlock: at.number, address: question.creation.emitter, topics: question.topics };
	for await (const { logs, through } of logsInSpans(client, range, of.signal)) {
		yield { pools: await announcedPools(client, chain, { question, logs, at }), through };
	}
}

/**
 * Pools of all configured dexes between configured tokens, from the factories' events alone, in the order of their creation; nothing is stored. `toBlock` is
 * the head where absent, `fromBlock` each dex's own start block.
 *
 * @throws ArbError of the node where even a single block cannot be asked for.
 */
export async function discoverPools(
	client: ChainClient,
	chain: DiscoveredChain,
	range: { readonly fromBlock?: number; readonly toBlock?: number },
): Promise<Pool[]> {
	const head = await client.head();
	const at = range.toBlock === undefined ? head : { ...head, number: range.toBlock };
	const listed = { ...chain, storesUnlistedPools: false };
	const found = await Promise.all(
		chain.dexes.map(async (dex) => {
			const question = eventQuestion(listed, dex);
			const pools: Pool[] = [];
			if (question === null) return pools;
			const fromBlock = Math.max(dex.startBlock, range.fromBlock ?? 0);
			for await (const span of poolsFromEvents(client, listed, { question, fromBlock, at })) {
				for (const { foundBy: _by, source: _source, discoveredAtBlock: _block, ...pool } of span.pools) pools.push(pool);
			}
			return pools;
		}),
	);
	return found.flat();
}

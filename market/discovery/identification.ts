import { id } from "ethers";
import type { FoundPool } from "../../domain/discovery.ts";
import type { Pool, ProtocolFamily } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import { addressAt, addressTopic, intAt, intWord, uintAt } from "../protocols/abi-word.ts";
import { type Dex, factoryOf } from "../protocols/adapter.ts";
import { tokensOfPairs } from "../protocols/pair-list.ts";
import { pairFee } from "../protocols/uniswap-v2.ts";
import { tryCalls } from "../tried-calls.ts";
import { completed, eventQuestion, poolsFromEvents } from "./events.ts";
import { hasList, poolsFromList } from "./lists.ts";
import { type DiscoveredChain, sourceOf } from "./scope.ts";

const selector = (signature: string): string => id(signature).slice(0, 10);
const GET_PAIR = selector("getPair(address,address)");
const GET_POOL = selector("getPool(address,address,uint24)");
const FEE = selector("fee()");
const TICK_SPACING = selector("tickSpacing()");

interface Asked {
	readonly client: ChainClient;
	readonly chain: DiscoveredChain;
	readonly dex: Dex;
	/** Lower case, each once. */
	readonly addresses: readonly string[];
	readonly at: Block;
	readonly signal?: AbortSignal;
}

type Place = Pick<Pool, "address" | "tokens" | "feePips" | "tickSpacing">;
type Identify = (asked: Asked) => Promise<readonly Place[]>;

/** Families whose factories say of one pool that it is theirs. */
const BY_FACTORY: Partial<Record<ProtocolFamily, Identify>> = {
	"uniswap-v2": pairs,
	"uniswap-v3": concentrated,
	"pancake-v3": concentrated,
};

/**
 * Those of the addresses that are pools of this dex, with their facts, as the dex's own contracts say: its factory is asked for each; where it cannot be,
 * its list is read, or else its events.
 *
 * @throws ArbError of the node.
 */
export async function identifiedPools(asked: Asked): Promise<readonly FoundPool[]> {
	const { client, chain, dex, at } = asked;
	const identify = BY_FACTORY[dex.family];
	const wanted = new Set(asked.addresses);
	let pools: readonly Pool[];
	if (identify !== undefined) {
		const places = await identify(asked);
		const named = places.map((place): Pool => ({ chainId: chain.chainId, family: dex.family, dex: dex.name, details: {}, ...place }));
		pools = await completed(client, chain, { dex, pools: named, blockHash: at.hash });
	} else pools = hasList(dex) ? await fromList(asked) : await fromEvents(asked);
	return pools
		.filter(({ address }) => wanted.has(address))
		.map(({ chainId, address, family, dex: name, tokens, feePips, tickSpacing, details }) => ({
			...{ chainId, address, family, dex: name, tokens, feePips, tickSpacing, details },
			...{ foundBy: "file", source: sourceOf(dex), discoveredAtBlock: at.number },
		}));
}

async function pairs({ client, dex, addresses, at }: Asked): Promise<readonly Place[]> {
	const tokens = await tokensOfPairs(client, { addresses, blockHash: at.hash });
	const places = addresses.flatMap((address, i): Place[] => {
		const own = tokens[i];
		return own ? [{ address, tokens: own, feePips: pairFee(dex), tickSpacing: 0 }] : [];
	});
	return await namedByFactory({ client, dex, at, places, lookUp: ({ tokens: [a = "", b = ""] }) => GET_PAIR + words(a, b) });
}

async function concentrated({ client, dex, addresses, at }: Asked): Promise<readonly Place[]> {
	const [tokens, answers] = await Promise.all([
		tokensOfPairs(client, { addresses, blockHash: at.hash }),
		tryCalls(
			client,
			at.hash,
			addresses.flatMap((to) => [FEE, TICK_SPACING].map((data) => ({ to, data, words: 1 }))),
		),
	]);
	const places = addresses.flatMap((address, i): Place[] => {
		const [own, fee, spacing] = [tokens[i], answers[2 * i], answers[2 * i + 1]];
		if (!own || !fee || !spacing) return [];
		return [{ address, tokens: own, feePips: Number(uintAt(fee, 0)), tickSpacing: Number(intAt(spacing, 0)) }];
	});
	const lookUp = ({ tokens: [a = "", b = ""], feePips }: Place): string => GET_POOL + words(a, b) + intWord(feePips);
	return await namedByFactory({ client, dex, at, places, lookUp });
}

/** What a contract says of itself counts only where the factory names that very contract for it. */
async function namedByFactory(of: {
	readonly client: ChainClient;
	readonly dex: Dex;
	readonly at: Block;
	readonly places: readonly Place[];
	readonly lookUp: (place: Place) => string;
}): Promise<readonly Place[]> {
	const to = factoryOf(of.dex);
	const calls = of.places.map((place) => ({ to, data: of.lookUp(place), words: 1 }));
	const answers = await tryCalls(of.client, of.at.hash, calls);
	return of.places.filter(({ address }, i) => {
		const answer = answers[i];
		return answer !== null && answer !== undefined && addressAt(answer, 0) === address;
	});
}

function words(...addresses: readonly string[]): string {
	return addresses.map((address) => addressTopic(address).slice(2)).join("");
}

async function fromList({ client, chain, dex, at, signal }: Asked): Promise<readonly Pool[]> {
	const pools: Pool[] = [];
	const all = { ...chain, storesUnlistedPools: true };
	for await (const part of poolsFromList(client, all, { dex, from: 0, at, ...(signal && { signal }) })) pools.push(...part.pools);
	return pools;
}

/** Of the tokens that the contracts name, where they are such as name theirs; else of any tokens. */
async function fromEvents({ client, chain, dex, addresses, at, signal }: Asked): Promise<readonly Pool[]> {
	const contracts = addresses.filter((address) => address.length === 42);
	const tokens = new Set((await tokensOfPairs(client, { addresses: contracts, blockHash: at.hash })).flatMap((own) => own ?? []));
	const asked =
		tokens.size > 0
			? { ...chain, storesUnlistedPools: false, tokens: [...tokens].map((address) => ({ address, symbol: address, decimals: 0 })) }
			: { ...chain, storesUnlistedPools: true };
	const question = eventQuestion(asked, dex);
	if (question === null) return [];
	const pools: Pool[] = [];
	const reading = { question, fromBlock: dex.startBlock, at, ...(signal && { signal }) };
	for await (const span of poolsFromEvents(client, asked, reading)) pools.push(...span.pools);
	return pools;
}

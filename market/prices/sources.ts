import type { ChainConfig } from "../../config/chain.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { ChainClient } from "../chain-client.ts";
import type { Reserves } from "../protocols/adapter.ts";
import { readHoldings, readReserves } from "../protocols/families.ts";
import { type DepthPrice, depthPrices, type PoolDepth } from "./depth.ts";
import { readFeeds } from "./feed.ts";
import type { PriceBlock, Reading } from "./observation.ts";
import { readTwaps, type TwapQuestion } from "./twap.ts";

export type PricedChain = Pick<ChainConfig, "wrappedNative" | "stablecoins" | "tokens" | "prices">;

/** What the sources say of each token: feeds in attodollars per base unit, pools in wei per base unit. Depths stand deepest first. */
export interface Sources {
	readonly feeds: ReadonlyMap<string, Reading>;
	readonly twaps: ReadonlyMap<string, Reading>;
	readonly depths: ReadonlyMap<string, Reading>;
}

type ReadDepth = PoolDepth & Pick<Reserves, "pool" | "feePips">;

/** Asks every source that the settings name for the prices of tokens, at one block. Without settings: the depth of pools alone. */
export async function readSources(
	client: ChainClient,
	of: {
		readonly chain: PricedChain;
		readonly block: PriceBlock;
		readonly pools: readonly Pool[];
		readonly tokens: readonly string[];
		readonly maxHops: number;
	},
): Promise<Sources> {
	const { chain, block } = of;
	const settings = chain.prices;
	const wanted = new Set([...of.tokens, ...chain.stablecoins].filter((token) => token !== chain.wrappedNative));
	const pools = of.maxHops > 1 ? of.pools : of.pools.filter((pool) => wanted.has(otherToken(pool, chain.wrappedNative) ?? ""));
	const asked = new Set([...wanted, chain.wrappedNative]);
	const feeds = (settings?.feeds ?? []).flatMap((feed) =>
		feed.tokens.filter((token) => asked.has(token)).map((token) => ({ feed, token, tokenDecimals: decimalsOf(chain, token) })),
	);
	const [answers, poolDepths] = await Promise.all([
		readFeeds(client, feeds, block),
		readDepths(client, { pools, blockHash: block.hash, isBoundByHoldings: settings !== undefined }),
	]);
	const minDepthWei = BigInt(settings?.minDepthWei ?? 1);
	const found = depthPrices({ anchor: chain.wrappedNative, pools: poolDepths, minDepthWei, maxHops: of.maxHops });
	const questions = twapQuestions({ chain, wanted, poolDepths, minDepthWei });
	const means = await readTwaps(client, questions, block);
	const fees = new Map(poolDepths.map(({ pool, feePips = pool.feePips }) => [pool.address, feePips]));
	return {
		feeds: byToken(feeds, answers),
		twaps: byToken(questions, means),
		depths: new Map(deepestFirst(found).map(([token, depth]) => [token, depthReading(depth, fees)])),
	};
}

async function readDepths(
	client: ChainClient,
	of: { readonly pools: readonly Pool[]; readonly blockHash: string; readonly isBoundByHoldings: boolean },
): Promise<ReadDepth[]> {
	const concentrated = of.isBoundByHoldings ? of.pools.filter((pool) => pool.tickSpacing > 0) : [];
	const [reserves, holdings] = await Promise.all([
		readReserves({ client, pools: of.pools, blockHash: of.blockHash }),
		readHoldings({ client, pools: concentrated, blockHash: of.blockHash }),
	]);
	const held = new Map(holdings.map(({ pool, amounts }) => [pool.address, amounts]));
	return reserves.map((each) => {
		const own = held.get(each.pool.address);
		return own === undefined ? each : { ...each, held: own };
	});
}

/** The deepest Uniswap V3 pool of each token against the wrapped native coin. */
function twapQuestions(of: {
	readonly chain: PricedChain;
	readonly wanted: ReadonlySet<string>;
	readonly poolDepths: readonly ReadDepth[];
	readonly minDepthWei: bigint;
}): TwapQuestion[] {
	const { wrappedNative, prices } = of.chain;
	const windowSeconds = prices?.twap?.windowSeconds;
	if (windowSeconds === undefined) return [];
	const concentrated = of.poolDepths.filter((each) => each.pool.family === "uniswap-v3");
	const deepest = depthPrices({ anchor: wrappedNative, pools: concentrated, minDepthWei: of.minDepthWei, maxHops: 1 });
	return [...deepest].flatMap(([token, { way }]) => {
		const pool = concentrated.find((each) => each.pool.address === way[0])?.pool;
		return pool === undefined || !of.wanted.has(token) ? [] : [{ pool, token, wrappedNative, windowSeconds, minDepthWei: of.minDepthWei }];
	});
}

/** Arbitrage closes a gap only as far as the pools' fees let it: that much a pool's price may be off. Fees are millionths. */
function depthReading(depth: DepthPrice, fees: ReadonlyMap<string, number>): Reading {
	const tolerancePpm = depth.way.reduce((sum, pool) => sum + (fees.get(pool) ?? 0), 0);
	const { price, depthWei } = depth;
	return { observation: { kind: "depth", source: depth.way.join(">"), price, ageSeconds: 0, tolerancePpm, depthWei } };
}

function deepestFirst(found: ReadonlyMap<string, DepthPrice>): [string, DepthPrice][] {
	return [...found].sort(([, a], [, b]) => (a.depthWei > b.depthWei ? -1 : a.depthWei < b.depthWei ? 1 : 0));
}

/** The token that a pool trades against the wrapped native coin; null where it does not. */
function otherToken(pool: Pool, wrappedNative: string): string | null {
	const [token0, token1, third] = pool.tokens;
	if (token0 === undefined || token1 === undefined || third !== undefined) return null;
	if (token0 === wrappedNative) return token1;
	return token1 === wrappedNative ? token0 : null;
}

function byToken(asked: readonly { readonly token: string }[], answers: readonly Reading[]): Map<string, Reading> {
	return new Map(answers.flatMap((reading, i) => (asked[i] === undefined ? [] : [[asked[i].token, reading] as const])));
}

/** @throws ArbError `configuration` for a token that is priced in whole units but whose decimals the settings do not tell */
export function decimalsOf(chain: PricedChain, address: string): number {
	const token = chain.tokens.find((known) => known.address === address);
	if (token !== undefined) return token.decimals;
	throw new ArbError({ code: "configuration", message: `tokens: ${address} is priced, but is none of the tokens`, retryable: false });
}

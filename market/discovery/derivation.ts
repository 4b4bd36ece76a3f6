import type { FoundPool } from "../../domain/discovery.ts";
import type { Pool, ProtocolFamily } from "../../domain/pool.ts";
import { findConcentrated, type Tier } from "../bulk/concentrated-finder.ts";
import type { Factory } from "../bulk/factory.ts";
import { findPairs } from "../bulk/pair-finder.ts";
import type { ChainClient } from "../chain-client.ts";
import { type Dex, factoryOf } from "../protocols/adapter.ts";
import { pairFee } from "../protocols/uniswap-v2.ts";
import { completed } from "./events.ts";
import { type DiscoveredChain, sourceOf } from "./scope.ts";

/** The tiers of `UniswapV3Factory`: three from its constructor, one that governance added. */
const PUBLISHED_TIERS: readonly Tier[] = [
	{ fee: 100, tickSpacing: 1 },
	{ fee: 500, tickSpacing: 10 },
	{ fee: 3000, tickSpacing: 60 },
	{ fee: 10_000, tickSpacing: 200 },
];

type Place = Pick<Pool, "address" | "tokens" | "feePips" | "tickSpacing">;
type Find = (
	client: ChainClient,
	of: { readonly dex: Dex; readonly tokens: readonly string[]; readonly blockHash: string },
) => Promise<readonly Place[]>;

/** The families whose factories name a pool by its tokens, or by tokens and fee, as the finders ask them. */
const FINDERS: Partial<Record<ProtocolFamily, Find>> = { "uniswap-v2": pairs, "uniswap-v3": concentrated, "pancake-v3": concentrated };

/** Whether pools of the dex can be found from their tokens alone. */
export function isDerivable(dex: Dex): boolean {
	return FINDERS[dex.family] !== undefined;
}

/**
 * Every pool of a dex between the chain's tokens, without any event: addresses are derived where the node's state is, about a thousand of them a call.
 *
 * @throws ArbError `configuration` where the factory does not answer, or has pools but the hash of the settings derives none; the node's errors.
 */
export async function poolsByDerivation(
	client: ChainClient,
	chain: DiscoveredChain,
	of: { readonly dex: Dex; readonly at: { readonly number: number; readonly hash: string } },
): Promise<readonly FoundPool[]> {
	const { dex, at } = of;
	const find = FINDERS[dex.family];
	if (find === undefined) return [];
	const { chainId } = chain;
	const places = await find(client, { dex, tokens: chain.tokens.map((token) => token.address), blockHash: at.hash });
	const pools = places.map((place): Pool => ({ chainId, family: dex.family, dex: dex.name, details: {}, ...place }));
	const whole = await completed(client, chain, { dex, pools, blockHash: at.hash });
	return whole.map((pool) => ({ ...pool, foundBy: "derivation", source: sourceOf(dex), discoveredAtBlock: at.number }));
}

async function pairs(client: ChainClient, { dex, ...of }: Parameters<Find>[1]): Promise<readonly Place[]> {
	const { pools } = await findPairs(client, { ...of, factory: derivedBy(dex, "packed-tokens") });
	return pools.map(({ address, token0, token1 }) => ({ address, tokens: [token0, token1], feePips: pairFee(dex), tickSpacing: 0 }));
}

async function concentrated(client: ChainClient, { dex, ...of }: Parameters<Find>[1]): Promise<readonly Place[]> {
	const tiers = dex.tiers?.map(({ pips, tickSpacing }) => ({ fee: pips, tickSpacing })) ?? PUBLISHED_TIERS;
	const { pools } = await findConcentrated(client, { ...of, tiers, factory: derivedBy(dex, "tokens-fee") });
	return pools.map(({ address, token0, token1, fee, tickSpacing }) => ({ address, tokens: [token0, token1], feePips: fee, tickSpacing }));
}

/** With its init code's hash where the settings have one for the salt that the finder makes; else the factory is asked for each pool. */
function derivedBy({ derivation, poolDeployer, ...dex }: Dex, salt: "packed-tokens" | "tokens-fee"): Factory {
	const isKnown = derivation?.by === "init-code" && derivation.salt === salt;
	return {
		address: factoryOf(dex),
		...(poolDeployer === undefined ? {} : { deployer: poolDeployer }),
		...(isKnown ? { initCodeHash: derivation.initCodeHash } : {}),
	};
}

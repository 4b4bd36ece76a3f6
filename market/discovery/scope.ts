import type { ChainConfig } from "../../config/chain.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Dex } from "../protocols/adapter.ts";

/** What discovery needs to know of a chain. */
export type DiscoveredChain = Pick<ChainConfig, "chainId" | "wrappedNative" | "tokens" | "dexes" | "storesUnlistedPools">;

/** A row of the chain's dexes by what tells it from the others: a dex may have several factories, a vault pools of several families. */
export function sourceOf({ name, family, factory = "-", vault = "-" }: Dex): string {
	return [name, family, factory, vault].join(" ");
}

/** Pools to be stored: all of them where the settings say so, else those whose tokens are all the chain's; a composable pool's own token does not count. */
export function wantedPools<Found extends Pool>(chain: DiscoveredChain, pools: readonly Found[]): readonly Found[] {
	if (chain.storesUnlistedPools === true) return pools;
	const listed = new Set(chain.tokens.map((token) => token.address));
	return pools.filter((pool) => pool.tokens.every((token) => listed.has(token) || token === pool.address));
}

import { id } from "ethers";
import type { FoundPool } from "../../domain/discovery.ts";
import type { ChainClient } from "../chain-client.ts";
import type { Dex } from "../protocols/adapter.ts";
import { adapterOf } from "../protocols/families.ts";
import { completed } from "./events.ts";
import { type DiscoveredChain, sourceOf, wantedPools } from "./scope.ts";

/** Entries asked for at once: what an adapter makes of them are one or two calls for each. */
const ENTRIES = 500;

/** Differs where what is asked for, or the settings that go into the pools, differ. */
export function listFingerprint(chain: DiscoveredChain, dex: Dex): string {
	const tokens = chain.storesUnlistedPools === true ? "any" : chain.tokens.map((token) => token.address).sort();
	return id(JSON.stringify([sourceOf(dex), dex.poolDeployer, dex.feePips, chain.wrappedNative, tokens]));
}

/** Whether the dex's factory keeps a list of its pools. */
export function hasList(dex: Dex): boolean {
	return adapterOf(dex.family).enumerate !== undefined;
}

/** The pools that a factory lists, from its `from`-th on, part by part; none where it keeps no list. */
export async function* poolsFromList(
	client: ChainClient,
	chain: DiscoveredChain,
	of: {
		readonly dex: Dex;
		readonly from: number;
		readonly at: { readonly number: number; readonly hash: string };
		readonly signal?: AbortSignal;
	},
): AsyncGenerator<{ readonly pools: readonly FoundPool[]; readonly through: number; readonly total: number }, void, undefined> {
	const { dex, at } = of;
	const adapter = adapterOf(dex.family);
	if (adapter.enumerate === undefined) return;
	const scope = { chainId: chain.chainId, wrappedNative: chain.wrappedNative, dex };
	for (let from = of.from; ; from += ENTRIES) {
		of.signal?.throwIfAborted();
		const { pools, total } = await adapter.enumerate(client, scope, { from, limit: ENTRIES, blockHash: at.hash });
		const whole = await completed(client, chain, { dex, pools, blockHash: at.hash });
		const found = whole.map((pool) => ({
			...pool,
			...{ foundBy: "list" as const, source: sourceOf(dex), discoveredAtBlock: at.number },
		}));
		const through = Math.min(total, from + ENTRIES);
		yield { pools: wantedPools(chain, found), through, total };
		if (through >= total) return;
	}
}

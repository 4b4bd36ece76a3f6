import type { ChainConfig } from "../../config/chain.ts";
import type { Database } from "../../db/connection.ts";
import { ensureControl } from "../../db/control.ts";
import { upsertPools, upsertTokens } from "../../db/registry.ts";
import type { Pool } from "../../domain/pool.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import { discoverPools } from "../../market/discovery/events.ts";
import { bookOpening } from "../../workers/opening.ts";

/** What a chain's lifecycles need in a migrated database before the first one starts: control row, opening balances, allowed pools and tokens. */
export async function registerChain(of: {
	readonly db: Database;
	readonly chain: ChainConfig;
	readonly client: ChainClient;
}): Promise<readonly Pool[]> {
	const { db, chain, client } = of;
	const { chainId } = chain;
	await ensureControl(db, { chainId, mode: chain.mode, limits: chain.limits });
	await bookOpening(db, chain, client);
	const pools = await discoverPools(client, chain, {});
	await upsertPools(
		db,
		pools.map((pool) => ({ ...pool, allowed: true, reason: "", discoveredAtBlock: 0 })),
	);
	await upsertTokens(
		db,
		chain.tokens.map((token) => ({ ...token, chainId, allowed: true, reason: "" })),
	);
	return pools;
}

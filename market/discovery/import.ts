import type { ChainConfig } from "../../config/chain.ts";
import type { Database } from "../../db/connection.ts";
import { recordFound } from "../../db/discovery.ts";
import type { ChainClient } from "../chain-client.ts";
import { identifiedPools } from "./identification.ts";
import type { BadLine, ListedPool } from "./listed-pool.ts";
import { permissionOf, permitStored, storedAdmission } from "./permission.ts";
import type { DiscoveredChain } from "./scope.ts";
import { type SweepProgress, settledBlock } from "./sweep.ts";

/** Pools confirmed and stored at once. */
const PART = 500;

export interface Imported {
	readonly stored: number;
	/** Of these, the ones that the registry did not have. */
	readonly added: number;
	/** Of these, the ones that routes may use, as the tokens were last inspected. */
	readonly searched: number;
	readonly refused: readonly BadLine[];
}

/**
 * Stores the pools of a list, part by part, each after the contracts of its dex have confirmed it: what a list or a pool says of itself does not count.
 *
 * @throws ArbError of the node; the parts before stand.
 */
export async function importPools(of: {
	readonly db: Database;
	readonly client: ChainClient;
	readonly chain: DiscoveredChain & Pick<ChainConfig, "policy">;
	readonly listed: readonly ListedPool[];
	readonly onProgress?: (progress: SweepProgress) => void;
	readonly signal?: AbortSignal;
}): Promise<Imported> {
	const { db, client, chain } = of;
	const head = await client.head(of.signal);
	const at = await settledBlock(client, { head, confirmationDepth: chain.policy.confirmationDepth });
	const admission = await storedAdmission(db, chain);
	const refused: BadLine[] = [];
	let [stored, added] = [0, 0];
	const confirmedAddresses: string[] = [];
	for (const [name, lines] of Map.groupBy(of.listed, ({ dex }) => dex)) {
		const rows = chain.dexes.filter((dex) => dex.name === name);
		if (rows.length === 0) {
			const names = [...new Set(chain.dexes.map((dex) => dex.name))].join(", ");
			refused.push(...lines.map(({ line }) => ({ line, why: `dex ${name} is not among the chain's dexes (${names})` })));
			continue;
		}
		let open: readonly ListedPool[] = lines;
		// A dex may have several factories: what one does not know may be another's.
		for (const dex of rows) {
			const confirmed = new Set<string>();
			for (let from = 0; from < open.length; from += PART) {
				of.signal?.throwIfAborted();
				const part = open.slice(from, from + PART);
				const addresses = [...new Set(part.map(({ address }) => address))];
				const pools = await identifiedPools({ client, chain, dex, addresses, at, ...(of.signal && { signal: of.signal }) });
				const found = pools.map((pool) => ({ ...pool, ...permissionOf(pool, admission) }));
				added += (await recordFound(db, { chainId: chain.chainId, pools: found, cursors: [] })).length;
				for (const { address } of pools) confirmed.add(address);
				of.onProgress?.({
					...{ dex: dex.name, family: dex.family, way: "file", done: Math.min(open.length, from + PART), total: open.length },
					...{ found: confirmed.size, added },
				});
			}
			stored += confirmed.size;
			confirmedAddresses.push(...confirmed);
			open = open.filter(({ address }) => !confirmed.has(address));
		}
		const family = rows.map((dex) => dex.family).join(", ");
		refused.push(
			...open.map(({ line, address }) => ({ line, why: `${address} is no pool of ${name} (${family}): its contracts do not know it` })),
		);
	}
	const searchable = new Set((await permitStored(db, chain)).map(({ address }) => address));
	return { stored, added, searched: confirmedAddresses.filter((address) => searchable.has(address)).length, refused };
}

import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import type { DiscoveryWay } from "../domain/discovery.ts";
import type { Pool } from "../domain/pool.ts";
import type { Database } from "./connection.ts";
import type { Permission } from "./registry.ts";
import { pools, tvl } from "./schema.ts";

/** A pool as the registry has it, with what it was worth when it was last valued. */
export interface ListedPool extends Pool, Permission {
	readonly discoveredAtBlock: number;
	readonly foundBy: DiscoveryWay;
	readonly isBelowFloor: boolean;
	/** Null where it was never valued. */
	readonly tvl: { readonly microUsd: Amount; readonly isPartial: boolean; readonly blockNumber: number; readonly at: Date } | null;
}

export type PoolOrder = "tvl" | "dex" | "block";

/** A chain's pools: those of a dex, with a token, or at an address where asked for, in that order, at most `limit`. */
export async function listPools(
	db: Database,
	of: {
		readonly chainId: number;
		readonly order: PoolOrder;
		readonly limit: number;
		readonly dex?: string;
		readonly token?: string;
		readonly address?: string;
	},
): Promise<readonly ListedPool[]> {
	const latest = db.drizzle
		.select({ microUsd: tvl.microUsd, isPartial: tvl.isPartial, blockNumber: tvl.blockNumber, at: tvl.at })
		.from(tvl)
		.where(and(eq(tvl.chainId, pools.chainId), eq(tvl.scope, "pool"), eq(tvl.name, pools.address)))
		.orderBy(desc(tvl.blockNumber))
		.limit(1)
		.as("latest");
	const orders: Readonly<Record<PoolOrder, SQL>> = {
		tvl: sql`${latest.microUsd} desc nulls last`,
		dex: asc(pools.dex),
		block: desc(pools.discoveredAtBlock),
	};
	const rows = await db.drizzle
		.select({
			pool: pools,
			microUsd: latest.microUsd,
			isPartial: latest.isPartial,
			blockNumber: latest.blockNumber,
			at: latest.at,
		})
		.from(pools)
		.leftJoinLateral(latest, sql`true`)
		.where(
			and(
				eq(pools.chainId, of.chainId),
				of.dex === undefined ? undefined : eq(pools.dex, of.dex),
				of.token === undefined ? undefined : sql`${of.token} = any(${pools.tokens})`,
				of.address === undefined ? undefined : eq(pools.address, of.address),
			),
		)
		.orderBy(orders[of.order], pools.address)
		.limit(of.limit);
	return rows.map(({ pool: { updatedAt: _changed, source: _row, ...pool }, microUsd, isPartial, blockNumber, at }) => {
		const isValued = microUsd !== null && isPartial !== null && blockNumber !== null && at !== null;
		return { ...pool, tvl: isValued ? { microUsd, isPartial, blockNumber, at } : null };
	});
}

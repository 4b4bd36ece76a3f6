import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import { type Database, inTransaction } from "./connection.ts";
import { pools, type TvlScope, tvl } from "./schema.ts";

/** Days that values are kept: every pool's for a month, the sums of dexes and chain for a year and a month. */
export const TVL_RETENTION_DAYS: Readonly<Record<TvlScope, number>> = { pool: 31, dex: 396, chain: 396 };

/** Rows per statement: Postgres takes 65,535 parameters. */
const BATCH = 2_000;

export interface TvlValue {
	readonly scope: TvlScope;
	readonly name: string;
	/** Millionths of a US dollar. */
	readonly microUsd: Amount;
	readonly isPartial: boolean;
}

/**
 * Stores what a chain's pools, dexes and the chain itself held at one block, marks pools that fall below or rise above the floor, and drops what has grown
 * older than {@link TVL_RETENTION_DAYS} before that block. All or nothing; the same block again changes nothing.
 */
export async function recordTvl(
	db: Database,
	of: {
		readonly chainId: number;
		readonly blockNumber: number;
		readonly at: Date;
		readonly values: readonly TvlValue[];
		readonly leaving: readonly string[];
		readonly returning: readonly string[];
	},
): Promise<void> {
	const { chainId, blockNumber, at } = of;
	await inTransaction(db, async (tx) => {
		for (let from = 0; from < of.values.length; from += BATCH) {
			const rows = of.values.slice(from, from + BATCH).map((value) => ({ ...value, chainId, blockNumber, at }));
			await tx.insert(tvl).values(rows).onConflictDoNothing();
		}
		for (const [addresses, isBelowFloor] of [
			[of.leaving, true],
			[of.returning, false],
		] as const) {
			for (let from = 0; from < addresses.length; from += BATCH) {
				await tx
					.update(pools)
					.set({ isBelowFloor, updatedAt: sql`now()` })
					.where(and(eq(pools.chainId, chainId), inArray(pools.address, addresses.slice(from, from + BATCH))));
			}
		}
		for (const [scope, days] of Object.entries(TVL_RETENTION_DAYS)) {
			const oldest = new Date(at.getTime() - days * 24 * 60 * 60 * 1000);
			await tx.delete(tvl).where(and(eq(tvl.chainId, chainId), eq(tvl.scope, scope as TvlScope), lt(tvl.at, oldest)));
		}
	});
}

/** A time series, youngest first. */
export async function readTvl(
	db: Database,
	of: { readonly chainId: number; readonly scope: TvlScope; readonly name: string; readonly limit: number },
): Promise<readonly { readonly blockNumber: number; readonly at: Date; readonly microUsd: Amount; readonly isPartial: boolean }[]> {
	return await db.drizzle
		.select({ blockNumber: tvl.blockNumber, at: tvl.at, microUsd: tvl.microUsd, isPartial: tvl.isPartial })
		.from(tvl)
		.where(and(eq(tvl.chainId, of.chainId), eq(tvl.scope, of.scope), eq(tvl.name, of.name)))
		.orderBy(desc(tvl.blockNumber))
		.limit(of.limit);
}

/** The pools that are left out of the search because they hold less than the floor. */
export async function poolsBelowFloor(db: Database, chainId: number): Promise<ReadonlySet<string>> {
	const rows = await db.drizzle
		.select({ address: pools.address })
		.from(pools)
		.where(and(eq(pools.chainId, chainId), eq(pools.isBelowFloor, true)));
	return new Set(rows.map((row) => row.address));
}

import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { PoolState } from "../domain/pool.ts";
import { type Database, inTransaction } from "./connection.ts";
import { appendEvents } from "./events.ts";
import { quarantines } from "./schema.ts";

/** A pool whose kept state differed from the chain's. */
export interface Quarantine {
	readonly chainId: number;
	readonly pool: string;
	/** At the end of which block. */
	readonly blockNumber: number;
	readonly blockHash: string;
	readonly kept: PoolState;
	/** Null where the pool could not be read any more. */
	readonly fresh: PoolState | null;
	/** The fields that differ. */
	readonly fields: readonly string[];
	/** `audit`, or the workflow ID of the lifecycle that noticed it before submitting. */
	readonly foundBy: string;
}

export interface StoredQuarantine extends Quarantine {
	readonly id: number;
	readonly at: Date;
	/** Null while it lasts. */
	readonly releasedAt: Date | null;
	readonly releasedAtBlock: number | null;
}

/** Takes a pool out of the search and out of every lifecycle from now on, and says so on the feed. False where it was out already. */
export async function quarantinePool(db: Database, found: Quarantine): Promise<boolean> {
	return await inTransaction(db, async (tx) => {
		const [stored] = await tx
			.insert(quarantines)
			.values({ ...found, fields: [...found.fields] })
			.onConflictDoNothing()
			.returning({ at: quarantines.at });
		if (stored === undefined) return false;
		await appendEvents(tx, [
			{
				...{ kind: "pool", chainId: found.chainId, pool: found.pool, status: "quarantined", atMs: stored.at.getTime() },
				detail: `${found.fields.join(", ")} differed from the chain at block ${found.blockNumber} (found by ${found.foundBy})`,
			},
		]);
		return true;
	});
}

/** Lets a pool back in, and says so on the feed. False where it was not out. */
export async function releasePool(
	db: Database,
	of: { readonly chainId: number; readonly pool: string; readonly blockNumber: number; readonly why: string },
): Promise<boolean> {
	return await inTransaction(db, async (tx) => {
		const [released] = await tx
			.update(quarantines)
			.set({ releasedAt: sql`now()`, releasedAtBlock: of.blockNumber })
			.where(and(eq(quarantines.chainId, of.chainId), eq(quarantines.pool, of.pool), isNull(quarantines.releasedAt)))
			.returning({ at: quarantines.releasedAt });
		if (released === undefined) return false;
		const atMs = released.at?.getTime() ?? 0;
		await appendEvents(tx, [{ kind: "pool", chainId: of.chainId, pool: of.pool, status: "released", atMs, detail: of.why }]);
		return true;
	});
}

/** The pools of a chain that are in quarantine. */
export async function quarantinedPools(db: Database, chainId: number): Promise<ReadonlySet<string>> {
	const rows = await db.drizzle
		.select({ pool: quarantines.pool })
		.from(quarantines)
		.where(and(eq(quarantines.chainId, chainId), isNull(quarantines.releasedAt)));
	return new Set(rows.map((row) => row.pool));
}

/** Those of the given pools that are in quarantine. */
export async function quarantinedOf(
	db: Database,
	of: { readonly chainId: number; readonly pools: readonly string[] },
): Promise<readonly string[]> {
	const rows = await db.drizzle
		.select({ pool: quarantines.pool })
		.from(quarantines)
		.where(and(eq(quarantines.chainId, of.chainId), isNull(quarantines.releasedAt), inArray(quarantines.pool, [...of.pools])))
		.orderBy(quarantines.pool);
	return rows.map((row) => row.pool);
}

/** Quarantines of a chain, or of all, those that last first, then the youngest. */
export async function readQuarantines(
	db: Database,
	of: { readonly chainId?: number | undefined; readonly limit: number },
): Promise<readonly StoredQuarantine[]> {
	return await db.drizzle
		.select()
		.from(quarantines)
		.where(of.chainId === undefined ? undefined : eq(quarantines.chainId, of.chainId))
		.orderBy(sql`${quarantines.releasedAt} is not null`, desc(quarantines.id))
		.limit(of.limit);
}

import { and, eq, gt, inArray, sql } from "drizzle-orm";
import type { DiscoveryCursor, FoundPool } from "../domain/discovery.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { type Permission, type RegisteredPool, readPools, readTokens } from "./registry.ts";
import { discoveryCursors, pools } from "./schema.ts";

/** Rows per statement: Postgres takes 65,535 parameters. */
const BATCH = 2_000;

/** A chain's cursors, in no particular order. */
export async function readCursors(db: Database, chainId: number): Promise<readonly DiscoveryCursor[]> {
	return await db.drizzle
		.select({
			source: discoveryCursors.source,
			way: discoveryCursors.way,
			question: discoveryCursors.question,
			points: discoveryCursors.points,
			listed: discoveryCursors.listed,
		})
		.from(discoveryCursors)
		.where(eq(discoveryCursors.chainId, chainId));
}

/**
 * Stores what was found together with how far it was read, so that neither can stand without the other. Of a pool that is known the facts are corrected,
 * and its permission stays. Returns the addresses of the new ones.
 */
export async function recordFound(
	db: Database,
	of: { readonly chainId: number; readonly pools: readonly (FoundPool & Permission)[]; readonly cursors: readonly DiscoveryCursor[] },
): Promise<readonly string[]> {
	// A statement must not touch one row twice: what is found twice stands as it was found last.
	const found = [...new Map(of.pools.map((pool) => [pool.address, pool])).values()];
	return await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.pools(of.chainId));
		const added: string[] = [];
		for (let from = 0; from < found.length; from += BATCH) {
			const rows = await tx
				.insert(pools)
				.values(found.slice(from, from + BATCH).map((pool) => ({ ...pool, tokens: [...pool.tokens] })))
				.onConflictDoUpdate({
					target: [pools.chainId, pools.address],
					set: {
						...{ family: sql`excluded.family`, dex: sql`excluded.dex`, tokens: sql`excluded.tokens`, details: sql`excluded.details` },
						...{ feePips: sql`excluded.fee_pips`, tickSpacing: sql`excluded.tick_spacing`, source: sql`excluded.source` },
						updatedAt: sql`now()`,
					},
					setWhere: sql`(${pools.family}, ${pools.dex}, ${pools.tokens}, ${pools.details}, ${pools.feePips}, ${pools.tickSpacing}, ${pools.source})
						is distinct from (excluded.family, excluded.dex, excluded.tokens, excluded.details, excluded.fee_pips, excluded.tick_spacing, excluded.source)`,
				})
				// Only a row that this statement inserted has no transaction that locked it.
				.returning({ address: pools.address, isNew: sql<boolean>`(xmax = 0)` });
			for (const { address, isNew } of rows) if (isNew) added.push(address);
		}
		await writeCursors(tx, of.chainId, of.cursors);
		return added;
	});
}

/**
 * Goes back to earlier cursors after a reorg: pools that were announced by events behind a cursor's last point leave the registry, because their creation
 * may be gone with its block. Where it is not, reading on from the cursor finds them again.
 */
export async function rewindDiscovery(
	db: Database,
	of: { readonly chainId: number; readonly cursors: readonly DiscoveryCursor[] },
): Promise<void> {
	await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.pools(of.chainId));
		for (const { source, way, points } of of.cursors) {
			if (way !== "events") continue;
			await tx
				.delete(pools)
				.where(
					and(
						...[eq(pools.chainId, of.chainId), eq(pools.source, source), eq(pools.foundBy, "events")],
						gt(pools.discoveredAtBlock, points.at(-1)?.number ?? -1),
					),
				);
		}
		await writeCursors(tx, of.chainId, of.cursors);
	});
}

async function writeCursors(tx: Session, chainId: number, cursors: readonly DiscoveryCursor[]): Promise<void> {
	if (cursors.length === 0) return;
	await tx
		.insert(discoveryCursors)
		.values(cursors.map((cursor) => ({ ...cursor, points: [...cursor.points], chainId })))
		.onConflictDoUpdate({
			target: [discoveryCursors.chainId, discoveryCursors.source, discoveryCursors.way],
			set: {
				...{ question: sql`excluded.question`, points: sql`excluded.points`, listed: sql`excluded.listed` },
				updatedAt: sql`now()`,
			},
		});
}

/** Gives pools a permission and its reason; addresses that are not stored are passed over. */
export async function setPermissions(
	db: Database,
	of: { readonly chainId: number; readonly permissions: readonly ({ readonly address: string } & Permission)[] },
): Promise<void> {
	await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.pools(of.chainId));
		await writePermissions(tx, of);
	});
}

/**
 * Brings the permissions of the allowed pools, and of those between some tokens, up to date with what is stored of the chain's tokens. Nobody else's decision
 * comes in between: one that follows from older inspections cannot replace one that follows from newer ones.
 */
export async function decidePermissions(
	db: Database,
	of: {
		readonly chainId: number;
		readonly amongTokens: readonly string[];
		readonly decide: (pool: RegisteredPool, tokens: Awaited<ReturnType<typeof readTokens>>) => Permission;
	},
): Promise<readonly RegisteredPool[]> {
	const { chainId, amongTokens } = of;
	return await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.pools(chainId));
		const tokens = await readTokens({ drizzle: tx }, chainId);
		const stored = await readPools({ drizzle: tx }, chainId, { amongTokens });
		const decided = stored.map((pool) => ({ ...pool, ...of.decide(pool, tokens) }));
		const changed = decided.filter(({ allowed, reason }, i) => stored[i]?.allowed !== allowed || stored[i]?.reason !== reason);
		await writePermissions(tx, { chainId, permissions: changed });
		return decided;
	});
}

async function writePermissions(
	tx: Session,
	of: { readonly chainId: number; readonly permissions: readonly ({ readonly address: string } & Permission)[] },
): Promise<void> {
	for (const group of Map.groupBy(of.permissions, ({ allowed, reason }) => `${allowed} ${reason}`).values()) {
		const [first] = group;
		if (first === undefined) continue;
		for (let from = 0; from < group.length; from += BATCH) {
			const addresses = group.slice(from, from + BATCH).map(({ address }) => address);
			await tx
				.update(pools)
				.set({ allowed: first.allowed, reason: first.reason, updatedAt: sql`now()` })
				.where(and(eq(pools.chainId, of.chainId), inArray(pools.address, addresses)));
		}
	}
}

/** The database's own clock: what is stored after this moment shows a later time. */
export async function databaseTime(db: Database): Promise<Date> {
	const { rows } = await db.pool.query<{ now: Date }>("select now() as now");
	return rows[0]?.now ?? new Date(0);
}

import { eq, lte, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { PoolState } from "../domain/pool.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { watchCursors, watchers } from "./schema.ts";

/**
 * Makes `holder` the chain's watcher. Numbers only rise, and a claim or broadcast in flight under the earlier number ends first.
 *
 * @returns the new number.
 */
export async function takeFencingNumber(db: Database, of: { readonly chainId: number; readonly holder: string }): Promise<number> {
	const [row] = await inTransaction(db, async (tx) => {
		// Claims and broadcasts hold this lock shared.
		await lockExclusively(tx, lockNames.control(of.chainId));
		return await tx
			.insert(watchers)
			.values({ ...of, fencingNumber: 1 })
			.onConflictDoUpdate({
				target: watchers.chainId,
				set: { fencingNumber: sql`${watchers.fencingNumber} + 1`, holder: of.holder, takenAt: sql`now()` },
			})
			.returning({ fencingNumber: watchers.fencingNumber });
	});
	if (row === undefined) throw new ArbError({ code: "unavailable", message: "the fencing number was not returned", retryable: true });
	return row.fencingNumber;
}

/** The latest number given; 0 when none. */
export async function currentFencingNumber(db: Database, chainId: number): Promise<number> {
	const [row] = await db.drizzle.select({ number: watchers.fencingNumber }).from(watchers).where(eq(watchers.chainId, chainId));
	return row?.number ?? 0;
}

/** The latest number, which cannot rise before `tx` ends; 0 when none was ever given. */
export async function holdFencingNumber(tx: Session, chainId: number): Promise<number> {
	const [row] = await tx.select({ number: watchers.fencingNumber }).from(watchers).where(eq(watchers.chainId, chainId)).for("share");
	return row?.number ?? 0;
}

/** Where a watcher got to. */
export interface WatchState {
	readonly chainId: number;
	readonly blockNumber: number;
	readonly blockHash: string;
	readonly states: readonly PoolState[];
}

/**
 * Stores where a watcher got to, for the next one to go on from.
 *
 * @throws ArbError `fenced` where a later watcher exists.
 */
export async function saveWatchState(db: Database, of: WatchState & { readonly fencingNumber: number }): Promise<void> {
	await inTransaction(db, async (tx) => {
		const current = await holdFencingNumber(tx, of.chainId);
		const set = {
			blockNumber: of.blockNumber,
			blockHash: of.blockHash,
			fencingNumber: of.fencingNumber,
			states: of.states,
			updatedAt: sql`now()`,
		};
		const saved =
			current === of.fencingNumber
				? await tx
						.insert(watchCursors)
						.values({ chainId: of.chainId, ...set })
						.onConflictDoUpdate({
							target: watchCursors.chainId,
							set,
							setWhere: lte(watchCursors.fencingNumber, of.fencingNumber),
						})
						.returning({ chainId: watchCursors.chainId })
				: [];
		if (saved.length === 0) {
			throw new ArbError({
				code: "fenced",
				message: `watcher ${of.fencingNumber} of chain ${of.chainId} was followed by ${current}; it must stop`,
				retryable: false,
			});
		}
	});
}

/** The last stored state, or null. */
export async function readWatchState(db: Database, chainId: number): Promise<WatchState | null> {
	const [row] = await db.drizzle
		.select({
			chainId: watchCursors.chainId,
			blockNumber: watchCursors.blockNumber,
			blockHash: watchCursors.blockHash,
			states: watchCursors.states,
		})
		.from(watchCursors)
		.where(eq(watchCursors.chainId, chainId));
	return row ?? null;
}

import { eq, lt, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { Database, Session } from "./connection.ts";
import { watchers } from "./schema.ts";

/**
 * Makes `holder` the chain's watcher. Numbers only rise, and a claim or broadcast in flight under the earlier number ends first.
 *
 * @param of.scheduledAtMs when Temporal scheduled the attempt. An attempt that a stopped process finds in its buffers when it wakes up is older than
 * its successor, and must not take the watch from it.
 * @returns the new number.
 * @throws ArbError `fenced` where an attempt that was scheduled later, or another of the same instant, has the watch.
 */
export async function takeFencingNumber(
	db: Database,
	of: { readonly chainId: number; readonly holder: string; readonly scheduledAtMs: number },
): Promise<number> {
	const [row] = await db.drizzle
		.insert(watchers)
		.values({ ...of, fencingNumber: 1 })
		.onConflictDoUpdate({
			target: watchers.chainId,
			set: { fencingNumber: sql`${watchers.fencingNumber} + 1`, holder: of.holder, scheduledAtMs: of.scheduledAtMs, takenAt: sql`now()` },
			setWhere: lt(watchers.scheduledAtMs, of.scheduledAtMs),
		})
		.returning({ fencingNumber: watchers.fencingNumber });
	if (row === undefined) {
		throw new ArbError({
			code: "fenced",
			message: `an attempt to watch chain ${of.chainId} that was scheduled at ${of.scheduledAtMs} is not later than the one that holds the watch`,
			retryable: false,
		});
	}
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

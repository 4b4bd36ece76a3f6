import { eq, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { Limits } from "../domain/lifecycle.ts";
import type { Mode } from "../domain/outcome.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { lockExclusively, lockNames, lockShared } from "./locks.ts";
import { control } from "./schema.ts";

/** A chain's control row: whether money may move, and how much. */
export interface Control {
	readonly mode: Mode;
	readonly paused: boolean;
	readonly killSwitch: boolean;
	readonly limits: Limits;
}

const columns = { mode: control.mode, paused: control.paused, killSwitch: control.killSwitch, limits: control.limits };

/** Creates a chain's control row. An existing one keeps pause, kill switch and limits, which operators own; its mode follows the configuration. */
export async function ensureControl(
	db: Database,
	of: { readonly chainId: number; readonly mode: Mode; readonly limits: Limits },
): Promise<void> {
	await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.control(of.chainId));
		await tx
			.insert(control)
			.values(of)
			.onConflictDoUpdate({ target: control.chainId, set: { mode: of.mode, updatedAt: sql`now()` } });
	});
}

/** @throws ArbError `not_found` where the chain has no control row. */
export async function readControl(db: Database, chainId: number): Promise<Control> {
	const [row] = await db.drizzle.select(columns).from(control).where(eq(control.chainId, chainId));
	return row ?? missing(chainId);
}

/**
 * Reads the control row under a shared lock until `tx` ends: the kill switch waits for this transaction.
 *
 * @throws ArbError `not_found` where the chain has no control row.
 */
export async function holdControl(tx: Session, chainId: number): Promise<Control> {
	await lockShared(tx, lockNames.control(chainId));
	const [row] = await tx.select(columns).from(control).where(eq(control.chainId, chainId)).for("share");
	return row ?? missing(chainId);
}

/** Why nothing may be signed or sent under this row, or null. */
export function haltReason(row: Control): string | null {
	if (row.killSwitch) return "the kill switch is engaged";
	if (row.paused) return "the chain is paused";
	if (row.mode === "paper") return "the chain is in paper mode, which broadcasts nothing";
	return null;
}

/** Pauses or resumes a chain; returns when no claim or broadcast is in flight. */
export async function setPaused(db: Database, of: { readonly chainId: number; readonly paused: boolean }): Promise<void> {
	await change(db, of.chainId, { paused: of.paused });
}

/** Replaces a chain's limits for every later claim. */
export async function setLimits(db: Database, of: { readonly chainId: number; readonly limits: Limits }): Promise<void> {
	await change(db, of.chainId, { limits: of.limits });
}

/**
 * Stops a chain, or all of them. Takes each control row exclusively, so when it returns no claim and no broadcast is in flight and none can begin.
 *
 * @returns the chains stopped.
 */
export async function engageKillSwitch(db: Database, chain: number | "all"): Promise<readonly number[]> {
	const chainIds = chain === "all" ? await controlledChains(db) : [chain];
	// Chain by chain in transactions of their own: a slow broadcast on one must not delay the others.
	await Promise.all(chainIds.map((chainId) => change(db, chainId, { killSwitch: true })));
	return chainIds;
}

/** Lets a chain, or all of them, go on. */
export async function releaseKillSwitch(db: Database, chain: number | "all"): Promise<readonly number[]> {
	const chainIds = chain === "all" ? await controlledChains(db) : [chain];
	await Promise.all(chainIds.map((chainId) => change(db, chainId, { killSwitch: false })));
	return chainIds;
}

/** Chains that have a control row, ascending. */
export async function controlledChains(db: Database): Promise<readonly number[]> {
	const rows = await db.drizzle.select({ chainId: control.chainId }).from(control).orderBy(control.chainId);
	return rows.map((row) => row.chainId);
}

async function change(db: Database, chainId: number, set: Partial<Omit<Control, "mode">>): Promise<void> {
	await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.control(chainId));
		const changed = await tx
			.update(control)
			.set({ ...set, updatedAt: sql`now()` })
			.where(eq(control.chainId, chainId))
			.returning({ chainId: control.chainId });
		if (changed.length === 0) missing(chainId);
	});
}

function missing(chainId: number): never {
	throw new ArbError({
		code: "not_found",
		message: `chain ${chainId} has no control row; run the set-up worker, which creates one from the chain's settings`,
		retryable: false,
	});
}

import { setTimeout as delay } from "node:timers/promises";
import { asc, desc, gt, sql } from "drizzle-orm";
import pg from "pg";
import type { Amount } from "../domain/amount.ts";
import { messageOf } from "../domain/errors.ts";
import type { StepEvent } from "../domain/lifecycle.ts";
import type { PoolStatus } from "../domain/pool.ts";
import type { Database, Session } from "./connection.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { events } from "./schema.ts";

const CHANNEL = "arb_events";

/** Pause before a lost listening connection is opened again. */
const RECONNECT_MS = 500;

/** A step event to be stored; `netProfitWei` comes with the one that ends a lifecycle after a submission. */
export interface NewStepEvent extends StepEvent {
	readonly kind?: undefined;
	readonly netProfitWei: Amount | null;
}

/** What happened to a pool beside all lifecycles. */
export interface NewPoolEvent {
	readonly kind: "pool";
	readonly chainId: number;
	readonly pool: string;
	readonly status: PoolStatus;
	/** Epoch milliseconds, UTC. */
	readonly atMs: number;
	readonly detail: string;
}

export type NewEvent = NewStepEvent | NewPoolEvent;

/** A stored event. `seq` rises by one per event, in commit order: whoever has seen n has missed nothing before n. */
export type StoredEvent = StoredStepEvent | (NewPoolEvent & { readonly seq: number });
export type StoredStepEvent = NewStepEvent & { readonly seq: number };

/**
 * Appends events and tells the listeners on commit. Holds the events lock until `tx` ends, so it is the last thing that a transaction does.
 *
 * @returns the last sequence number given.
 */
export async function appendEvents(tx: Session, appended: readonly NewEvent[]): Promise<number> {
	await lockExclusively(tx, lockNames.events());
	// A statement of its own: only a snapshot taken after the lock was granted sees what its last holder committed.
	const last = await latestSeq(tx);
	if (appended.length === 0) return last;
	await tx.insert(events).values(
		appended.map(({ chainId, status, atMs, detail, ...event }, i) => ({
			...{ seq: last + 1 + i, chainId, status, at: new Date(atMs), detail },
			...(event.kind === "pool" ? { pool: event.pool } : { workflowId: event.workflowId, step: event.step, netProfit: event.netProfitWei }),
		})),
	);
	const seq = last + appended.length;
	await tx.execute(sql`select pg_notify(${CHANNEL}, ${seq.toString()})`);
	return seq;
}

/** Events after a sequence number, in order, at most `limit`. */
export async function eventsAfter(db: Database, of: { readonly seq: number; readonly limit: number }): Promise<readonly StoredEvent[]> {
	const rows = await db.drizzle.select().from(events).where(gt(events.seq, of.seq)).orderBy(asc(events.seq)).limit(of.limit);
	return rows.map((row): StoredEvent => {
		const { seq, chainId, pool, status, detail } = row;
		if (pool === null) return storedStepEvent(row);
		return { kind: "pool", seq, chainId, pool, status: status as PoolStatus, atMs: row.at.getTime(), detail };
	});
}

/** The last sequence number given; 0 when none. */
export async function latestEventSeq(db: Database): Promise<number> {
	return await latestSeq(db.drizzle);
}

/** A row about a step as the rest of the system reads it; the table's check holds that it has workflow ID and step. */
export function storedStepEvent(row: typeof events.$inferSelect): StoredStepEvent {
	return {
		seq: row.seq,
		workflowId: row.workflowId ?? "",
		chainId: row.chainId,
		step: row.step as StepEvent["step"],
		status: row.status as StepEvent["status"],
		atMs: row.at.getTime(),
		detail: row.detail,
		netProfitWei: row.netProfit,
	};
}

async function latestSeq(session: Session): Promise<number> {
	const [row] = await session.select({ seq: events.seq }).from(events).orderBy(desc(events.seq)).limit(1);
	return row?.seq ?? 0;
}

/**
 * Calls `onSeq` with the latest sequence number once connected and after every commit that appended events, until `signal` aborts; then it resolves.
 * A lost connection is opened again, after which `onSeq` is called with the latest number: nothing is missed by a reader that keeps its own.
 *
 * @throws the driver's error where the first connection fails.
 */
export async function listenEvents(url: string, onSeq: (seq: number) => void, signal: AbortSignal): Promise<void> {
	let hasConnected = false;
	while (!signal.aborted) {
		try {
			await listenOnce(url, onSeq, signal, () => {
				hasConnected = true;
			});
		} catch (error) {
			if (!hasConnected) throw error;
			process.emitWarning(`listening for events was interrupted: ${messageOf(error)}`);
			await delay(RECONNECT_MS);
		}
	}
}

async function listenOnce(url: string, onSeq: (seq: number) => void, signal: AbortSignal, onConnected: () => void): Promise<void> {
	const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: "quant-arbitrage-system events" });
	const ending = Promise.withResolvers<Error | null>();
	const onAbort = () => ending.resolve(null);
	client.on("error", (error) => ending.resolve(error));
	client.on("end", () => ending.resolve(new Error("connection closed")));
	client.on("notification", (message) => onSeq(Number(message.payload)));
	signal.addEventListener("abort", onAbort, { once: true });
	if (signal.aborted) onAbort();
	try {
		await client.connect();
		await client.query(`listen ${CHANNEL}`);
		// After `listen`: what commits from here on is notified, what committed before is in this number.
		const latest = await client.query<{ seq: string }>("select coalesce(max(seq), 0) as seq from events");
		onConnected();
		onSeq(Number(latest.rows[0]?.seq ?? 0));
		const error = await ending.promise;
		if (error !== null) throw error;
	} finally {
		signal.removeEventListener("abort", onAbort);
		await client.end();
	}
}

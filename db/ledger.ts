import { and, asc, desc, eq, gt, inArray, like, max, sql } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import { ArbError } from "../domain/errors.ts";
import { assertBalanced, LEDGER_GENESIS_HASH, type LedgerEntryContent, ledgerEntryHash, type Posting } from "../domain/ledger.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { ledgerEntries, ledgerPostings } from "./schema.ts";

/** An entry as it stands in the chain. */
export interface LedgerEntry extends LedgerEntryContent {
	readonly id: number;
	readonly previousHash: string;
	readonly hash: string;
	readonly createdAt: Date;
}

/**
 * Appends an entry at the tail of its chain, inside the caller's transaction. An entry that is there already, with the same content, is returned.
 *
 * @throws ArbError `ledger` where it does not balance, has no postings, or where its reference stands for another content.
 */
export async function appendEntry(tx: Session, content: LedgerEntryContent): Promise<LedgerEntry> {
	if (content.postings.length === 0) {
		throw new ArbError({ code: "ledger", message: `entry ${content.reference} has no postings`, retryable: false });
	}
	assertBalanced(content.postings);
	await lockExclusively(tx, lockNames.ledger(content.chainId));
	const [existing] = await readEntries(tx, eq(ledgerEntries.reference, content.reference));
	if (existing !== undefined) {
		if (ledgerEntryHash(existing.previousHash, content) === existing.hash) return existing;
		throw new ArbError({
			code: "ledger",
			message: `reference ${content.reference} is booked already as entry ${existing.id} with another content; correct it by an entry of its own`,
			retryable: false,
		});
	}
	const [tail] = await tx
		.select({ hash: ledgerEntries.hash })
		.from(ledgerEntries)
		.where(eq(ledgerEntries.chainId, content.chainId))
		.orderBy(desc(ledgerEntries.id))
		.limit(1);
	const previousHash = tail?.hash ?? LEDGER_GENESIS_HASH;
	const hash = ledgerEntryHash(previousHash, content);
	const { postings, ...entry } = content;
	const [row] = await tx
		.insert(ledgerEntries)
		.values({ ...entry, previousHash, hash })
		.returning({ id: ledgerEntries.id, createdAt: ledgerEntries.createdAt });
	if (row === undefined) throw new ArbError({ code: "ledger", message: `entry ${content.reference} was not stored`, retryable: true });
	await tx.insert(ledgerPostings).values(postings.map((posting, line) => ({ entryId: row.id, line, ...posting })));
	return { ...content, ...row, previousHash, hash };
}

/** Appends an entry in a transaction of its own: funding, top-ups, reward payments. Same rules as {@link appendEntry}. */
export async function bookEntry(db: Database, content: LedgerEntryContent): Promise<LedgerEntry> {
	return await inTransaction(db, (tx) => appendEntry(tx, content));
}

/** The latest block that an entry with such a reference was booked for; 0 where there is none. */
export async function lastBookedBlock(db: Database, of: { readonly chainId: number; readonly referencePrefix: string }): Promise<number> {
	const [row] = await db.drizzle
		.select({ block: max(ledgerEntries.blockNumber) })
		.from(ledgerEntries)
		.where(and(eq(ledgerEntries.chainId, of.chainId), like(ledgerEntries.reference, `${of.referencePrefix}%`)));
	return row?.block ?? 0;
}

/** Debits minus credits of each account and asset: assets and expenses are positive, income and liabilities negative. */
export async function ledgerBalances(
	db: Database,
	chainId: number,
): Promise<readonly { readonly account: string; readonly asset: string; readonly balance: Amount }[]> {
	return await db.drizzle
		.select({
			account: ledgerPostings.account,
			asset: ledgerPostings.asset,
			balance: sql`sum(${ledgerPostings.debit} - ${ledgerPostings.credit})`.mapWith(ledgerPostings.debit),
		})
		.from(ledgerPostings)
		.innerJoin(ledgerEntries, eq(ledgerEntries.id, ledgerPostings.entryId))
		.where(eq(ledgerEntries.chainId, chainId))
		.groupBy(ledgerPostings.account, ledgerPostings.asset)
		.orderBy(ledgerPostings.account, ledgerPostings.asset);
}

/** The entries booked under these references, in order of booking. */
export async function entriesOf(db: Database, references: readonly string[]): Promise<readonly LedgerEntry[]> {
	return references.length === 0 ? [] : await readEntries(db.drizzle, inArray(ledgerEntries.reference, [...references]));
}

/** Entries read at once while verifying. */
const VERIFY_BATCH = 500;

/** Computes a chain's hashes again from its first entry on, and checks that each entry balances. */
export async function verifyLedger(
	db: Database,
	chainId: number,
): Promise<{ readonly ok: true; readonly entries: number } | { readonly ok: false; readonly entryId: number; readonly why: string }> {
	let previousHash = LEDGER_GENESIS_HASH;
	let lastId = 0;
	let entries = 0;
	for (;;) {
		const batch = await readEntries(db.drizzle, and(eq(ledgerEntries.chainId, chainId), gt(ledgerEntries.id, lastId)), VERIFY_BATCH);
		for (const entry of batch) {
			const why = faultOf(entry, previousHash);
			if (why !== null) return { ok: false, entryId: entry.id, why };
			previousHash = entry.hash;
			lastId = entry.id;
		}
		entries += batch.length;
		if (batch.length < VERIFY_BATCH) return { ok: true, entries };
	}
}

function faultOf(entry: LedgerEntry, previousHash: string): string | null {
	if (entry.previousHash !== previousHash) return `follows ${entry.previousHash}, but the entry before it has hash ${previousHash}`;
	const hash = ledgerEntryHash(previousHash, entry);
	if (entry.hash !== hash) return `its content has hash ${hash}, but ${entry.hash} is stored`;
	try {
		assertBalanced(entry.postings);
	} catch (error) {
		if (error instanceof ArbError) return error.message;
		throw error;
	}
	return null;
}

async function readEntries(session: Session, where: ReturnType<typeof and>, limit?: number): Promise<readonly LedgerEntry[]> {
	const query = session.select().from(ledgerEntries).where(where).orderBy(asc(ledgerEntries.id));
	const rows = await (limit === undefined ? query : query.limit(limit));
	if (rows.length === 0) return [];
	const lines = await session
		.select()
		.from(ledgerPostings)
		.where(
			inArray(
				ledgerPostings.entryId,
				rows.map((row) => row.id),
			),
		)
		.orderBy(asc(ledgerPostings.entryId), asc(ledgerPostings.line));
	const postings = Map.groupBy(lines, (line) => line.entryId);
	return rows.map((row) => ({
		...row,
		postings: (postings.get(row.id) ?? []).map(
			(line): Posting => ({ account: line.account, asset: line.asset, debit: line.debit, credit: line.credit }),
		),
	}));
}

import { and, asc, eq, isNull, like, max, sql } from "drizzle-orm";
import { ArbError } from "../domain/errors.ts";
import type { LedgerEntryContent } from "../domain/ledger.ts";
import { type Database, inTransaction } from "./connection.ts";
import { appendEntry } from "./ledger.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import { treasuryTransactions } from "./schema.ts";

/** A treasury transaction as it was stored. */
export interface TreasuryTransaction {
	readonly reference: string;
	readonly nonce: number;
	readonly transactionHash: string;
	readonly rawTransaction: string;
}

/**
 * Signs and stores one transaction for a reference, under the treasury's next nonce; a reference that has one keeps it. `sign` must be quick: the
 * chain's treasury transactions wait for it.
 */
export async function storeTreasuryTransaction(
	db: Database,
	of: { readonly chainId: number; readonly reference: string /** Next nonce on chain. */; readonly chainNonce: number },
	sign: (nonce: number) => { readonly rawTransaction: string; readonly transactionHash: string },
): Promise<TreasuryTransaction> {
	return await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.treasury(of.chainId));
		const columns = {
			reference: treasuryTransactions.reference,
			nonce: treasuryTransactions.nonce,
			transactionHash: treasuryTransactions.transactionHash,
			rawTransaction: treasuryTransactions.rawTransaction,
		};
		const [existing] = await tx.select(columns).from(treasuryTransactions).where(eq(treasuryTransactions.reference, of.reference));
		if (existing !== undefined) return existing;
		const [last] = await tx
			.select({ nonce: max(treasuryTransactions.nonce) })
			.from(treasuryTransactions)
			.where(eq(treasuryTransactions.chainId, of.chainId));
		const nonce = Math.max(of.chainNonce, (last?.nonce ?? -1) + 1);
		const [stored] = await tx
			.insert(treasuryTransactions)
			.values({ chainId: of.chainId, reference: of.reference, nonce, ...sign(nonce) })
			.returning(columns);
		if (stored === undefined)
			throw new ArbError({ code: "unavailable", message: `treasury transaction ${of.reference} was not stored`, retryable: true });
		return stored;
	});
}

/** Transactions stored for references with that prefix whose receipts are not booked yet, in the order of their nonces. */
export async function unsettledTreasuryTransactions(
	db: Database,
	of: { readonly chainId: number; readonly referencePrefix: string },
): Promise<readonly TreasuryTransaction[]> {
	return await db.drizzle
		.select({
			reference: treasuryTransactions.reference,
			nonce: treasuryTransactions.nonce,
			transactionHash: treasuryTransactions.transactionHash,
			rawTransaction: treasuryTransactions.rawTransaction,
		})
		.from(treasuryTransactions)
		.where(
			and(
				eq(treasuryTransactions.chainId, of.chainId),
				like(treasuryTransactions.reference, `${of.referencePrefix}%`),
				isNull(treasuryTransactions.settledAt),
			),
		)
		.orderBy(asc(treasuryTransactions.nonce));
}

/** Books a treasury transaction's receipt and marks it settled, together; repeated, it changes nothing. */
export async function settleTreasuryTransaction(db: Database, reference: string, entry: LedgerEntryContent): Promise<void> {
	await inTransaction(db, async (tx) => {
		const [settled] = await tx
			.update(treasuryTransactions)
			.set({ settledAt: sql`now()` })
			.where(and(eq(treasuryTransactions.reference, reference), eq(treasuryTransactions.chainId, entry.chainId)))
			.returning({ reference: treasuryTransactions.reference });
		if (settled === undefined) {
			throw new ArbError({ code: "not_found", message: `no treasury transaction was stored for ${reference}`, retryable: false });
		}
		await appendEntry(tx, entry);
	});
}

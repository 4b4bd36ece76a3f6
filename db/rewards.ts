import { and, asc, desc, eq, lte, sql } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import { ArbError } from "../domain/errors.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { lockExclusively, lockNames } from "./locks.ts";
import type { RewardLeaf } from "./rows.ts";
import { epochs, rewardAccruals } from "./schema.ts";

/** An epoch whose leaves are fixed: what the root is computed from. */
export interface ClosedEpoch {
	readonly epoch: number;
	readonly leaves: readonly RewardLeaf[];
	/** Sum of all leaves: what the distributor must have received since the first epoch; wei of the wrapped native coin. */
	readonly totalCumulative: Amount;
}

/** An epoch with its root, as far as it has one. */
export interface EpochTree extends ClosedEpoch {
	readonly status: "closed" | "published";
	readonly root: string | null;
	/** As `@openzeppelin/merkle-tree` dumps it. */
	readonly tree: unknown;
	readonly transactionHash: string | null;
}

/** The chain's open epoch, created where there is none; inside the caller's transaction. Numbers start at 1 and have no gaps. */
export async function openEpoch(tx: Session, chainId: number): Promise<number> {
	await lockExclusively(tx, lockNames.rewards(chainId));
	const [last] = await tx
		.select({ number: epochs.number, status: epochs.status })
		.from(epochs)
		.where(eq(epochs.chainId, chainId))
		.orderBy(desc(epochs.number))
		.limit(1);
	if (last?.status === "open") return last.number;
	const number = (last?.number ?? 0) + 1;
	await tx.insert(epochs).values({ chainId, number, status: "open" });
	return number;
}

/**
 * Gives a lifecycle's net profit to accounts, in the open epoch; inside the caller's transaction.
 *
 * @throws ArbError `ledger` where an amount is not positive.
 */
export async function accrue(
	tx: Session,
	of: {
		readonly chainId: number;
		readonly workflowId: string;
		readonly accruals: readonly { readonly account: string; readonly amount: Amount }[];
	},
): Promise<void> {
	const byAccount = new Map<string, bigint>();
	for (const { account, amount } of of.accruals) {
		if (BigInt(amount) < 0n) {
			throw new ArbError({
				code: "ledger",
				message: `${of.workflowId} accrues ${amount} to ${account}; rewards only rise`,
				retryable: false,
			});
		}
		byAccount.set(account.toLowerCase(), (byAccount.get(account.toLowerCase()) ?? 0n) + BigInt(amount));
	}
	const given = [...byAccount].filter(([, amount]) => amount > 0n);
	if (given.length === 0) return;
	const epoch = await openEpoch(tx, of.chainId);
	await tx
		.insert(rewardAccruals)
		.values(
			given.map(([account, amount]) => ({ chainId: of.chainId, workflowId: of.workflowId, epoch, account, amount: amount.toString() })),
		);
}

/**
 * Closes the open epoch and fixes its leaves. An epoch closed earlier whose root is not published is returned again: roots go on chain in order.
 *
 * @returns null when nothing has accrued since the last closing.
 */
export async function closeEpoch(db: Database, chainId: number): Promise<ClosedEpoch | null> {
	return await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.rewards(chainId));
		const [pending] = await tx
			.select()
			.from(epochs)
			.where(and(eq(epochs.chainId, chainId), eq(epochs.status, "closed")))
			.orderBy(asc(epochs.number))
			.limit(1);
		if (pending !== undefined) return closedEpoch(pending);
		const [open] = await tx
			.select({ number: epochs.number })
			.from(epochs)
			.where(and(eq(epochs.chainId, chainId), eq(epochs.status, "open")));
		// An epoch is opened by its first accrual, so an open one is never empty.
		if (open === undefined) return null;
		const cumulative = await cumulativeUpTo(tx, { chainId, epoch: open.number });
		const leaves = cumulative.map(({ account, cumulative }, index): RewardLeaf => [index, account, cumulative]);
		const totalCumulative = cumulative.reduce((sum, leaf) => sum + BigInt(leaf.cumulative), 0n).toString();
		await tx
			.update(epochs)
			.set({ status: "closed", leaves, totalCumulative, closedAt: sql`now()` })
			.where(and(eq(epochs.chainId, chainId), eq(epochs.number, open.number)));
		return { epoch: open.number, leaves, totalCumulative };
	});
}

/**
 * Records that an epoch's root is on chain. Doing so twice with the same root changes nothing.
 *
 * @throws ArbError `conflict` where the epoch is not closed, or another root was recorded.
 */
export async function markPublished(
	db: Database,
	of: {
		readonly chainId: number;
		readonly epoch: number;
		readonly root: string;
		readonly tree: unknown;
		readonly transactionHash: string;
	},
): Promise<void> {
	await inTransaction(db, async (tx) => {
		await lockExclusively(tx, lockNames.rewards(of.chainId));
		const [row] = await tx
			.select({ status: epochs.status, root: epochs.root })
			.from(epochs)
			.where(and(eq(epochs.chainId, of.chainId), eq(epochs.number, of.epoch)));
		if (row?.status === "published" && row.root === of.root) return;
		if (row?.status !== "closed") {
			throw new ArbError({
				code: "conflict",
				message: `epoch ${of.epoch} of chain ${of.chainId} is ${row?.status ?? "unknown"} (root ${row?.root ?? "none"}); only a closed one can be published with root ${of.root}`,
				retryable: false,
			});
		}
		await tx
			.update(epochs)
			.set({ status: "published", root: of.root, tree: of.tree, transactionHash: of.transactionHash, publishedAt: sql`now()` })
			.where(and(eq(epochs.chainId, of.chainId), eq(epochs.number, of.epoch)));
	});
}

/** Sum of all leaves of the latest published epoch; what is above it has not been funded yet. 0 before the first. */
export async function publishedTotal(db: Database, chainId: number): Promise<bigint> {
	return BigInt((await epochTree(db, { chainId }))?.totalCumulative ?? 0);
}

/** What each account has earned since the first epoch, the open one included; by account. Wei of the wrapped native coin. */
export async function cumulativeRewards(
	db: Database,
	chainId: number,
): Promise<readonly { readonly account: string; readonly cumulative: Amount }[]> {
	return await cumulativeUpTo(db.drizzle, { chainId, epoch: null });
}

/** A closed or published epoch: the given one, or the latest published; null where there is none. */
export async function epochTree(db: Database, of: { readonly chainId: number; readonly epoch?: number }): Promise<EpochTree | null> {
	const [row] = await db.drizzle
		.select()
		.from(epochs)
		.where(and(eq(epochs.chainId, of.chainId), of.epoch === undefined ? eq(epochs.status, "published") : eq(epochs.number, of.epoch)))
		.orderBy(desc(epochs.number))
		.limit(1);
	if (row === undefined || row.status === "open") return null;
	return { ...closedEpoch(row), status: row.status, root: row.root, tree: row.tree, transactionHash: row.transactionHash };
}

function closedEpoch(row: typeof epochs.$inferSelect): ClosedEpoch {
	if (row.leaves === null || row.totalCumulative === null) {
		throw new ArbError({
			code: "ledger",
			message: `epoch ${row.number} of chain ${row.chainId} is closed without leaves`,
			retryable: false,
		});
	}
	return { epoch: row.number, leaves: row.leaves, totalCumulative: row.totalCumulative };
}

async function cumulativeUpTo(
	session: Session,
	of: { readonly chainId: number; readonly epoch: number | null },
): Promise<readonly { readonly account: string; readonly cumulative: Amount }[]> {
	return await session
		.select({
			account: rewardAccruals.account,
			cumulative: sql`sum(${rewardAccruals.amount})`.mapWith(rewardAccruals.amount),
		})
		.from(rewardAccruals)
		.where(and(eq(rewardAccruals.chainId, of.chainId), of.epoch === null ? undefined : lte(rewardAccruals.epoch, of.epoch)))
		.groupBy(rewardAccruals.account)
		.orderBy(asc(rewardAccruals.account));
}

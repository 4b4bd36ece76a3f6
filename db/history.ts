import { and, desc, eq, gt, gte, inArray, lt, lte, max, notInArray, sql } from "drizzle-orm";
import type { Amount } from "../domain/amount.ts";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { historyBases, historyBlocks, historyGaps, historyPools } from "./schema.ts";
import { holdFencingNumber } from "./watchers.ts";

export interface HistoryHeader extends BlockRef {
	readonly parentHash: string;
	readonly gasUsed: Amount;
	readonly gasLimit: Amount;
}

export interface HistoryBlock {
	readonly header: HistoryHeader;
	readonly version: number;
	/** Null where the states of the block were read whole. */
	readonly content: Buffer | null;
}

export interface HistoryBase {
	readonly header: HistoryHeader;
	readonly version: number;
	readonly poolsKey: string;
	readonly pools: Buffer;
	readonly states: Buffer;
}

/** Blocks of which nothing is stored, both ends included, and why. */
export interface HistoryGap {
	readonly fromBlock: number;
	readonly toBlock: number;
	readonly reason: string;
}

export type HistoryEntry =
	| { readonly kind: "block"; readonly block: HistoryBlock }
	/** `begins`: says why blocks between the last stored one and this one are missing; null where the base continues what is stored. */
	| { readonly kind: "base"; readonly base: HistoryBase; readonly begins: string | null };

/** Where a base is, and of which list of pools. */
export interface BaseRef {
	readonly number: number;
	readonly hash: string;
	readonly poolsKey: string;
}

/** A block's place in the chain of blocks. */
export interface HistoryLink {
	readonly number: number;
	readonly hash: string;
	readonly parentHash: string;
	readonly isCanonical: boolean;
	readonly hasContent: boolean;
}

/**
 * Stores what a watcher saw, in its order, all or nothing. Blocks that follow each other are canonical from now on, and what stood at their height and above is
 * not. The same block again takes the later content.
 *
 * @returns the gaps that came to light.
 * @throws ArbError `fenced` where another watcher has taken over; `unavailable` of {@link inTransaction}.
 */
export async function writeHistory(
	db: Database,
	of: { readonly chainId: number; readonly fencingNumber: number; readonly entries: readonly HistoryEntry[] },
): Promise<readonly HistoryGap[]> {
	const { chainId, fencingNumber } = of;
	return await inTransaction(db, async (tx) => {
		const newest = await holdFencingNumber(tx, chainId);
		if (newest !== fencingNumber) {
			throw new ArbError({
				code: "fenced",
				message: `the history of chain ${chainId} is written by watcher ${newest} now, not by ${fencingNumber}`,
				retryable: false,
			});
		}
		const gaps: HistoryGap[] = [];
		let run: HistoryBlock[] = [];
		const endRun = async (): Promise<void> => {
			await writeRun(tx, chainId, run);
			run = [];
		};
		for (const entry of of.entries) {
			if (entry.kind === "block") {
				const last = run.at(-1);
				if (last !== undefined && last.header.hash !== entry.block.header.parentHash) await endRun();
				run.push(entry.block);
				continue;
			}
			await endRun();
			gaps.push(...(await writeBase(tx, chainId, entry)));
		}
		await endRun();
		return gaps;
	});
}

/** Blocks of which each is the child of the one before. */
async function writeRun(tx: Session, chainId: number, run: readonly HistoryBlock[]): Promise<void> {
	const [first] = run;
	if (first === undefined) return;
	await tx
		.update(historyBlocks)
		.set({ isCanonical: false })
		.where(and(eq(historyBlocks.chainId, chainId), gte(historyBlocks.number, first.header.number), eq(historyBlocks.isCanonical, true)));
	await tx
		.insert(historyBlocks)
		.values(run.map(({ header, version, content }) => ({ chainId, ...header, version, content, isCanonical: true })))
		.onConflictDoUpdate({
			target: [historyBlocks.chainId, historyBlocks.hash],
			set: {
				isCanonical: true,
				version: sql`case when excluded.content is null then ${historyBlocks.version} else excluded.version end`,
				content: sql`coalesce(excluded.content, ${historyBlocks.content})`,
			},
		});
}

async function writeBase(
	tx: Session,
	chainId: number,
	{ base, begins }: { readonly base: HistoryBase; readonly begins: string | null },
): Promise<readonly HistoryGap[]> {
	const { header, version, poolsKey, pools, states } = base;
	const gaps: HistoryGap[] = [];
	if (begins !== null) {
		const [row] = await tx
			.select({ number: max(historyBlocks.number) })
			.from(historyBlocks)
			.where(and(eq(historyBlocks.chainId, chainId), eq(historyBlocks.isCanonical, true), lt(historyBlocks.number, header.number)));
		const last = row?.number ?? null;
		if (last !== null && last < header.number - 1) gaps.push({ fromBlock: last + 1, toBlock: header.number - 1, reason: begins });
		if (gaps.length > 0)
			await tx
				.insert(historyGaps)
				.values(gaps.map((gap) => ({ chainId, ...gap })))
				.onConflictDoNothing();
		await writeRun(tx, chainId, [{ header, version, content: null }]);
	}
	await tx.insert(historyPools).values({ chainId, key: poolsKey, pools }).onConflictDoNothing();
	const row = { version, poolsKey, states };
	await tx
		.insert(historyBases)
		.values({ chainId, blockHash: header.hash, blockNumber: header.number, timestamp: header.timestamp, ...row })
		.onConflictDoUpdate({ target: [historyBases.chainId, historyBases.blockHash], set: row });
	return gaps;
}

/** Drops what no block of `oldestTimestamp` (seconds) or later needs: everything before the last base that is not younger. Returns the dropped blocks' number. */
export async function pruneHistory(
	db: Database,
	{ chainId, oldestTimestamp }: { readonly chainId: number; readonly oldestTimestamp: number },
): Promise<number> {
	return await inTransaction(db, async (tx) => {
		const [first] = await tx
			.select({ number: historyBases.blockNumber })
			.from(historyBases)
			.where(and(eq(historyBases.chainId, chainId), lte(historyBases.timestamp, oldestTimestamp)))
			.orderBy(desc(historyBases.timestamp), desc(historyBases.blockNumber))
			.limit(1);
		if (first === undefined) return 0;
		await tx.delete(historyBases).where(and(eq(historyBases.chainId, chainId), lt(historyBases.blockNumber, first.number)));
		await tx.delete(historyGaps).where(and(eq(historyGaps.chainId, chainId), lt(historyGaps.toBlock, first.number)));
		const used = tx.select({ key: historyBases.poolsKey }).from(historyBases).where(eq(historyBases.chainId, chainId));
		await tx.delete(historyPools).where(and(eq(historyPools.chainId, chainId), notInArray(historyPools.key, used)));
		const dropped = await tx.delete(historyBlocks).where(and(eq(historyBlocks.chainId, chainId), lt(historyBlocks.number, first.number)));
		return dropped.rowCount ?? 0;
	});
}

/** A stored block's header: by hash, or the canonical one of a number. */
export async function findHistoryBlock(
	db: Database,
	of: { readonly chainId: number; readonly at: number | string },
): Promise<HistoryHeader | null> {
	const { chainId, at } = of;
	const which =
		typeof at === "string" ? eq(historyBlocks.hash, at) : and(eq(historyBlocks.number, at), eq(historyBlocks.isCanonical, true));
	const [row] = await db.drizzle
		.select(HEADER)
		.from(historyBlocks)
		.where(and(eq(historyBlocks.chainId, chainId), which))
		.limit(1);
	return row ?? null;
}

/** The canonical block that was stored last. */
export async function lastHistoryBlock(db: Database, chainId: number): Promise<HistoryHeader | null> {
	const [row] = await db.drizzle
		.select(HEADER)
		.from(historyBlocks)
		.where(and(eq(historyBlocks.chainId, chainId), eq(historyBlocks.isCanonical, true)))
		.orderBy(desc(historyBlocks.number))
		.limit(1);
	return row ?? null;
}

/** Bases at or below a block number, the nearest first, without their states. */
export async function basesBelow(
	db: Database,
	of: { readonly chainId: number; readonly number: number; readonly limit: number },
): Promise<readonly BaseRef[]> {
	return await db.drizzle
		.select({ number: historyBases.blockNumber, hash: historyBases.blockHash, poolsKey: historyBases.poolsKey })
		.from(historyBases)
		.where(and(eq(historyBases.chainId, of.chainId), lte(historyBases.blockNumber, of.number)))
		.orderBy(desc(historyBases.blockNumber))
		.limit(of.limit);
}

/** The base of a block, with the list of its pools; null where it has none. */
export async function readBase(db: Database, of: { readonly chainId: number; readonly hash: string }): Promise<HistoryBase | null> {
	const [row] = await db.drizzle
		.select({
			header: HEADER,
			version: historyBases.version,
			poolsKey: historyBases.poolsKey,
			pools: historyPools.pools,
			states: historyBases.states,
		})
		.from(historyBases)
		.innerJoin(historyBlocks, and(eq(historyBlocks.chainId, historyBases.chainId), eq(historyBlocks.hash, historyBases.blockHash)))
		.innerJoin(historyPools, and(eq(historyPools.chainId, historyBases.chainId), eq(historyPools.key, historyBases.poolsKey)))
		.where(and(eq(historyBases.chainId, of.chainId), eq(historyBases.blockHash, of.hash)));
	return row ?? null;
}

/** How stored blocks hang together, canonical or not; `after` excluded, `upTo` included. */
export async function historyLinks(
	db: Database,
	of: { readonly chainId: number; readonly after: number; readonly upTo: number },
): Promise<readonly HistoryLink[]> {
	return await db.drizzle
		.select({
			number: historyBlocks.number,
			hash: historyBlocks.hash,
			parentHash: historyBlocks.parentHash,
			isCanonical: historyBlocks.isCanonical,
			hasContent: sql<boolean>`${historyBlocks.content} is not null`,
		})
		.from(historyBlocks)
		.where(and(eq(historyBlocks.chainId, of.chainId), gt(historyBlocks.number, of.after), lte(historyBlocks.number, of.upTo)));
}

/** Stored blocks by hash, ascending. */
export async function readHistoryBlocks(
	db: Database,
	of: { readonly chainId: number; readonly hashes: readonly string[] },
): Promise<readonly HistoryBlock[]> {
	return await db.drizzle
		.select({ header: HEADER, version: historyBlocks.version, content: historyBlocks.content })
		.from(historyBlocks)
		.where(and(eq(historyBlocks.chainId, of.chainId), inArray(historyBlocks.hash, [...of.hashes])))
		.orderBy(historyBlocks.number);
}

/** Gaps that touch a range of blocks, ascending. */
export async function readHistoryGaps(
	db: Database,
	of: { readonly chainId: number; readonly from: number; readonly to: number },
): Promise<readonly HistoryGap[]> {
	return await db.drizzle
		.select({ fromBlock: historyGaps.fromBlock, toBlock: historyGaps.toBlock, reason: historyGaps.reason })
		.from(historyGaps)
		.where(and(eq(historyGaps.chainId, of.chainId), lte(historyGaps.fromBlock, of.to), gte(historyGaps.toBlock, of.from)))
		.orderBy(historyGaps.fromBlock);
}

const HEADER = {
	number: historyBlocks.number,
	hash: historyBlocks.hash,
	parentHash: historyBlocks.parentHash,
	timestamp: historyBlocks.timestamp,
	baseFeePerGasWei: historyBlocks.baseFeePerGasWei,
	gasUsed: historyBlocks.gasUsed,
	gasLimit: historyBlocks.gasLimit,
};

import { setTimeout as delay } from "node:timers/promises";
import { ArbError } from "../domain/errors.ts";
import type { Block } from "./block.ts";
import type { ChainClient } from "./chain-client.ts";
import type { ChainLog } from "./log.ts";
import type { Arrival, PoolBook } from "./pool-book.ts";
import { STATE_TOPICS } from "./protocols/families.ts";

export interface AppliedBlock {
	readonly block: Block;
	/** Pools whose state differs from what the last call showed: by this block's logs, by blocks taken back, or all after a reload. */
	readonly changedPools: readonly string[];
	/** Pools that are no longer in the book: the blocks that created them were taken back. */
	readonly removedPools: readonly string[];
	/** Blocks that were taken back before this one; 0 on the straight way. */
	readonly reorgDepth: number;
	/** False while later blocks are about to follow. */
	readonly isHead: boolean;
}

/** Looks for pools that come while a chain is followed. */
export interface NewPools {
	/** First topics of the logs that announce them. */
	readonly topics: readonly string[];
	/** The pools that come to the book with this block. */
	of(block: Block, logs: readonly ChainLog[], book: Pick<PoolBook, "has">): Promise<readonly Arrival[]>;
	/** Loads the book at a block that does not follow its last one, with all pools that there are by then. */
	load(book: PoolBook, block: Block): Promise<void>;
}

export interface FollowHandlers {
	/** The pools of the book stay the same where absent. */
	readonly newPools?: NewPools;
	/** Called in the order of the chain, one call at a time. What it throws ends following. */
	readonly onBlock: (applied: AppliedBlock) => Promise<void> | void;
	/** Told about each failure that is being retried. */
	readonly onTrouble?: (error: ArbError) => void;
}

/** Retries of one head before the node's error ends following. */
const MAX_ATTEMPTS = 40;
const RETRY_MS = 100;
/** Blocks behind which reading all pools is cheaper than each block's logs. */
export const MAX_GAP = 256;

/** What has happened to the book since the last call of `onBlock`. */
interface Unreported {
	readonly changed: Set<string>;
	readonly removed: Set<string>;
	reorgDepth: number;
}

/**
 * Keeps the book at the chain's head until the signal is aborted: every canonical block in order, those that the subscription missed included;
 * reorged blocks are taken back first, and beyond the book's journal all pools are read anew.
 *
 * @throws ArbError of the node once it has failed for long, and what `onBlock` throws.
 */
export async function followChain(client: ChainClient, book: PoolBook, signal: AbortSignal, handlers: FollowHandlers): Promise<void> {
	for await (const head of client.newHeads(signal)) {
		const unreported: Unreported = { changed: new Set(), removed: new Set(), reorgDepth: 0 };
		let target = head;
		for (let attempt = 1; !signal.aborted; attempt++) {
			try {
				await advance({ client, book, signal, handlers, target, unreported });
				break;
			} catch (error) {
				if (error instanceof HandlerError) throw error.cause;
				if (!(error instanceof ArbError) || !error.retryable || attempt >= MAX_ATTEMPTS) throw error;
				handlers.onTrouble?.(error);
				target = await newestHead(client, target, signal);
			}
		}
	}
}

/**
 * Brings a book that stands at an earlier block, or at one that was reorganised away since, to `target`; returns the number of blocks that were applied, or
 * `reloaded` where the way there was longer than the book's journal or {@link MAX_GAP} and all pools were read anew. A target that the book has passed changes nothing.
 *
 * @throws ArbError of the node.
 */
export async function catchUp(of: {
	readonly client: ChainClient;
	readonly book: PoolBook;
	readonly target: Block;
	readonly signal: AbortSignal;
}): Promise<number | "reloaded"> {
	let blocks = 0;
	const unreported: Unreported = { changed: new Set(), removed: new Set(), reorgDepth: 0 };
	const handlers: FollowHandlers = { onBlock: () => void blocks++ };
	const way = await advance({ ...of, handlers, unreported });
	return way === "reloaded" ? way : blocks;
}

/** After a pause the head of that moment, because the one that failed may be reorged away; that one again where the node does not tell. */
async function newestHead(client: ChainClient, last: Block, signal: AbortSignal): Promise<Block> {
	try {
		await delay(RETRY_MS, undefined, { signal });
		return await client.head(signal);
	} catch (error) {
		if (signal.aborted || (error instanceof ArbError && error.retryable)) return last;
		throw error;
	}
}

/** Tells a handler's failure from a node's: only the latter is tried again. */
class HandlerError extends Error {}

async function advance(of: {
	readonly client: ChainClient;
	readonly book: PoolBook;
	readonly signal: AbortSignal;
	readonly handlers: FollowHandlers;
	readonly target: Block;
	readonly unreported: Unreported;
}): Promise<"followed" | "reloaded"> {
	const { client, book, signal, target, unreported, handlers } = of;
	const topics = [...STATE_TOPICS, ...(handlers.newPools?.topics ?? [])];
	const report = async (block: Block, isHead: boolean): Promise<void> => {
		const { changed, removed, reorgDepth } = unreported;
		const applied = { block, changedPools: [...changed], removedPools: [...removed], reorgDepth, isHead };
		changed.clear();
		removed.clear();
		unreported.reorgDepth = 0;
		try {
			await handlers.onBlock(applied);
		} catch (error) {
			throw new HandlerError("onBlock failed", { cause: error });
		}
	};
	// A head that the book has passed is an old answer, not a shorter chain: one of those shows by its next block.
	if (book.isLoaded && book.known(target.hash) !== undefined) {
		if (unreported.changed.size > 0 || unreported.reorgDepth > 0) await report(book.block, true);
		return "followed";
	}
	const branch = await branchTo(client, book, target);
	if (!("length" in branch)) {
		unreported.reorgDepth += branch.reorgDepth;
		const before = book.addresses;
		await (handlers.newPools?.load(book, target) ?? book.load(target));
		for (const address of before) if (!book.has(address)) gone(unreported, address);
		for (const address of book.addresses) came(unreported, address);
		await report(target, true);
		return "reloaded";
	}
	const parentHash = branch[0]?.parentHash ?? target.parentHash;
	const ancestor = book.known(parentHash);
	if (ancestor !== undefined && ancestor.hash !== book.block.hash) {
		unreported.reorgDepth += book.block.number - ancestor.number;
		const back = book.rollBack(ancestor.hash);
		if (back !== "unknown") {
			for (const address of back.changed) came(unreported, address);
			for (const address of back.removed) gone(unreported, address);
		}
	}
	for (const [i, block] of branch.entries()) {
		if (signal.aborted) break;
		const logs = await client.logsOf(block.hash, { topics: [topics] });
		const arrivals = (await handlers.newPools?.of(block, logs, book)) ?? [];
		for (const address of await book.apply(block, logs, arrivals)) came(unreported, address);
		await report(block, i === branch.length - 1);
	}
	return "followed";
}

/** A pool that a reorg takes and the next blocks bring again is one that changed. */
function came(unreported: Unreported, address: string): void {
	unreported.changed.add(address);
	unreported.removed.delete(address);
}

function gone(unreported: Unreported, address: string): void {
	unreported.removed.add(address);
	unreported.changed.delete(address);
}

/** The pools are to be read anew; `reorgDepth` counts the blocks that the book loses by a reorg, as far back as it can tell. */
interface Reload {
	readonly reorgDepth: number;
}

/** The blocks after one that the book knows, up to `target`, ascending; a reload where they lead back further than the book's journal. */
async function branchTo(client: ChainClient, book: PoolBook, target: Block): Promise<readonly Block[] | Reload> {
	if (!book.isLoaded || target.number > book.block.number + MAX_GAP) return { reorgDepth: 0 };
	const branch = [target];
	let first = target;
	while (book.known(first.parentHash) === undefined) {
		if (first.number <= book.oldestNumber) return { reorgDepth: book.block.number - book.oldestNumber + 1 };
		const parent = await client.block(first.parentHash);
		if (parent === null) {
			throw new ArbError({
				code: "stale_state",
				message: `the parent ${first.parentHash} of block ${first.number} is gone; following the new head`,
				retryable: true,
			});
		}
		branch.unshift(parent);
		first = parent;
	}
	return branch;
}

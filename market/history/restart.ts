import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import type { ChainClient } from "../chain-client.ts";
import { isPoolsFault } from "../discovery/readable.ts";
import { catchUp, MAX_GAP } from "../follow.ts";
import { JOURNAL_BLOCKS, type JournalEntry, PoolBook } from "../pool-book.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { loadTracked } from "../protocols/families.ts";
import type { HistoryPath, MarketHistory } from "./market-history.ts";
import { poolLine } from "./pool-line.ts";
import type { HistoryRecorder } from "./recorder.ts";
import type { Replay } from "./replay.ts";

/** How pools are read from the chain by who knows what to do with one that cannot be read: it is left out. */
export interface PoolReading {
	/** Loads the book at a block with `pools` in place of those that it had. */
	loadBook(book: PoolBook, of: { readonly block: Block; readonly pools: readonly Pool[] }): Promise<void>;
	states(of: { readonly blockHash: string; readonly pools: readonly Pool[] }): Promise<ReadonlyMap<string, TrackedPool>>;
}

/** A book at the head, and how it came there. */
export interface OpenedBook {
	readonly book: PoolBook;
	readonly way: "restored" | "loaded";
	/** A sentence for the log. */
	readonly why: string;
	readonly tookMs: number;
}

/**
 * Milliseconds of each part, estimated from the figures of `npm run bench -- market` on two cores with the node beside them: what counts is how they relate, and a node that is far
 * away makes blocks and pools slower alike.
 */
const COST_MS = { storedPool: 0.01, storedBlock: 0.5, missedBlock: 5, load: 20, pair: 0.004, otherPool: 0.2 };
/** A load leaves a gap in the history, a catch-up does not: that is worth this much time. */
const WORTH_A_GAP_MS = 2_000;

/**
 * A book of `pools` at the head, which tells `recorder` whatever happens to it: from the stored states and what came since, or by reading all pools where that
 * is cheaper, or where nothing that can be used is stored. Pools that are not stored, or have other facts by now, are read at the head.
 *
 * @throws ArbError of the node and of the database.
 */
export async function openBook(of: {
	readonly client: ChainClient;
	readonly history: MarketHistory;
	readonly recorder: HistoryRecorder;
	readonly pools: readonly Pool[];
	/** Where absent, a pool that cannot be read is an error. */
	readonly reading?: PoolReading;
	readonly head: Block;
	readonly signal: AbortSignal;
}): Promise<OpenedBook> {
	const { client, pools, head, recorder } = of;
	const start = performance.now();
	const restored = await restore(of);
	if (typeof restored !== "string") return { ...restored, tookMs: performance.now() - start };
	const book = new PoolBook(client, pools, recorder);
	await (of.reading?.loadBook(book, { block: head, pools }) ?? book.load(head));
	return { book, way: "loaded", why: restored, tookMs: performance.now() - start };
}

/** The restored book, or the reason for loading. */
async function restore(of: Parameters<typeof openBook>[0]): Promise<Omit<OpenedBook, "tookMs"> | string> {
	const { client, history, recorder, pools, head, signal } = of;
	const last = await history.last();
	if (last === null) return "nothing is stored yet";
	const missed = head.number - last.number;
	if (missed > MAX_GAP) return `${missed} blocks were missed, more than ${MAX_GAP}`;
	let replayed: Awaited<ReturnType<typeof replayStored>>;
	try {
		const path = await history.pathTo(last.hash);
		const cost = costs({ path, pools, missed });
		if (cost.restore > Math.max(cost.load, WORTH_A_GAP_MS)) {
			return `reading ${pools.length} pools (about ${Math.round(cost.load)} ms) is cheaper than ${path.blocks.length} stored and ${missed} missed blocks (about ${Math.round(cost.restore)} ms)`;
		}
		replayed = await replayStored({ history, path, pools, signal });
	} catch (error) {
		// What is stored cannot be used: of another version, in a gap, or dropped. Whatever else went wrong is not cured by loading.
		if (!(error instanceof ArbError) || !["not_found", "stale_state", "invalid_input"].includes(error.code)) throw error;
		return `what is stored cannot be used: ${error.message}`;
	}
	const { replay, journal, left, since } = replayed;
	const kept = pools.filter(({ address }) => replay.pools.has(address));
	if (kept.length === 0) return "none of the stored pools is wanted any more";
	const book = new PoolBook(client, kept, recorder);
	book.restore({ block: replay.block, tracked: replay.tracked, journal });
	recorder.continues(since);
	if (left > 0) recorder.base(() => book.standing);
	let applied: Awaited<ReturnType<typeof catchUp>>;
	try {
		applied = await catchUp({ client, book, target: head, signal });
	} catch (error) {
		// One of the stored pools would stop every restart from here on; a load leaves it out.
		if (!isPoolsFault(error)) throw error;
		return `a stored pool cannot be read any more: ${error.message}`;
	}
	const newcomers = pools.filter(({ address }) => !replay.pools.has(address));
	const whole = newcomers.length === 0 ? book : await withNewcomers({ ...of, book, newcomers });
	const changes = `${newcomers.length} new pools, ${left} that left`;
	return applied === "reloaded"
		? { book: whole, way: "loaded", why: `block ${last.number} is on a branch that was left further back than is kept; ${changes}` }
		: { book: whole, way: "restored", why: `${since.blocks} stored blocks on top of a base, ${applied} blocks of the chain, ${changes}` };
}

function costs(of: { readonly path: HistoryPath; readonly pools: readonly Pool[]; readonly missed: number }) {
	const pairs = of.pools.filter(({ family }) => family === "uniswap-v2").length;
	return {
		restore:
			of.pools.length * COST_MS.storedPool + of.path.blocks.length * COST_MS.storedBlock + Math.max(0, of.missed) * COST_MS.missedBlock,
		load: COST_MS.load + pairs * COST_MS.pair + (of.pools.length - pairs) * COST_MS.otherPool,
	};
}

/** The states of the last stored block, of those pools that are wanted with the facts that they had then, and the way back from there. */
async function replayStored(of: {
	readonly history: MarketHistory;
	readonly path: HistoryPath;
	readonly pools: readonly Pool[];
	readonly signal: AbortSignal;
}): Promise<{
	readonly replay: Replay;
	readonly journal: readonly JournalEntry[];
	readonly left: number;
	readonly since: { readonly blocks: number; readonly bytes: number; readonly ofBase: number };
}> {
	const { history, path, signal } = of;
	const wanted = new Map(of.pools.map((pool) => [pool.address, pool]));
	const { replay, strangers, bytes: ofBase } = await history.baseOf(path, wanted);
	let left = strangers.length;
	let bytes = 0;
	let journal: JournalEntry[] = [];
	for await (const { block, content, bytes: own } of history.steps(path.blocks, signal)) {
		if (content === null) continue;
		const before = replay.block;
		const joined = content.joined.filter((pool) => {
			const now = wanted.get(pool.address);
			return now !== undefined && poolLine(now) === poolLine(pool);
		});
		left += content.joined.length - joined.length;
		const replaced = new Map<string, TrackedPool>();
		for (const [address, tracked] of replay.apply(block, { ...content, joined })) if (tracked !== undefined) replaced.set(address, tracked);
		journal.push({ before, replaced, added: [] });
		// A pool that joined cannot be taken back: the way back ends here.
		if (joined.length > 0) journal = [];
		if (journal.length > JOURNAL_BLOCKS) journal.shift();
		bytes += own;
	}
	return { replay, journal, left, since: { blocks: path.blocks.length, bytes, ofBase } };
}

/** The same book with more pools, which are read at its block. They cannot be taken back with it, so its journal begins anew. */
async function withNewcomers(of: {
	readonly client: ChainClient;
	readonly recorder: HistoryRecorder;
	readonly pools: readonly Pool[];
	readonly reading?: PoolReading;
	readonly book: PoolBook;
	readonly newcomers: readonly Pool[];
}): Promise<PoolBook> {
	const { client, recorder } = of;
	const { block, tracked: kept } = of.book.standing;
	const asked = { pools: of.newcomers, blockHash: block.hash };
	const loaded = await (of.reading?.states(asked) ?? loadTracked({ client, ...asked }));
	const newcomers = of.newcomers.filter(({ address }) => loaded.has(address));
	const tracked = new Map([...kept.map((one) => [one.state.address, one] as const), ...loaded]);
	const pools = of.pools.filter(({ address }) => tracked.has(address));
	const book = new PoolBook(client, pools, recorder);
	book.restore({ block, tracked, journal: [] });
	recorder.amended({ block, joined: newcomers, read: [...loaded.values()] }, () => book.standing);
	return book;
}

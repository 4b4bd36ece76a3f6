import type { Database } from "../../db/connection.ts";
import { type HistoryEntry, type HistoryGap, pruneHistory, writeHistory } from "../../db/history.ts";
import { ArbError, messageOf } from "../../domain/errors.ts";
import type { Block } from "../block.ts";
import { type BlockInputs, type BookObserver, JOURNAL_BLOCKS, type Standing } from "../pool-book.ts";
import { type BlockChanges, packContent } from "./block-content.ts";
import { HISTORY_VERSION } from "./state-row.ts";
import { StandingPacker } from "./stored-standing.ts";

/** Days that the history is kept where the settings do not say. */
export const HISTORY_DAYS = 30;
const DAY_S = 24 * 60 * 60;
/** Blocks per transaction. */
const BATCH = 32;
/** Blocks that wait while the database does not take them; one more, and all are given up. */
const MAX_WAITING = 256;
/** A base costs as much as it holds: it is due when the blocks since the last one hold as much again, but within these bounds. */
const BLOCKS_BETWEEN_BASES = { least: 100, most: 5_000 };

export interface RecorderOptions {
	readonly db: Database;
	readonly chainId: number;
	/** The watcher's: an older one writes no more. */
	readonly fencingNumber: number;
	readonly days?: number;
	/** Told about each failure to write, and about each gap that follows from it. */
	readonly onTrouble: (error: ArbError) => void;
}

type Waiting =
	| { readonly kind: "block"; readonly block: Block; readonly changes: BlockChanges }
	| { readonly kind: "base"; readonly standing: Standing; readonly begins: string | null };

/**
 * Writes down what happens to a book. Taking note costs the caller next to nothing; packing and writing happen when {@link flush} is called, and nobody waits for
 * it. Where the database fails, blocks wait; where it fails for long they are given up: the next base then says which are missing, and why.
 */
export class HistoryRecorder implements BookObserver, AsyncDisposable {
	readonly #of: RecorderOptions;
	readonly #packer = new StandingPacker();
	#waiting: Waiting[] = [];
	#writing: Promise<void> | undefined;
	#last: { readonly block: Block; readonly changes: BlockChanges } | null = null;
	#since = { blocks: 0, bytes: 0, ofBase: 0 };
	/** Blocks for which a reorg still may go back over one that was amended: what was put right there stays in the book, and only a base tells it then. */
	#amendedFor = 0;
	#isFenced = false;

	constructor(options: RecorderOptions) {
		this.#of = options;
	}

	/** After a restart from the history: how far its last base lies behind. */
	continues(since: { readonly blocks: number; readonly bytes: number; readonly ofBase: number }): void {
		this.#since = { ...since };
	}

	loaded(standing: () => Standing): void {
		this.#last = null;
		this.#waiting.push({ kind: "base", standing: standing(), begins: "all pools were read anew at the block after them" });
		this.#since = { blocks: 0, bytes: 0, ofBase: 0 };
	}

	applied({ block, ...changes }: BlockInputs, standing: () => Standing): void {
		if (this.#isFenced) return;
		const isBranch = this.#last !== null && this.#last.block.hash !== block.parentHash;
		this.#note(block, changes);
		if (this.#amendedFor-- > 0 && isBranch) this.base(standing);
		this.#since.blocks++;
		const { blocks, bytes, ofBase } = this.#since;
		const isDue = blocks >= BLOCKS_BETWEEN_BASES.least && (bytes >= ofBase || blocks >= BLOCKS_BETWEEN_BASES.most);
		if (isDue) this.base(standing);
		if (this.#waiting.length > MAX_WAITING) this.#giveUp(standing);
	}

	/** Takes the book's block down once more, with what was not known when it was noted first. */
	amended({ block, read, joined }: Omit<BlockInputs, "logs">, standing: () => Standing): void {
		const last = this.#last;
		if (last?.block.hash === block.hash) {
			const { changes } = last;
			this.#note(block, { ...changes, read: [...changes.read, ...read], joined: [...changes.joined, ...joined] });
			this.#amendedFor = JOURNAL_BLOCKS;
		} else this.base(standing);
	}

	/** Stores all states at the book's block, where they do not follow from what is stored: some pools left the book. */
	base(standing: () => Standing): void {
		if (this.#isFenced) return;
		this.#waiting.push({ kind: "base", standing: standing(), begins: null });
		this.#since = { blocks: 0, bytes: 0, ofBase: this.#since.ofBase };
	}

	/** Writes what waits; a call meanwhile joins this one. Never rejects: failures are told to `onTrouble`, and what waits is tried again by the next call. */
	flush(): Promise<void> {
		this.#writing ??= this.#write().finally(() => {
			this.#writing = undefined;
		});
		return this.#writing;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#writing;
		await this.flush();
	}

	#note(block: Block, changes: BlockChanges): void {
		this.#last = { block, changes };
		this.#waiting.push({ kind: "block", block, changes });
	}

	#giveUp(standing: () => Standing): void {
		const reason = `the database took no history while ${this.#waiting.length} blocks came`;
		this.#waiting = [{ kind: "base", standing: standing(), begins: reason }];
		this.#last = null;
		this.#since = { blocks: 0, bytes: 0, ofBase: this.#since.ofBase };
		this.#of.onTrouble(
			new ArbError({ code: "unavailable", message: `${reason}: the history will lack them; see to the database`, retryable: true }),
		);
	}

	async #write(): Promise<void> {
		try {
			while (!this.#isFenced) {
				const batch = this.#waiting.slice(0, BATCH);
				if (batch.length === 0) return;
				await this.#writeBatch(batch);
			}
		} catch (error) {
			this.#isFenced = error instanceof ArbError && error.code === "fenced";
			this.#of.onTrouble(
				error instanceof ArbError
					? error
					: new ArbError({
							code: "unavailable",
							message: `the history was not written (${messageOf(error)}); ${this.#waiting.length} blocks wait`,
							retryable: true,
							cause: error,
						}),
			);
		}
	}

	async #writeBatch(batch: readonly Waiting[]): Promise<void> {
		const { db, chainId, fencingNumber } = this.#of;
		const entries: HistoryEntry[] = [];
		for (const waiting of batch) entries.push(await this.#entryOf(waiting));
		const gaps = await writeHistory(db, { chainId, fencingNumber, entries });
		this.#waiting = this.#waiting.filter((waiting) => !batch.includes(waiting));
		for (const gap of gaps) this.#of.onTrouble(gapNoticed(chainId, gap));
		for (const entry of entries) {
			if (entry.kind === "block") this.#since.bytes += entry.block.content?.length ?? 0;
			else {
				this.#since.ofBase = entry.base.states.length;
				await pruneHistory(db, { chainId, oldestTimestamp: entry.base.header.timestamp - (this.#of.days ?? HISTORY_DAYS) * DAY_S });
			}
		}
	}

	async #entryOf(waiting: Waiting): Promise<HistoryEntry> {
		const version = HISTORY_VERSION;
		if (waiting.kind === "block") {
			return { kind: "block", block: { header: waiting.block, version, content: await packContent(waiting.changes) } };
		}
		const { standing, begins } = waiting;
		return { kind: "base", base: { header: standing.block, version, ...(await this.#packer.pack(standing)) }, begins };
	}
}

function gapNoticed(chainId: number, { fromBlock, toBlock, reason }: HistoryGap): ArbError {
	return new ArbError({
		code: "stale_state",
		message: `the history of chain ${chainId} lacks the blocks ${fromBlock} to ${toBlock}: ${reason}; they cannot be rebuilt`,
		retryable: false,
	});
}

import { setImmediate } from "node:timers/promises";
import type { CallSize } from "./call-size.ts";
import { RefusedError, verdictOf } from "./refusal.ts";

export interface Pieces {
	/** For errors: what is read this way. */
	readonly what: string;
	readonly count: number;
	readonly size: CallSize;
	/** Fewer items than this are not shared out over several calls. */
	readonly worthACall: number;
	/** Asks for items [from, to); returns how many of them, from the first on, were answered. */
	ask(from: number, to: number): Promise<number>;
}

/** Calls under way at once. */
const LANES = 4;

/**
 * Gets `count` items by calls that the node's limits let through: what a call left out is asked for again, and a call that was too large in halves.
 *
 * @throws RefusedError where the node does not take such calls, not even of one item; else the node's errors.
 */
export async function inPieces(of: Pieces): Promise<void> {
	if (of.count === 0) return;
	const open: { from: number; readonly to: number }[] = [{ from: 0, to: of.count }];
	// Every lane gets the same: as many rounds of calls as the size demands, each of them full.
	const rounds = Math.ceil(of.count / of.size.items / LANES);
	const share = Math.max(of.worthACall, Math.ceil(of.count / (rounds * LANES)));
	let isFailed = false;
	// A lane without work ends: what a call leaves out, its own lane takes up.
	async function lane(): Promise<void> {
		for (let range = open.at(-1); range !== undefined && !isFailed; range = open.at(-1)) {
			const { from } = range;
			const to = Math.min(range.to, from + Math.min(share, of.size.items));
			if (to === range.to) open.pop();
			else range.from = to;
			const done = await piece(of, from, to);
			if (from + done < to) open.push({ from: from + done, to });
		}
	}
	const lanes: Promise<void>[] = [];
	try {
		do {
			const next = lane();
			lanes.push(next);
			next.catch(() => {
				isFailed = true;
			});
			// The calls of one turn of the event loop travel in one batch, answered as one; these are large enough to travel alone.
			await setImmediate();
		} while (lanes.length < LANES && open.length > 0 && !isFailed);
		await Promise.all(lanes);
	} finally {
		await Promise.allSettled(lanes);
	}
}

async function piece(of: Pieces, from: number, to: number): Promise<number> {
	const asked = to - from;
	try {
		const done = await of.ask(from, to);
		if (done > 0) {
			of.size.answered({ asked, done });
			return done;
		}
		if (asked === 1) throw new RefusedError(`${of.what}: the node's limit on gas is too low for a single pool`);
	} catch (error) {
		if (error instanceof RefusedError) throw error;
		const verdict = verdictOf(error);
		if (verdict === "refused" || (verdict === "too-large" && asked === 1)) {
			throw new RefusedError(`${of.what}: the node refuses even a call of ${asked}`, error);
		}
		if (verdict === "failed") throw error;
	}
	of.size.tooLarge(asked);
	return 0;
}

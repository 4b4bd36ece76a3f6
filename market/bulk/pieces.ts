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
	const open: { from: number; readonly to: number }[] = of.count === 0 ? [] : [{ from: 0, to: of.count }];
	const depart = departures();
	let isFailed = false;
	// What a call leaves out, its own lane takes up: a lane without work can end.
	async function lane(): Promise<void> {
		for (let range = open.at(-1); range !== undefined && !isFailed; range = open.at(-1)) {
			const { from } = range;
			const to = Math.min(range.to, from + share(of));
			if (to === range.to) open.pop();
			else range.from = to;
			const done = await piece(of, { from, to, depart });
			if (from + done < to) open.push({ from: from + done, to });
		}
	}
	const lanes = Array.from({ length: LANES }, async () => {
		try {
			await lane();
		} catch (error) {
			isFailed = true;
			throw error;
		}
	});
	try {
		await Promise.all(lanes);
	} finally {
		await Promise.allSettled(lanes);
	}
}

/** As much for each lane: no more than the size allows, and as many rounds of calls, all of them full, as that makes necessary. */
function share({ count, size, worthACall }: Pieces): number {
	const rounds = Math.ceil(count / size.items / LANES);
	return Math.min(size.items, Math.max(worthACall, Math.ceil(count / (rounds * LANES))));
}

type Depart = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * Lets calls go one after another: those of one turn of the event loop would travel in one batch, and be answered as one; these are large enough to travel
 * alone.
 */
function departures(): Depart {
	let gate = Promise.resolve();
	return async (call) => {
		const before = gate;
		const { promise, resolve } = Promise.withResolvers<void>();
		gate = promise;
		await before;
		const answer = call();
		// One turn hands the call to the transport, the next one sends it.
		setImmediate(() => setImmediate(resolve));
		return answer;
	};
}

async function piece(of: Pieces, call: { readonly from: number; readonly to: number; readonly depart: Depart }): Promise<number> {
	const { from, to, depart } = call;
	const asked = to - from;
	try {
		const done = await depart(() => of.ask(from, to));
		if (done > 0) {
			of.size.answered({ asked, done });
			return done;
		}
		if (asked === 1) throw new RefusedError(`${of.what}: the node's limit on gas is too low for a single pool`);
	} catch (error) {
		if (error instanceof RefusedError) throw error;
		const verdict = verdictOf(error);
		if (verdict === "failed") throw error;
		if (asked === 1) throw new RefusedError(`${of.what}: the node refuses even a call of one item`, error);
		// Some nodes word a limit on the size as they do a bad request: one item tells which it is.
		if (verdict === "refused") {
			const done = await piece(of, { from, to: from + 1, depart });
			of.size.tooLarge(asked);
			return done;
		}
	}
	of.size.tooLarge(asked);
	return 0;
}

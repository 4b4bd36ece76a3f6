import { setTimeout as delay } from "node:timers/promises";

/** Time and chance, passed in so that tests decide both. */
export interface Clock {
	/** Milliseconds from some fixed point; never goes back. */
	now(): number;
	/** Ends early, without an error, when the signal is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** Uniform in [0, 1). */
	random(): number;
}

export const systemClock: Clock = {
	now: () => performance.now(),
	async sleep(ms, signal) {
		await delay(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
			if (!signal?.aborted) throw error;
		});
	},
	random: () => Math.random(),
};

/** A wait drawn uniformly from nothing up to the doubling bound ("full jitter"), so that those who failed together do not return together. */
export function fullJitter(clock: Clock, of: { readonly attempt: number; readonly baseMs: number; readonly capMs: number }): number {
	return clock.random() * Math.min(of.capMs, of.baseMs * 2 ** of.attempt);
}

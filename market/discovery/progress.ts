import type { SweepProgress } from "./sweep.ts";

const EVERY_MS = 3_000;

/** Passes progress on every few seconds for each dex and way, and its end, where that took longer or brought pools that were not known. */
export function everyFewSeconds(tell: (progress: SweepProgress) => void, everyMs = EVERY_MS): (progress: SweepProgress) => void {
	const began = new Map<string, number>();
	const told = new Map<string, number>();
	return (progress) => {
		const key = `${progress.dex} ${progress.family} ${progress.way}`;
		const now = performance.now();
		const first = began.get(key) ?? now;
		began.set(key, first);
		const isEnd = progress.done >= progress.total && (told.has(key) || progress.added > 0);
		if (!isEnd && now - (told.get(key) ?? first) < everyMs) return;
		told.set(key, now);
		tell(progress);
	};
}

const UNITS: Readonly<Record<SweepProgress["way"], string>> = { events: "blocks", list: "entries", derivation: "searches", file: "lines" };

/** One sentence of how far a row has been read. */
export function progressLine({ dex, way, done, total, found, added }: SweepProgress): string {
	return `${dex}, by ${way}: ${done} of ${total} ${UNITS[way]}, ${found} pools found, ${added} of them new`;
}

/** Progress as lines of a log. */
export function sweepLog(info: (fields: Readonly<Record<string, unknown>>, sentence: string) => void): (progress: SweepProgress) => void {
	return everyFewSeconds((progress) => info({ ...progress }, progressLine(progress)));
}

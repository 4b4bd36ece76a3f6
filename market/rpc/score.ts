/** What the order of endpoints goes by; all of it observed. */
export interface Observed {
	/** Moving average of the answer times, in milliseconds; null before the first answer. */
	readonly latencyMs: number | null;
	/** Moving average of the share of calls that failed, in [0, 1]. */
	readonly errorShare: number;
	/** Blocks behind the highest head that any endpoint has shown. */
	readonly headLag: number;
}

/** Milliseconds that a failed call costs: about what it takes to notice it and to ask elsewhere. */
const FAILURE_MS = 1_000;
/** Milliseconds that each block of lag counts for: reads at newer blocks make a detour. */
const LAG_MS = 200;
/** Weight of the newest observation in the moving averages. */
const NEWEST = 0.1;

/** Expected milliseconds to a good answer; the lowest is asked first, and one that has not been asked yet counts as quick. */
export function score({ latencyMs, errorShare, headLag }: Observed): number {
	return (latencyMs ?? 0) + errorShare * FAILURE_MS + headLag * LAG_MS;
}

/** Exponential moving average. */
export class Average {
	#value: number | null;

	constructor(start: number | null = null) {
		this.#value = start;
	}

	get value(): number | null {
		return this.#value;
	}

	add(sample: number): void {
		this.#value = this.#value === null ? sample : this.#value + NEWEST * (sample - this.#value);
	}
}

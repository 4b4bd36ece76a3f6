import type { Clock } from "./clock.ts";

const DAY_MS = 86_400_000;

export interface BudgetLimits {
	readonly callsPerSecond?: number | undefined;
	/** In any window that starts with the first call and lasts a day. */
	readonly callsPerDay?: number | undefined;
	/** Bounds of single methods, on top of the endpoint's own. */
	readonly callsPerSecondOf?: Readonly<Record<string, number>> | undefined;
}

/** What an endpoint may still be asked: token buckets that hold one second's calls, one for all methods and one for each method with a bound. */
export class Budget {
	readonly #clock: Clock;
	readonly #all: Bucket | null;
	readonly #methods: ReadonlyMap<string, Bucket>;
	readonly #perDay: number;
	#dayEnds = 0;
	#usedToday = 0;

	constructor(limits: BudgetLimits, clock: Clock) {
		this.#clock = clock;
		this.#all = limits.callsPerSecond === undefined ? null : new Bucket(limits.callsPerSecond, clock);
		this.#methods = new Map(Object.entries(limits.callsPerSecondOf ?? {}).map(([method, rate]) => [method, new Bucket(rate, clock)]));
		this.#perDay = limits.callsPerDay ?? Number.POSITIVE_INFINITY;
	}

	/** Takes one call, or nothing and false where any of the bounds is reached. */
	take(method: string): boolean {
		const now = this.#clock.now();
		if (now >= this.#dayEnds) {
			this.#dayEnds = now + DAY_MS;
			this.#usedToday = 0;
		}
		const own = this.#methods.get(method);
		if (this.#usedToday >= this.#perDay || this.#all?.isEmpty() || own?.isEmpty()) return false;
		this.#all?.take();
		own?.take();
		this.#usedToday++;
		return true;
	}

	get usedToday(): number {
		return this.#usedToday;
	}
}

class Bucket {
	readonly #perSecond: number;
	readonly #capacity: number;
	readonly #clock: Clock;
	#tokens: number;
	#filledAt: number;

	constructor(perSecond: number, clock: Clock) {
		this.#perSecond = perSecond;
		// A rate below one per second still lets single calls through.
		this.#capacity = Math.max(1, perSecond);
		this.#clock = clock;
		this.#tokens = this.#capacity;
		this.#filledAt = clock.now();
	}

	isEmpty(): boolean {
		const now = this.#clock.now();
		this.#tokens = Math.min(this.#capacity, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond);
		this.#filledAt = now;
		return this.#tokens < 1;
	}

	take(): void {
		this.#tokens -= 1;
	}
}

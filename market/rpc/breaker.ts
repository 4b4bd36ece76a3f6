import { type Clock, fullJitter } from "./clock.ts";

export interface BreakerOptions {
	/** Failures in a row that open it. */
	readonly failures: number;
	/** Shortest time that it stays open; up to twice this the first time, doubling with each further time up to `capMs`. */
	readonly coolMs: number;
	readonly capMs: number;
}

export type BreakerState = "closed" | "open" | "probing";

/** Successes in a row after which an endpoint's past openings are forgotten. */
const FORGIVEN_AFTER = 20;

/**
 * A circuit breaker: closed lets calls through; open lets none until its time is over; then one probe decides (what the probe asks is the
 * endpoint's business: here, who it is). The time grows with each opening, with jitter, and is forgotten after a run of successes.
 */
export class Breaker {
	readonly #options: BreakerOptions;
	readonly #clock: Clock;
	#state: BreakerState = "closed";
	#inARow = 0;
	#successes = 0;
	#failedAt = Number.NEGATIVE_INFINITY;
	#openings = 0;
	#openUntil = 0;
	#why = "";

	constructor(options: BreakerOptions, clock: Clock) {
		this.#options = options;
		this.#clock = clock;
	}

	get state(): BreakerState {
		return this.#state;
	}

	/** The failure that opened it last. */
	get why(): string {
		return this.#why;
	}

	/** Milliseconds until a probe is due; 0 where it is due or not open. */
	get remainingMs(): number {
		return this.#state === "open" ? Math.max(0, this.#openUntil - this.#clock.now()) : 0;
	}

	succeeded(): void {
		this.#inARow = 0;
		if (this.#state !== "closed" || ++this.#successes < FORGIVEN_AFTER) return;
		this.#openings = 0;
	}

	/** Calls that were under way together fail together: only one that began after the last failure is a further one. */
	failed(why: string, startedAt: number): void {
		this.#successes = 0;
		if (startedAt < this.#failedAt) return;
		this.#failedAt = this.#clock.now();
		if (this.#state === "closed" && ++this.#inARow >= this.#options.failures) this.open(why);
	}

	/** At once: after an answer that contradicts evidence, or of another chain. */
	open(why: string): void {
		const { coolMs, capMs } = this.#options;
		this.#state = "open";
		this.#why = why;
		this.#inARow = 0;
		this.#successes = 0;
		this.#openUntil = this.#clock.now() + coolMs + fullJitter(this.#clock, { attempt: this.#openings, baseMs: coolMs, capMs });
		this.#openings++;
	}

	/** Half-open: one probe is under way. */
	probe(): void {
		this.#state = "probing";
	}

	/** The probe found the endpoint in order. */
	close(): void {
		this.#state = "closed";
	}
}

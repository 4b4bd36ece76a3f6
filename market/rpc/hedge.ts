import type { Endpoint } from "./endpoint.ts";

export interface HedgeOptions {
	/** Share of all reads that may be hedged. */
	readonly share: number;
	/** Hedges that may be saved up. */
	readonly burst: number;
	/** The wait while a method has not been observed enough. */
	readonly firstMs: number;
	/** Shortest wait: below it a hedge only doubles the load. */
	readonly leastMs: number;
}

/** Answers before a p95 says anything. */
const LEAST_ANSWERS = 20;

/** When a slow read is sent to one more endpoint: after the time that all but a twentieth of the method's answers kept, for a bounded share of the reads. */
export class Hedges {
	readonly #options: HedgeOptions;
	#allowed: number;
	#sent = 0;
	#withheld = 0;

	constructor(options: HedgeOptions) {
		this.#options = options;
		this.#allowed = options.burst;
	}

	/** Counts a read: each adds its share to what may be hedged. */
	read(): void {
		this.#allowed = Math.min(this.#options.burst, this.#allowed + this.#options.share);
	}

	/** Milliseconds to wait for these endpoints, the slowest of them counting. */
	delayMs(method: string, asked: readonly Endpoint[]): number {
		const { firstMs, leastMs } = this.#options;
		return Math.max(leastMs, ...asked.map((endpoint) => endpoint.p95Of(method, LEAST_ANSWERS) ?? firstMs));
	}

	/** Takes one hedge, or counts that there was none left. */
	take(): boolean {
		if (this.#allowed < 1) {
			this.#withheld++;
			return false;
		}
		this.#allowed -= 1;
		this.#sent++;
		return true;
	}

	get sent(): number {
		return this.#sent;
	}

	get withheld(): number {
		return this.#withheld;
	}
}

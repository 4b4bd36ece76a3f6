/** Longest wait before a failed reading is tried again. */
const RETRY_MS = 3_000;

/** Reads at most once per interval, however often it is asked to, and always once more after the last asking. */
export class Refresh {
	readonly #read: () => Promise<void>;
	readonly #intervalMs: number;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isReading = false;
	#isAsked = false;
	#isStopped = false;

	constructor(read: () => Promise<void>, intervalMs: number) {
		this.#read = read;
		this.#intervalMs = intervalMs;
	}

	ask(): void {
		if (this.#isStopped) return;
		if (this.#isReading || this.#timer !== undefined) {
			this.#isAsked = true;
			return;
		}
		void this.#run();
	}

	stop(): void {
		this.#isStopped = true;
		clearTimeout(this.#timer);
	}

	async #run(): Promise<void> {
		this.#isReading = true;
		this.#isAsked = false;
		let wait = this.#intervalMs;
		try {
			await this.#read();
		} catch {
			// The connection's state is shown by the stream; here it only matters that the reading comes later.
			this.#isAsked = true;
			wait = Math.max(wait, RETRY_MS);
		}
		this.#isReading = false;
		if (this.#isStopped) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			if (this.#isAsked) void this.#run();
		}, wait);
	}
}

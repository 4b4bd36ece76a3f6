/** Answers that a quantile looks back on. */
const WINDOW = 128;

/** The latest answer times of one method at one endpoint, in milliseconds. */
export class LatencyWindow {
	readonly #samples: number[] = [];
	#next = 0;
	#sorted: readonly number[] | null = null;

	get count(): number {
		return this.#samples.length;
	}

	add(ms: number): void {
		this.#samples[this.#next] = ms;
		this.#next = (this.#next + 1) % WINDOW;
		this.#sorted = null;
	}

	/** The smallest time that a share `q` in (0, 1] of the answers did not exceed (nearest rank); null before the first. */
	quantile(q: number): number | null {
		this.#sorted ??= [...this.#samples].sort((a, b) => a - b);
		return this.#sorted[Math.max(0, Math.ceil(q * this.#sorted.length) - 1)] ?? null;
	}
}

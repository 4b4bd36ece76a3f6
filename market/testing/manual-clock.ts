import type { Clock } from "../rpc/clock.ts";

/** A clock that stands still until it is told to go on; chance is always the same. */
export class ManualClock implements Clock {
	readonly #chance: number;
	readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
	/** The waits that were asked for, in order. */
	readonly sleeps: number[] = [];
	#now = 0;

	constructor(chance = 0.5) {
		this.#chance = chance;
	}

	now(): number {
		return this.#now;
	}

	random(): number {
		return this.#chance;
	}

	sleep(ms: number, signal?: AbortSignal): Promise<void> {
		this.sleeps.push(ms);
		return new Promise((resolve) => {
			const sleeper = { until: this.#now + ms, wake: resolve };
			this.#sleepers.add(sleeper);
			signal?.addEventListener("abort", () => {
				this.#sleepers.delete(sleeper);
				resolve();
			});
		});
	}

	get isSleptOn(): boolean {
		return this.#sleepers.size > 0;
	}

	advance(ms: number): void {
		this.#now += ms;
		for (const sleeper of [...this.#sleepers]) {
			if (sleeper.until > this.#now) continue;
			this.#sleepers.delete(sleeper);
			sleeper.wake();
		}
	}
}

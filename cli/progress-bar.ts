import { everyFewSeconds, progressLine } from "../market/discovery/progress.ts";
import type { SweepProgress } from "../market/discovery/sweep.ts";

const WIDTH = 30;

/** Shows how far each reading is: bars that are drawn over on a terminal, a plain line every few seconds elsewhere. Closing leaves the last state standing. */
export class ProgressBars implements Disposable {
	readonly #out: NodeJS.WriteStream;
	readonly #rows = new Map<string, string>();
	readonly #line: (progress: SweepProgress) => void;
	#drawn = 0;

	constructor(out: NodeJS.WriteStream = process.stderr) {
		this.#out = out;
		this.#line = everyFewSeconds((progress) => out.write(`${progressLine(progress)}\n`));
	}

	show(progress: SweepProgress): void {
		if (!this.#out.isTTY) {
			this.#line(progress);
			return;
		}
		const { dex, family, way, done, total } = progress;
		const share = total === 0 ? 1 : Math.min(1, done / total);
		const full = Math.round(share * WIDTH);
		const bar = `[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
		this.#rows.set(`${dex} ${family} ${way}`, `${bar}  ${progressLine(progress)}`.slice(0, this.#out.columns - 1));
		this.#draw();
	}

	[Symbol.dispose](): void {
		this.#drawn = 0;
	}

	#draw(): void {
		if (this.#drawn > 0) this.#out.moveCursor(0, -this.#drawn);
		this.#out.cursorTo(0);
		this.#out.clearScreenDown();
		for (const row of this.#rows.values()) this.#out.write(`${row}\n`);
		this.#drawn = this.#rows.size;
	}
}

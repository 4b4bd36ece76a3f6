/** After so many full calls in a row a size that was too large is tried again: limits change. */
const FORGET_AFTER = 16;

/**
 * How many items one call takes, learned from what the node's limits let through: doubling while all is answered, halving where a call is too large, and
 * in small steps below a size that was.
 */
export class CallSize {
	readonly #most: number;
	#size: number;
	#tooLarge = Number.POSITIVE_INFINITY;
	#fullInARow = 0;

	constructor(of: { readonly first: number; readonly most: number }) {
		this.#size = of.first;
		this.#most = of.most;
	}

	get items(): number {
		return this.#size;
	}

	/** A call of `asked` items was answered, the first `done` of them before its gas or room ran out. */
	answered(call: { readonly asked: number; readonly done: number }): void {
		if (call.done < call.asked) {
			this.#size = Math.max(1, Math.min(this.#size, call.done));
			this.#fullInARow = 0;
			return;
		}
		this.#fullInARow++;
		if (this.#fullInARow >= FORGET_AFTER) this.#tooLarge = Number.POSITIVE_INFINITY;
		if (call.asked < this.#size) return;
		const doubled = this.#size * 2;
		const grown = doubled < this.#tooLarge ? doubled : this.#size + Math.ceil(this.#size / 8);
		this.#size = Math.min(this.#most, grown < this.#tooLarge ? grown : this.#size);
	}

	/** A call of so many items was refused for its size, or not answered in time. */
	tooLarge(asked: number): void {
		this.#fullInARow = 0;
		this.#tooLarge = Math.min(this.#tooLarge, asked);
		this.#size = Math.max(1, Math.min(this.#size, Math.floor(asked / 2)));
	}
}

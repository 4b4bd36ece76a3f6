/** After so many full calls in a row a bound is forgotten, and what lies beyond is tried again: limits change. */
const FORGET_AFTER = 16;

/**
 * How many items one call takes, learned from what the node's limits let through: doubling while all is answered; halving where a call is too large, and in
 * eighths below a size that was; falling to what got done where gas ran out, and in eighths from there.
 */
export class CallSize {
	readonly #most: number;
	#size: number;
	#tooLarge = Number.POSITIVE_INFINITY;
	#gotDone = Number.POSITIVE_INFINITY;
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
			this.#gotDone = this.#size;
			this.#fullInARow = 0;
			return;
		}
		this.#fullInARow++;
		if (this.#fullInARow >= FORGET_AFTER) {
			this.#tooLarge = Number.POSITIVE_INFINITY;
			this.#gotDone = Number.POSITIVE_INFINITY;
			this.#fullInARow = 0;
		}
		// Calls that share many items out evenly ask for a little less than they may.
		if (call.asked * 2 <= this.#size) return;
		const doubled = this.#size * 2;
		const grown = doubled < this.#tooLarge && doubled < this.#gotDone ? doubled : this.#size + Math.ceil(this.#size / 8);
		if (grown < this.#tooLarge) this.#size = Math.min(this.#most, grown);
	}

	/** A call of so many items was refused for its size, or not answered in time. */
	tooLarge(asked: number): void {
		this.#fullInARow = 0;
		this.#tooLarge = Math.min(this.#tooLarge, asked);
		this.#size = Math.max(1, Math.min(this.#size, Math.floor(asked / 2)));
	}
}

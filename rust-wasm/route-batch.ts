import { readWords, WORDS } from "./limbs.ts";
import { type EngineRefusal, REFUSAL_COUNT, refusalAt } from "./refusal.ts";

/** Many routes with the same number of inputs each, as the engine takes them. */
export interface RouteBatch {
	/** Hops of each route. */
	readonly lengths: Uint32Array;
	/** The routes one after the other, in the numbers that `Engine.routeNumbers` gives. */
	readonly numbers: Uint32Array;
	/** Inputs of each route. */
	readonly sizes: number;
	/** Inputs, four words each, least significant first: route by route. */
	readonly amounts: BigUint64Array;
}

/** Which of the answers. */
export interface AnswerIndex {
	readonly route: number;
	readonly size: number;
}

const ONES = (1n << 64n) - 1n;

/**
 * What each route pays for each of its inputs, or why nothing. `words` are four to an answer, least significant first, route by route; a refusal is
 * 2^256 − 1 less its number, an amount that no pool pays.
 */
export class RouteAnswers {
	readonly words: BigUint64Array;
	readonly sizes: number;

	constructor(of: { readonly words: BigUint64Array; readonly sizes: number }) {
		this.words = of.words;
		this.sizes = of.sizes;
	}

	/** Base units of the route's last token; null where it is refused. */
	output(index: AnswerIndex): bigint | null {
		return this.refusal(index) === null ? readWords(this.words, { offset: this.#offset(index), words: WORDS }) : null;
	}

	/** Why the route pays nothing for this input; null where it pays. */
	refusal(index: AnswerIndex): EngineRefusal | null {
		const offset = this.#offset(index);
		for (let word = 1; word < WORDS; word++) if (this.words[offset + word] !== ONES) return null;
		return refusalAt(Number(ONES - (this.words[offset] ?? 0n)));
	}

	#offset({ route, size }: AnswerIndex): number {
		const offset = (route * this.sizes + size) * WORDS;
		const isInside = Number.isInteger(route) && Number.isInteger(size) && route >= 0 && size >= 0 && size < this.sizes;
		if (!isInside || offset >= this.words.length) throw new RangeError(`answer of route ${route}, size ${size}: there is none`);
		return offset;
	}
}

/** Writes a refusal as an answer. */
export function writeRefusal(words: BigUint64Array, answer: number, number: number): void {
	if (number < 0 || number >= REFUSAL_COUNT) throw new RangeError(`refusal ${number}: there is none`);
	words.fill(ONES, answer * WORDS, (answer + 1) * WORDS);
	words[answer * WORDS] = ONES - BigInt(number);
}

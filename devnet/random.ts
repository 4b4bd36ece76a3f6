/** A seeded source of random numbers: same seed, same sequence, on every machine. */
export interface Random {
	/** Uniform in [0, 1). */
	next(): number;
	/** Standard normal. */
	normal(): number;
	/** Log-uniform between two positive bounds. */
	logUniform(low: number, high: number): number;
	/** One of a non-empty list, each equally likely. */
	pick<T>(list: readonly T[]): T;
}

/** Mulberry32 over an FNV-1a hash of the seed and the name of its use, so that two uses of one seed are independent. */
export function createRandom(seed: number, use: string): Random {
	let state = 0x811c9dc5;
	for (const code of new TextEncoder().encode(`${seed}:${use}`)) state = Math.imul(state ^ code, 0x01000193);
	function next(): number {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	}
	return {
		next,
		// Box and Muller; 1 - next() keeps the logarithm finite.
		normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
		logUniform: (low, high) => low * (high / low) ** next(),
		pick: (list) => {
			const item = list[Math.floor(next() * list.length)];
			if (item === undefined) throw new RangeError("pick: the list is empty");
			return item;
		},
	};
}

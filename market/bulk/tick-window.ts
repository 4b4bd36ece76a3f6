import type { ConcentratedForm } from "./concentrated-form.ts";

/** TickMath.MIN_TICK and MAX_TICK. */
export const MAX_TICK = 887_272;
/** Ticks per bitmap word (`TickBitmap.position`). */
export const WORD = 256;
/** A pool with at most this many words in all (spacing 60 has 116) is read whole. */
export const WHOLE_WORDS = 128;
/**
 * Else this many words on each side of the price: 41,000 ticks at spacing 10 (60-fold), 4,100 at spacing 1 (1.5-fold). Algebra's tables that are not read whole
 * have a bit for every tick, whatever the pool's spacing: most of their words are empty, and 16,400 ticks are 5-fold.
 */
export const WORDS_EACH_SIDE: Readonly<Record<ConcentratedForm, number>> = { v3: 16, algebra: 64, v4: 16 };

/** The bitmap words to read around a price, by number (`TickBitmap.position` of the compressed tick). */
export function wordsToRead(
	tick: number,
	tickSpacing: number,
	form: ConcentratedForm = "v3",
): { readonly lowestWord: number; readonly highestWord: number } {
	const eachSide = WORDS_EACH_SIDE[form];
	const wordOf = (at: number) => Math.floor(Math.floor(at / tickSpacing) / WORD);
	const first = wordOf(-MAX_TICK);
	const last = wordOf(MAX_TICK);
	if (last - first + 1 <= WHOLE_WORDS) return { lowestWord: first, highestWord: last };
	return { lowestWord: Math.max(first, wordOf(tick) - eachSide), highestWord: Math.min(last, wordOf(tick) + eachSide) };
}

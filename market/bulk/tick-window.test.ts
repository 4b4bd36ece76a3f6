import { describe, expect, it } from "vitest";
import { wordsToRead } from "./tick-window.ts";

describe("wordsToRead", () => {
	it("covers all ticks of a coarse pool and a window around the price of a fine one", () => {
		expect(wordsToRead(0, 200)).toEqual({ lowestWord: -18, highestWord: 17 });
		expect(wordsToRead(0, 60)).toEqual({ lowestWord: -58, highestWord: 57 });
		expect(wordsToRead(-1, 1)).toEqual({ lowestWord: -17, highestWord: 15 });
		expect(wordsToRead(887_271, 10)).toEqual({ lowestWord: 330, highestWord: 346 });
	});
});

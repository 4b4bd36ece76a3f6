import { describe, expect, it } from "vitest";
import { TokenCombinations } from "./token-combinations.ts";

const token = (number: number) => `0x${number.toString(16).padStart(40, "A")}`;

describe("TokenCombinations", () => {
	it("sorts the tokens, takes each once, and numbers every two of them in their order", () => {
		const combinations = new TokenCombinations([token(3), token(1), token(2), token(1).toLowerCase()]);
		expect(combinations.tokens).toEqual([1, 2, 3].map((number) => token(number).toLowerCase()));
		const all = Array.from({ length: combinations.count }, (_, number) => combinations.at(number));
		expect(all.map(({ i, j }) => [i, j])).toEqual([
			[0, 1],
			[0, 2],
			[1, 2],
		]);
	});

	it("finds the number of a combination again", () => {
		const combinations = new TokenCombinations(Array.from({ length: 23 }, (_, number) => token(number)));
		expect(combinations.count).toBe(253);
		for (let number = 0; number < combinations.count; number++) expect(combinations.numberOf(combinations.at(number))).toBe(number);
	});

	it("has no combinations of one token, and refuses what is no address", () => {
		expect(new TokenCombinations([token(1)]).count).toBe(0);
		expect(() => new TokenCombinations(["0x12"])).toThrow(/tokens: "0x12"/);
	});
});

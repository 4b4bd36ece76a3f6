import { AbiCoder, encodeBytes32String, hexlify, toUtf8Bytes } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMetadata } from "./metadata.ts";

const abi = AbiCoder.defaultAbiCoder();
const text = (value: string) => abi.encode(["string"], [value]);
const symbolOf = (answer: string | null) => {
	const { symbol, encoding, isUnusual } = readMetadata({ name: null, symbol: answer, decimals: null, totalSupply: null });
	return { symbol, encoding, isUnusual };
};

describe("reading a token's metadata", () => {
	it.each([
		["a string", text("USDC"), "USDC", "string", false],
		["a bytes32", encodeBytes32String("MKR"), "MKR", "bytes32", false],
		["a bytes32 without a zero at its end", hexlify(toUtf8Bytes("A".repeat(32))), "A".repeat(32), "bytes32", false],
		["letters that pass for others", text("USDС"), "USDС", "string", true],
		["a currency's sign", text("USD₮0"), "USD₮0", "string", true],
		["controls, direction marks and joiners", text("U\u0000S\u202eD\u200dC\n"), "USDC", "string", true],
		["markup", text("<script>alert(`1`)</script>"), "scriptalert(1)/script", "string", true],
		["spaces alone", text("   "), null, "string", true],
		["nothing in it", text(""), null, "string", true],
		["no bytes", "0x", null, "none", false],
		["a failed call", null, null, "none", false],
		["an offset that is not the string's", `0x${"40".padStart(64, "0")}${"".padStart(128, "0")}`, null, "none", false],
		["a length beyond what was returned", text("TRUNCATED").slice(0, 2 + 64 * 2 + 10), "TRUNC", "string", false],
	] as const)("with %s", (_, answer, symbol, encoding, isUnusual) => {
		expect(symbolOf(answer)).toEqual({ symbol, encoding, isUnusual });
	});

	it("never shows more than 32 characters, nor any that a page or terminal acts on", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary", maxLength: 80 }), (value) => {
				const { symbol } = symbolOf(text(value.toWellFormed()));
				if (symbol === null) return;
				expect([...symbol].length).toBeLessThanOrEqual(32);
				expect(symbol).not.toMatch(/[\p{C}\p{M}\p{Zl}\p{Zp}<>&"'`\\]/u);
			}),
			{ numRuns: 500 },
		);
	});

	it("keeps decimals and supply as the words that they are", () => {
		const max = (1n << 256n) - 1n;
		const read = readMetadata({
			name: null,
			symbol: null,
			decimals: abi.encode(["uint256"], [max]),
			totalSupply: abi.encode(["uint256"], [7]),
		});
		expect(read).toMatchObject({ decimals: max, totalSupply: 7n });
		expect(readMetadata({ name: null, symbol: null, decimals: "0x12", totalSupply: "0x" })).toMatchObject({
			decimals: null,
			totalSupply: null,
		});
	});
});

import { describe, expect, it } from "vitest";
import { nextBaseFee, parseBlock } from "./block.ts";

describe("nextBaseFee", () => {
	for (const [name, block, expected] of [
		["falls by an eighth after an empty block", { baseFeePerGasWei: "1000000000", gasUsed: "0", gasLimit: "30000000" }, 875_000_000n],
		[
			"rises by an eighth after a full block",
			{ baseFeePerGasWei: "1000000000", gasUsed: "30000000", gasLimit: "30000000" },
			1_125_000_000n,
		],
		["stays after a block at its target", { baseFeePerGasWei: "1000000000", gasUsed: "15000000", gasLimit: "30000000" }, 1_000_000_000n],
		["rises by at least one wei", { baseFeePerGasWei: "7", gasUsed: "15000001", gasLimit: "30000000" }, 8n],
	] as const) {
		it(name, () => expect(nextBaseFee(block)).toBe(expected));
	}
});

describe("parseBlock", () => {
	it("names the field that a header lacks", () => {
		expect(() => parseBlock({ number: "0x1", hash: "0xaa" })).toThrow(/parentHash/);
	});
});

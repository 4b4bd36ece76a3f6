import { describe, expect, it } from "vitest";
import { parseLogs } from "./log.ts";

const HASH = `0x${"0a".repeat(32)}`;

function log(logIndex: number, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	return {
		address: `0x${"AB".repeat(20)}`,
		topics: [`0x${"CD".repeat(32)}`],
		data: "0x01",
		blockNumber: "0x10",
		blockHash: HASH,
		logIndex: `0x${logIndex.toString(16)}`,
		...more,
	};
}

describe("parseLogs", () => {
	it("brings logs into the order of the chain, each once, in lower case", () => {
		const parsed = parseLogs([log(2), log(1), log(2), log(0, { blockNumber: "0x11" }), log(10)]);
		expect(parsed.map(({ blockNumber, logIndex }) => [blockNumber, logIndex])).toEqual([
			[16, 1],
			[16, 2],
			[16, 10],
			[17, 0],
		]);
		expect(parsed[0]).toMatchObject({ address: `0x${"ab".repeat(20)}`, topics: [`0x${"cd".repeat(32)}`], blockHash: HASH });
	});

	for (const [name, value, words] of [
		["what is no list", null, /no list/],
		["two logs at one place", [log(1), log(1, { data: "0x02" })], /two logs claim index 1 of block 16/],
		["a log that a reorg has removed", [log(1, { removed: true })], /removed/],
		["a log without topics", [log(1, { topics: undefined })], /topics/],
		["a topic of the wrong length", [log(1, { topics: ["0x01"] })], /topics/],
		["an address that is none", [log(1, { address: "0x01" })], /address/],
		["an index that is no hex", [log(1, { logIndex: 1 })], /logIndex/],
	] as const) {
		it(`refuses ${name}, in words that name it`, () => expect(() => parseLogs(value)).toThrow(words));
	}
});

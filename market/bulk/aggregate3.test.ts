import { AbiCoder, id } from "ethers";
import { describe, expect, it } from "vitest";
import { decodeAggregate3, encodeAggregate3 } from "./aggregate3.ts";

const abi = AbiCoder.defaultAbiCoder();
const calls = ["0x", "0x0902f1ac", `0xf30dba93${"00".repeat(32)}`].map((data, i) => ({ to: `0x${"0a".repeat(19)}0${i}`, data }));

describe("encodeAggregate3", () => {
	it("is what a general ABI coder makes", () => {
		const tuple = "tuple(address target, bool allowFailure, bytes callData)[]";
		const expected = abi.encode([tuple], [calls.map(({ to, data }) => [to, true, data])]);
		expect(encodeAggregate3(calls)).toBe(id("aggregate3((address,bool,bytes)[])").slice(0, 10) + expected.slice(2));
		expect(encodeAggregate3([])).toBe(id("aggregate3((address,bool,bytes)[])").slice(0, 10) + abi.encode([tuple], [[]]).slice(2));
	});
});

describe("decodeAggregate3", () => {
	const results = [[true, "0x"], [false, "0x08c379a0"], [true, `0x${"ab".repeat(65)}`]] as const; // biome-ignore format: a table
	const answer = abi.encode(["tuple(bool success, bytes returnData)[]"], [results]);

	it("reads what a general ABI coder made, null for what failed", () => {
		expect(decodeAggregate3(answer, 3)).toEqual(["0x", null, `0x${"ab".repeat(65)}`]);
	});

	it("refuses an answer that is cut off or of another number of calls", () => {
		for (const [bad, count] of [
			[answer, 2],
			[answer.slice(0, -128), 3],
			["0x1234", 1],
		] as const) {
			expect(() => decodeAggregate3(bad, count)).toThrow(/Multicall3/);
		}
	});
});

import { describe, expect, it } from "vitest";
import { ArbError, type ErrorCode } from "../../domain/errors.ts";
import { isExecutionFailure, verdictOf } from "./refusal.ts";

function fault(code: number, message: string, data?: string): ArbError {
	return new ArbError({ code: "chain", message: `eth_call: ${message}`, retryable: false, cause: { code, message, data } });
}

function plain(code: ErrorCode, message: string): ArbError {
	return new ArbError({ code, message, retryable: true });
}

describe("verdictOf", () => {
	it.each([
		["geth's limit on gas", fault(-32000, "out of gas"), "too-large"],
		["anvil's limit on gas", fault(-32603, "EVM error OutOfGas"), "too-large"],
		["geth's words for calldata that costs more than the limit", fault(-32000, "err: intrinsic gas too low: gas 50000000"), "too-large"],
		["Nethermind's words in the data", fault(-32015, "VM execution error.", "Out of gas"), "too-large"],
		["a provider's limit on the answer", fault(-32008, "Response is too big: exceeded max limit of 167772160"), "too-large"],
		["a provider's limit on time", fault(-32000, "execution aborted (timeout = 5s)"), "too-large"],
		["our own time-out", plain("timeout", "eth_call: no answer within 5000 ms"), "too-large"],
		["a proxy's limit on the request", plain("unavailable", "did not answer (HTTP 413: Payload Too Large)"), "too-large"],
		["Hardhat's words for the third parameter", fault(-32602, "Expected between 1 and 2 arguments and got 3"), "refused"],
		["an old geth's", fault(-32602, "too many arguments, want at most 2"), "refused"],
		["a provider's policy", fault(-32000, "state overrides are not supported on this plan"), "refused"],
		["an EVM that lacks an instruction", fault(-32000, "invalid opcode: opcode 0x5f not defined"), "refused"],
		["a rate limit", fault(-32005, "daily request count exceeded, request rate limited"), "failed"],
		["a rate limit by HTTP", plain("unavailable", "did not answer (HTTP 429: too many requests, limit exceeded)"), "failed"],
		["a lost connection", plain("unavailable", "did not answer (ECONNREFUSED)"), "failed"],
		["a missing block", plain("stale_state", "header not found"), "failed"],
		["a fault that says nothing", fault(-32603, "internal error"), "failed"],
		["another kind of error", new TypeError("out of gas"), "failed"],
	] as const)("of %s", (_, error, verdict) => {
		expect(verdictOf(error)).toBe(verdict);
	});
});

describe("isExecutionFailure", () => {
	it("is true of a revert by code or by words, and of nothing that the node did not execute", () => {
		expect(isExecutionFailure(fault(3, "execution reverted"))).toBe(true);
		expect(isExecutionFailure(fault(-32000, "execution reverted: LOK"))).toBe(true);
		expect(isExecutionFailure(fault(-32015, "VM execution error."))).toBe(true);
		expect(isExecutionFailure(fault(-32603, "EVM error InvalidFEOpcode"))).toBe(true);
		expect(isExecutionFailure(fault(-32602, "invalid params"))).toBe(false);
		expect(isExecutionFailure(plain("timeout", "execution reverted"))).toBe(false);
	});
});

import { describe, expect, it } from "vitest";
import { LENDERS } from "../lenders/all.ts";
import { CHAINS, chainFacts } from "./all.ts";
import { arbitrumOne } from "./arbitrum-one.ts";
import { chainFactsOf } from "./chain-facts.ts";
import { executionRules } from "./ordering.ts";

describe("registry of chains", () => {
	it("names each chain once", () => {
		expect(new Set(CHAINS.map((chain) => chain.chainId)).size).toBe(8);
		expect(new Set(CHAINS.map((chain) => chain.name)).size).toBe(8);
	});

	it.each(["base", "8453"])("finds a chain by %s", (idOrName) => {
		expect(chainFacts(idOrName).chainId).toBe(8453);
	});

	it("answers for a chain that it does not have with those it has", () => {
		expect(() => chainFacts("mars")).toThrow(/the registry has no chain mars; it has ethereum \(1\), arbitrum-one \(42161\)/);
	});

	it("has a price of the native coin first", () => {
		const nativePair: Readonly<Record<string, string>> = { XDAI: "DAI/USD" };
		for (const { native, feeds } of CHAINS) expect(feeds[0]?.pair).toBe(nativePair[native.symbol] ?? `${native.symbol}/USD`);
	});

	it("refuses a rollup without the feed that says whether its sequencer is up", () => {
		expect(() => chainFactsOf({ ...arbitrumOne, sequencerUptimeFeed: undefined })).toThrow(
			/chain arbitrum-one: sequencerUptimeFeed: a rollup/,
		);
	});

	it("refuses a rollup that does not say how it charges for data", () => {
		expect(() => chainFactsOf({ ...arbitrumOne, dataFee: undefined })).toThrow(/chain arbitrum-one: dataFee: a rollup, and only a rollup/);
	});

	it("knows a lender of flash loans on every chain, each once", () => {
		for (const { chainId, name } of CHAINS) expect(LENDERS.filter((lender) => lender.chainId === chainId).length, name).toBeGreaterThan(1);
		const keys = LENDERS.map(({ lender, chainId, address }) => `${lender} ${chainId} ${address}`);
		expect(new Set(keys).size).toBe(keys.length);
	});
});

describe("the ordering of a chain", () => {
	it.each([
		["ethereum", { state: "head-block", deadlineMs: 12_000, fee: "builder-payment" }],
		["arbitrum-one", { state: "head-block", deadlineMs: 450, fee: "base-fee-only" }],
		["base", { state: "announced-sub-blocks", deadlineMs: 200, fee: "priority-fee" }],
		["polygon", { state: "head-block", deadlineMs: 2_000, fee: "priority-fee" }],
	] as const)("of %s sets state, deadline and fee", (name, rules) => {
		expect(executionRules(chainFacts(name))).toEqual(rules);
	});
});

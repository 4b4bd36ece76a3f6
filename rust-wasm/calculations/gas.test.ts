import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { calldataBytes, estimateGas, type GasQuestion, gasParts, type PairGasHop, type PoolGasHop } from "./gas.ts";

/** Executions on a devnet of their own, none of which the coefficients were fitted to; the file names the command that records it. */
interface Recorded {
	readonly question: GasQuestion;
	readonly gasUsed: number;
	readonly leastGas: number | null;
	readonly refund: number | null;
}
const RECORDED = (
	JSON.parse(readFileSync(new URL("../../tests/fixtures/gas-executions.json", import.meta.url), "utf8")) as {
		readonly executions: Recorded[];
	}
).executions;

const PAIR: PairGasHop = {
	...{ family: "uniswap-v2", dex: "uniswap-v2", tokenIn: "weth9", tokenOut: "plain-erc20" },
	...{ zeroForOne: true, isFirstInBlock: true, freshWords: 0 },
};
const POOL: PoolGasHop = {
	...{ family: "uniswap-v3", dex: "uniswap-v3", tokenIn: "plain-erc20", tokenOut: "weth9", zeroForOne: false, freshWords: 0 },
	walk: { steps: 3, words: 1, crossed: 2, tickBits: 18, isTickMoved: true },
	...{ observation: "same", hasProtocolFee: false },
};
const QUESTION: GasQuestion = {
	lender: "balancer-v2",
	loanFee: "none",
	calldata: { zero: 532, nonZero: 200 },
	isTreasuryEmpty: false,
	hops: [PAIR, POOL],
};
const asked = (pool: Partial<PoolGasHop>): GasQuestion => ({ ...QUESTION, hops: [PAIR, { ...POOL, ...pool }] });

function quantile(values: readonly number[], q: number): number {
	return [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1] ?? Number.NaN;
}

describe("the gas estimate, on recorded executions", () => {
	it("is within half a percent of the gas used for half of them, and within one for 95 %", () => {
		const errors = RECORDED.map(({ question, gasUsed }) => Math.abs(Number(estimateGas(question).gasUsed) - gasUsed) / gasUsed);
		expect(errors.length).toBe(300);
		expect(quantile(errors, 0.5)).toBeLessThan(0.005);
		expect(quantile(errors, 0.95)).toBeLessThan(0.01);
		expect(Math.max(...errors)).toBeLessThan(0.03);
	});

	it("gives a limit that each of them can be executed with, and no more than a tenth above the least", () => {
		const probed = RECORDED.flatMap(({ question, leastGas }) => (leastGas === null ? [] : [{ question, leastGas }]));
		expect(probed.length).toBeGreaterThan(10);
		for (const { question, leastGas } of probed) {
			const limit = Number(estimateGas(question).gasLimit);
			expect(limit).toBeGreaterThan(leastGas);
			expect(limit).toBeLessThan(1.1 * leastGas);
		}
	});

	it("counts the refund that the chain counted, to the unit", () => {
		const counters = RECORDED.flatMap(({ question, refund }) => (refund === null ? [] : [[gasParts(question).refund, refund] as const]));
		expect(counters.length).toBeGreaterThan(10);
		for (const [counted, refund] of counters) expect(counted).toBe(refund);
	});
});

describe("the gas estimate", () => {
	it("is the sum of its parts less a refund of at most a fifth", () => {
		for (const { question } of RECORDED) {
			const { gasUsed, transaction, frame, hops, refund } = estimateGas(question);
			const spent = hops.reduce((sum, gas) => sum + gas, transaction + frame);
			expect(gasUsed).toBe(spent - refund);
			expect(refund).toBeLessThanOrEqual(spent / 5n);
			expect(hops.length).toBe(question.hops.length);
		}
	});

	it("takes what the protocol's rules fix from the rules", () => {
		const spent = (question: GasQuestion): bigint => {
			const { transaction, frame, hops } = estimateGas(question);
			return hops.reduce((sum, gas) => sum + gas, transaction + frame);
		};
		const more = (question: GasQuestion): bigint => spent(question) - spent(QUESTION);
		expect(estimateGas(QUESTION).transaction).toBe(21_000n + 532n * 4n + 200n * 16n);
		expect(more({ ...QUESTION, isTreasuryEmpty: true })).toBe(17_100n);
		expect(more({ ...QUESTION, loanFee: "first" }) - more({ ...QUESTION, loanFee: "paid" })).toBe(17_100n);
		expect(more(asked({ freshWords: 3 }))).toBe(3n * 17_100n);
		expect(more(asked({ walk: { ...POOL.walk, words: 2 } }))).toBe(2_000n);
		expect(more(asked({ observation: "next" }))).toBe(2_100n);
	});

	it("writes no observation where the tick stays", () => {
		const isTickMoved = false;
		const hop = (observation: PoolGasHop["observation"]) =>
			estimateGas(asked({ observation, walk: { ...POOL.walk, isTickMoved } })).hops[1];
		expect(hop("next")).toBe(hop("none"));
	});

	it("leaves words that are not known out of the gas used and puts all of them into the limit", () => {
		const known = estimateGas(asked({ freshWords: 0 }));
		const most = estimateGas(asked({ freshWords: 5 }));
		const unknown = estimateGas(asked({ freshWords: "unknown" }));
		expect(unknown.gasUsed).toBe(known.gasUsed);
		// Two ticks with two words each, and the fee growth.
		expect(unknown.gasLimit).toBe(most.gasLimit);
	});

	it("is never below what calldata alone costs at the least", () => {
		const { gasUsed, gasLimit } = estimateGas({ ...QUESTION, calldata: { zero: 1_000, nonZero: 100_000 } });
		expect(gasUsed).toBe(21_000n + 1_000n * 10n + 100_000n * 40n);
		expect(gasLimit).toBe(gasUsed);
	});

	it("counts the bytes of calldata", () => {
		expect(calldataBytes("0x00ff000100")).toEqual({ zero: 3, nonZero: 2 });
		expect(calldataBytes("0x")).toEqual({ zero: 0, nonZero: 0 });
		expect(() => calldataBytes("0x0")).toThrow(/^calldata: /);
	});

	it.each([
		["lender", { ...QUESTION, lender: "aave-v3" }],
		["loanFee", { ...QUESTION, loanFee: "later" }],
		["hops", { ...QUESTION, hops: [PAIR] }],
		["hops[1].family", { ...QUESTION, hops: [PAIR, { ...POOL, family: "curve-stable" }] }],
		["hops[0].dex", { ...QUESTION, hops: [{ ...PAIR, dex: "pancakeswap-v2" }, POOL] }],
		["hops[1].dex", { ...QUESTION, hops: [PAIR, { ...POOL, dex: "pancakeswap-v3" }] }],
		["hops[0].tokenIn", { ...QUESTION, hops: [{ ...PAIR, tokenIn: "usdc" }, POOL] }],
		["hops[1].tokenOut", { ...QUESTION, hops: [PAIR, { ...POOL, tokenOut: "plain-erc20" }] }],
		["hops[0].freshWords", { ...QUESTION, hops: [{ ...PAIR, freshWords: -1 }, POOL] }],
		["hops[1].walk.crossed", asked({ walk: { ...POOL.walk, crossed: 0.5 } })],
		["hops[1].walk", asked({ walk: { ...POOL.walk, steps: 0 } })],
		["hops[1].observation", { ...QUESTION, hops: [PAIR, { ...POOL, observation: "later" }] }],
		["calldata.zero", { ...QUESTION, calldata: { zero: Number.NaN, nonZero: 1 } }],
	])("refuses a %s that is wrong or was not measured, by its name", (field, question) => {
		expect(() => estimateGas(question as GasQuestion)).toThrow(new RegExp(`^${field.replace(/[[\].]/g, "\\$&")}: `));
	});
});

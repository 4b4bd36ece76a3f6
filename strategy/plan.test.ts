import { describe, expect, it } from "vitest";
import type { ChainConfig } from "../config/chain.ts";
import type { PlanFacts } from "../domain/lifecycle.ts";
import { candidate, detected, planned, priced, scored } from "../tests/fixtures/lifecycle.ts";
import { decidePlan, draftPlan, type PlanQuestion } from "./plan.ts";

if (priced.decision.kind !== "proceed" || detected.decision.kind !== "proceed" || scored.decision.kind !== "proceed") {
	throw new Error("the fixture proceeds");
}
const asked: PlanQuestion = { candidate, price: priced.decision, detect: detected.decision, score: scored.decision };
const policy = {
	maxBlockAge: 1,
	maxPriceAgeBlocks: 2,
	deadlineBlocks: 2,
	budgetFactor: 1,
	confirmationDepth: 1,
	maxLifecyclesPerBlock: 2,
	minExpectedValueWei: "0",
	maxLossProbabilityPpm: 900_000,
	maxAmountInWithoutModel: "1",
	priorityFeeShareBps: 500,
	slippageToleranceBps: 2_000,
	explorationPpm: 0,
	maxFollowersPerBlock: 1,
	auditedPoolsPerBlock: 0,
	cleanAuditsToRelease: 1,
	placeBoughtBy: "builder-payment" as ChainConfig["policy"]["placeBoughtBy"],
	state: "head-block" as const,
};
const draft = draftPlan(asked, detected.facts, { executor: `0x${"ee".repeat(20)}`, treasury: `0x${"7e".repeat(20)}`, policy });
const facts: PlanFacts = { ...planned.facts, draft };

describe("the draft of a plan", () => {
	it("bounds the profit by the slippage tolerance where that is above the gas", () => {
		expect(draft.minProfit).toBe("64000000000000000");
	});

	it("bounds the profit by the gas cost at the fee cap where the slippage tolerance is below it", () => {
		const thin = draftPlan({ ...asked, detect: { ...asked.detect, grossProfit: "1000000000000000" } }, detected.facts, {
			executor: draft.executor,
			treasury: draft.profitRecipient,
			policy: { ...policy, slippageToleranceBps: 10_000 },
		});
		expect(BigInt(thin.minProfit)).toBe(310_000n * BigInt(thin.maxFeePerGasWei));
	});

	it("pays for a base fee that rises by an eighth in every block up to the deadline", () => {
		expect(BigInt(draft.maxFeePerGasWei) - BigInt(draft.maxPriorityFeePerGasWei)).toBe(1_000_000_000n + 125_000_000n + 1n);
	});

	it("offers the configured share of the expected net profit as priority fee", () => {
		expect(BigInt(draft.maxPriorityFeePerGasWei)).toBe((79_689_690_000_000_000n * 500n) / 10_000n / 310_000n);
	});

	it("offers nothing where who is early is first", () => {
		const chain = {
			executor: draft.executor,
			treasury: draft.profitRecipient,
			policy: { ...policy, placeBoughtBy: "base-fee-only" as const },
		};
		expect(draftPlan(asked, detected.facts, chain).maxPriorityFeePerGasWei).toBe("0");
	});

	it("names the blocks that count", () => {
		expect([draft.targetBlock, draft.deadlineBlock]).toEqual([101, 102]);
	});
});

describe("plan", () => {
	it("counts what a rollup charges for the transaction's data against profit, limit and revert", () => {
		const withFee = (l1DataFeeWei: bigint) =>
			decidePlan({ ...asked, price: { ...asked.price, l1DataFeeWei: l1DataFeeWei.toString() } }, facts);
		const atLimit = BigInt(facts.limits.maxGasCostWei) - 450_000n * BigInt(draft.maxFeePerGasWei);
		expect(withFee(atLimit)).toMatchObject({ kind: "proceed" });
		expect(withFee(atLimit + 1n)).toMatchObject({ kind: "reject", reason: { code: "limit_exceeded" } });
		expect(withFee(10n ** 18n)).toMatchObject({ kind: "reject", reason: { code: "gas_above_profit" } });
	});

	it("goes on with what the simulation confirmed", () => {
		expect(decidePlan(asked, facts)).toMatchObject({
			kind: "proceed",
			plan: { gasLimit: "450000", relay: "public", minProfit: draft.minProfit },
		});
	});

	const cases: readonly (readonly [string, string, Partial<PlanFacts>])[] = [
		[
			"a simulation that reverts",
			"simulation_reverted",
			{ simulation: { ...facts.simulation, ok: false, revertReason: "ProfitBelowMinimum" } },
		],
		[
			"a chain that pays otherwise than the engine says",
			"simulation_mismatch",
			{ simulation: { ...facts.simulation, profit: "79999999999999999" } },
		],
		["a state that is not the chain's", "state_mismatch", { mismatches: [{ pool: "0xaa", fields: ["reserve0"] }] }],
		["a head at the deadline", "deadline_passed", { headNumber: 102 }],
		["gas above the profit", "gas_above_profit", { simulation: { ...facts.simulation, gasUsed: "900000000" } }],
		["a bound above what the cycle earns", "gas_above_profit", { draft: { ...draft, minProfit: "80000000000000001" } }],
		["an input above the limit", "limit_exceeded", { limits: { ...facts.limits, maxAmountIn: "4999999999999999999" } }],
		["gas above the limit", "limit_exceeded", { limits: { ...facts.limits, maxGasCostWei: "1" } }],
		["too much lost today", "limit_exceeded", { usage: { ...facts.usage, lossWeiToday: "2000000000000000001" } }],
		["too many submissions", "limit_exceeded", { usage: { ...facts.usage, submissionsLastMinute: 60 } }],
		["no relay", "expected_value_too_low", { relays: [] }],
	];
	it.each(cases)("rejects %s as %s", (_, code, changed) => {
		expect(decidePlan(asked, { ...facts, ...changed })).toMatchObject({ kind: "reject", reason: { step: "plan", code } });
	});

	it("accepts another profit than the engine's on a later block, where the market has moved", () => {
		const simulation = { ...facts.simulation, profit: "79000000000000000", blockNumber: 101 };
		expect(decidePlan(asked, { ...facts, simulation, headNumber: 101 })).toMatchObject({ kind: "proceed" });
	});

	it("keeps what others would take from the public mempool", () => {
		const relays = (exposurePpm: number) => [
			{ kind: "bundle" as const, inclusionSharePpm: 700_000, exposurePpm: 0 },
			{ kind: "public" as const, inclusionSharePpm: 1_000_000, exposurePpm },
		];
		// Two blocks of a builder with 70 % of them: 91 % are reached.
		expect(decidePlan(asked, { ...facts, relays: relays(50_000) })).toMatchObject({ plan: { relay: "public" } });
		expect(decidePlan(asked, { ...facts, relays: relays(100_000) })).toMatchObject({ plan: { relay: "bundle" } });
	});

	it("explores the second-best relay with the configured share of the submissions, drawn from block and route, and says so", () => {
		const relays = [
			{ kind: "bundle" as const, inclusionSharePpm: 700_000, exposurePpm: 0 },
			{ kind: "public" as const, inclusionSharePpm: 1_000_000, exposurePpm: 50_000 },
		];
		const planned = (drawn: number, more: Partial<PlanFacts>) => {
			const hash = (value: number) => `0x${value.toString(16).padStart(64, "0")}`;
			const candidate = { ...asked.candidate, block: { ...asked.candidate.block, hash: hash(drawn ^ 77) }, routeHash: hash(77) };
			return decidePlan({ ...asked, candidate }, { ...facts, relays, ...more });
		};
		const exploring = { explorationPpm: 100_000 };
		expect(planned(99_999, exploring)).toMatchObject({ plan: { relay: "bundle", exploredInsteadOf: "public" } });
		expect(planned(99_999, exploring)).toEqual(planned(99_999, exploring));
		for (const usual of [planned(100_000, exploring), planned(0, {}), planned(0, { ...exploring, relays: relays.slice(1) })]) {
			expect(usual).toMatchObject({ plan: { relay: "public" } });
			expect(usual).not.toHaveProperty("plan.exploredInsteadOf");
		}
	});

	it("protects a thin profit from a probable revert by a bundle, and takes a fat one to every builder", () => {
		const relays = [
			{ kind: "bundle", inclusionSharePpm: 700_000, exposurePpm: 0 },
			{ kind: "public", inclusionSharePpm: 1_000_000, exposurePpm: 0 },
		] as const;
		const risky = { ...asked, score: { ...asked.score, score: { successPpm: 300_000, revertedPpm: 600_000, notIncludedPpm: 100_000 } } };
		const thin = {
			...facts,
			relays,
			draft: { ...draft, minProfit: "1", maxPriorityFeePerGasWei: "200000000000" },
			limits: { ...facts.limits, maxGasCostWei: "1000000000000000000" },
		};
		expect(decidePlan(asked, { ...facts, relays })).toMatchObject({ plan: { relay: "public" } });
		expect(decidePlan(risky, thin)).toMatchObject({ plan: { relay: "bundle" } });
	});
});

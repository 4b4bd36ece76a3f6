import { describe, expect, it } from "vitest";
import { ArbError } from "../domain/errors.ts";
import type { ScoreFacts } from "../domain/lifecycle.ts";
import type { Scorer } from "../models/scorer.ts";
import { candidate, detected, priced, scored } from "../tests/fixtures/lifecycle.ts";
import { decideScore, type ScoreQuestion } from "./score.ts";

if (priced.decision.kind !== "proceed" || detected.decision.kind !== "proceed") throw new Error("the fixture proceeds");
const found = { candidate, price: priced.decision, detect: detected.decision };
const recent = { submitted: 50, settled: 35, reverted: 10, dropped: 5 };
const asked = (facts: Partial<ScoreFacts> = {}): ScoreQuestion => ({ ...found, facts: { ...scored.facts, recent, ...facts } });
const scorerOf = (successPpm: number, revertedPpm: number): Scorer => ({
	hash: "0xabc",
	score: async () => ({
		score: { successPpm, revertedPpm, notIncludedPpm: 1_000_000 - successPpm - revertedPpm },
		models: { xgboost: 0.7, logistic: 0.6 },
	}),
});

describe("score", () => {
	it("weighs net profit and the cost of a revert by the calibrated probabilities, in integers", async () => {
		const decision = await decideScore(asked({ ensemble: "0xabc" }), scorerOf(600_000, 300_000));
		const gasCost = 310_000n * (1_000_000_000n + 1_000_000n);
		const net = 80_000_000_000_000_000n - gasCost;
		expect(decision).toMatchObject({
			kind: "proceed",
			decidedBy: "ensemble",
			expectedNetProfitWei: net.toString(),
			expectedValueWei: ((600_000n * net - 300_000n * gasCost) / 1_000_000n).toString(),
			risk: { lossPpm: 300_000, netProfitQuantile05Wei: (-gasCost).toString() },
		});
	});

	it("counts what a rollup charges for the transaction's data as a cost of success and of revert", async () => {
		const fee = 7_000_000_000_000_000n;
		const question = { ...asked({ ensemble: "0xabc" }), price: { ...found.price, l1DataFeeWei: fee.toString() } };
		const decision = await decideScore(question, scorerOf(600_000, 300_000));
		const cost = 310_000n * (1_000_000_000n + 1_000_000n) + fee;
		const net = 80_000_000_000_000_000n - cost;
		expect(decision).toMatchObject({
			expectedNetProfitWei: net.toString(),
			expectedValueWei: ((600_000n * net - 300_000n * cost) / 1_000_000n).toString(),
			risk: { netProfitQuantile05Wei: (-cost).toString() },
		});
	});

	it("rejects an expected value below the policy's floor", async () => {
		const decision = await decideScore(asked({ ensemble: "0xabc", minExpectedValueWei: "70000000000000000" }), scorerOf(600_000, 300_000));
		expect(decision).toMatchObject({ kind: "reject", reason: { code: "expected_value_too_low" } });
	});

	it("rejects a loss that is too probable", async () => {
		const decision = await decideScore(asked({ ensemble: "0xabc", maxLossProbabilityPpm: 200_000 }), scorerOf(600_000, 300_000));
		expect(decision).toMatchObject({ kind: "reject", reason: { code: "risk_too_high" } });
	});

	it("lets the rules decide, and says so, where no ensemble is registered", async () => {
		expect(await decideScore(asked(), null)).toMatchObject({
			kind: "proceed",
			decidedBy: "rules",
			reasons: expect.arrayContaining(["no ensemble is registered"]),
		});
	});

	it("lets the rules decide, and says why, where the ensemble fails", async () => {
		const broken: Scorer = {
			hash: "0xabc",
			score: async () => {
				throw new ArbError({ code: "model", message: "the session is gone", retryable: false });
			},
		};
		expect(await decideScore(asked({ ensemble: "0xabc" }), broken)).toMatchObject({
			decidedBy: "rules",
			reasons: expect.arrayContaining(["the registered ensemble failed: the session is gone"]),
		});
	});

	it("lets the rules decide while too few recent submissions are known to judge competition by", async () => {
		const few = { submitted: 19, settled: 19, reverted: 0, dropped: 0 };
		expect(await decideScore(asked({ ensemble: "0xabc", recent: few }), scorerOf(0, 1_000_000))).toMatchObject({
			kind: "proceed",
			decidedBy: "rules",
		});
		const enough = { submitted: 20, settled: 20, reverted: 0, dropped: 0 };
		expect(await decideScore(asked({ ensemble: "0xabc", recent: enough }), scorerOf(0, 1_000_000))).toMatchObject({ kind: "reject" });
	});

	it("allows smaller inputs while the rules decide", async () => {
		const decision = await decideScore(asked({ maxAmountInWithoutModel: "4999999999999999999" }), null);
		expect(decision).toMatchObject({ kind: "reject", reason: { code: "risk_too_high" } });
	});

	it("rejects a feature that is not a number, by its name", async () => {
		const broken = { ...found.detect, hops: found.detect.hops.map((hop) => ({ ...hop, priceImpact: Number.NaN })) };
		const decision = await decideScore({ ...asked(), detect: broken }, null);
		expect(decision).toMatchObject({ kind: "reject", reason: { code: "feature_nan", message: expect.stringContaining("impact") } });
	});
});

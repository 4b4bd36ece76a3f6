import { describe, expect, it } from "vitest";
import type { Opportunity } from "../../../api/opportunities/schema.ts";
import type { StepMessage } from "../../../api/stream/messages.ts";
import { applyStep, dots, impact, mergeRows, progressInWords, reasonLabel, winRate } from "./lifecycle.ts";

const amount = { raw: "0", formatted: "0", symbol: "WETH", decimals: 18, token: null };

function row(of: Partial<Opportunity>): Opportunity {
	return {
		workflowId: "arb-31337-7-aabbccdd-0011223344556677",
		chainId: 31337,
		blockNumber: 7,
		blockHash: "0xaabbccdd",
		route: [],
		amountIn: amount,
		detectedGrossProfit: amount,
		expectedNetProfit: null,
		score: null,
		relay: null,
		outcome: null,
		reason: null,
		step: "submit",
		money: null,
		transactionHash: null,
		createdAt: "2026-11-23T15:00:00.000Z",
		concludedAt: null,
		links: { dashboard: "/", temporal: null, transaction: null },
		...of,
	};
}

function message(of: Partial<StepMessage>): StepMessage {
	return {
		type: "step",
		seq: 1,
		workflowId: "arb-31337-7-aabbccdd-0011223344556677",
		chainId: 31337,
		step: "confirm",
		status: "done",
		at: "2026-11-23T15:00:01.000Z",
		detail: "",
		netProfitWei: null,
		...of,
	};
}

describe("progress of a lifecycle", () => {
	it("runs in the step after the last one done", () => {
		expect(dots(row({ step: "submit" }))).toEqual(["done", "done", "done", "done", "done", "done", "running", "unreached"]);
	});

	it("stops where it was rejected, and nothing after is reached", () => {
		const rejected = row({ outcome: "rejected", step: "distribute", reason: { step: "score", code: "risk_too_high", message: "" } });
		expect(dots(rejected)).toEqual(["done", "done", "done", "stopped", "unreached", "unreached", "unreached", "unreached"]);
		expect(progressInWords(rejected)).toBe("rejected at score");
	});

	it("is all done when settled", () => {
		expect(dots(row({ outcome: "settled", step: "distribute" })).every((state) => state === "done")).toBe(true);
	});
});

describe("applying a step change", () => {
	it("moves forward and takes the outcome", () => {
		const moved = applyStep(row({}), message({ step: "distribute", status: "settled" }));
		expect([moved.step, moved.outcome]).toEqual(["distribute", "settled"]);
	});

	it("does not move back for a change that comes late", () => {
		expect(applyStep(row({ step: "distribute", outcome: "settled" }), message({ step: "price" })).step).toBe("distribute");
	});
});

describe("merging rows", () => {
	it("keeps each lifecycle once, newest first, within the limit", () => {
		const old = row({ workflowId: "a", createdAt: "2026-11-23T15:00:00.000Z" });
		const newer = row({ workflowId: "b", createdAt: "2026-11-23T15:00:01.000Z" });
		const updated = row({ workflowId: "a", createdAt: "2026-11-23T15:00:00.000Z", outcome: "settled" });
		expect(mergeRows({ known: [old], fresh: [newer, updated], limit: 5 })).toEqual([newer, updated]);
		expect(mergeRows({ known: [old], fresh: [newer], limit: 1 })).toEqual([newer]);
	});
});

describe("words and figures", () => {
	it("counts only ended submissions in the win rate", () => {
		expect(winRate({ settled: 3, reverted: 1, dropped: 0, rejected: 90, recorded: 0, failed: 0 })).toBe(0.75);
		expect(winRate({ settled: 0, reverted: 0, dropped: 0, rejected: 90, recorded: 0, failed: 0 })).toBeNull();
	});

	it("shows small impacts in basis points", () => {
		expect(impact(0.00052)).toBe("5.20 bps");
		expect(impact(0.023)).toBe("2.30 %");
	});

	it("makes words of reason codes", () => {
		expect(reasonLabel("expected_value_too_low")).toBe("expected value too low");
	});
});

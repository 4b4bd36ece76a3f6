import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reason } from "../domain/outcome.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { claimSubmission } from "./claims.ts";
import { ensureControl } from "./control.ts";
import {
	listOpportunities,
	listTrades,
	moneyOverTime,
	outcomeCounts,
	type Page,
	type PageCursor,
	readOpportunity,
	rejectionCounts,
} from "./opportunities.ts";
import { recordConclusion } from "./outcomes.ts";
import {
	candidateOf,
	claimOf,
	conclusionOf,
	confirmationOf,
	endedDecision,
	LIMITS,
	settledDecision,
	signFor,
} from "./testing/lifecycles.ts";
import { takeFencingNumber } from "./watchers.ts";

const CHAIN = 6_001;
let fresh: FreshDatabase;
/** Workflow IDs by block: 1–6 ended as below, 7 is running. */
const ids: string[] = [];
const REASONS: readonly Reason[] = [
	{ step: "score", code: "risk_too_high", message: "loss probability 950000 ppm" },
	{ step: "plan", code: "gas_above_profit", message: "gas 2 wei is above 1 wei" },
	{ step: "score", code: "risk_too_high", message: "loss probability 970000 ppm" },
];

beforeAll(async () => {
	fresh = await freshDatabase();
	await ensureControl(fresh.db, { chainId: CHAIN, mode: "devnet", limits: LIMITS });
	await takeFencingNumber(fresh.db, { chainId: CHAIN, holder: "test", scheduledAtMs: 1 });
	for (const [block, end] of (["", "confirmed", 0, "reverted", 1, "released", 2, "running"] as const).entries()) {
		const candidate = candidateOf({ chainId: CHAIN, pools: ["a", "b"], block });
		const request = claimOf(candidate, { wallets: ["w"] });
		if (end === "") continue;
		ids[block] = request.workflowId;
		if (typeof end === "number") {
			const reason = REASONS[end];
			if (reason === undefined) throw new Error("no such reason");
			const conclusion = conclusionOf(candidate, { claim: null, confirmation: null, rejection: reason });
			await recordConclusion(fresh.db, { conclusion, decision: endedDecision({ outcome: "rejected", gas: 0n, reason }), sample: null });
			continue;
		}
		const claim = await claimSubmission(fresh.db, request, signFor(request.workflowId));
		if (end === "running") continue;
		const confirmation = confirmationOf(claim, end);
		const decision =
			confirmation.kind === "confirmed"
				? settledDecision({ gross: 10n ** 30n, gas: 1n })
				: endedDecision({ outcome: confirmation.kind, gas: confirmation.kind === "reverted" ? 7n : 0n, reason: confirmation.reason });
		await recordConclusion(fresh.db, { conclusion: conclusionOf(candidate, { claim, confirmation }), decision, sample: null });
	}
});
afterAll(() => fresh.close());

function blocksOf(page: Page): readonly number[] {
	return page.rows.map((row) => row.blockNumber);
}

describe("the list of opportunities", () => {
	it("shows the newest first, page by page, without one twice or left out", async () => {
		const pages: (readonly number[])[] = [];
		let before: PageCursor | undefined;
		do {
			const page: Page = await listOpportunities(fresh.db, { chainId: CHAIN, limit: 3, before });
			pages.push(blocksOf(page));
			before = page.next ?? undefined;
		} while (before !== undefined);
		expect(pages).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
	});

	it("can be narrowed to an outcome, or to those that are running", async () => {
		expect(blocksOf(await listOpportunities(fresh.db, { outcome: "rejected", limit: 10 }))).toEqual([6, 4, 2]);
		expect(blocksOf(await listOpportunities(fresh.db, { outcome: "running", limit: 10 }))).toEqual([7]);
		expect(blocksOf(await listOpportunities(fresh.db, { chainId: 1, limit: 10 }))).toEqual([]);
	});

	it("carries the reason of a rejection", async () => {
		const { rows } = await listOpportunities(fresh.db, { outcome: "rejected", limit: 1 });
		expect(rows[0]?.reason).toEqual(REASONS[2]);
	});
});

describe("the list of trades", () => {
	it("holds the lifecycles in which money moved", async () => {
		const { rows, next } = await listTrades(fresh.db, { chainId: CHAIN, limit: 10 });
		expect(rows.map((row) => [row.outcome, row.netProfit])).toEqual([
			["reverted", "-7"],
			["settled", (10n ** 30n - 1n).toString()],
		]);
		expect(next).toBeNull();
	});

	it("goes on after its cursor", async () => {
		const first = await listTrades(fresh.db, { limit: 1 });
		expect(blocksOf(first)).toEqual([3]);
		expect(blocksOf(await listTrades(fresh.db, { limit: 1, before: first.next ?? undefined }))).toEqual([1]);
		expect(blocksOf(await listTrades(fresh.db, { outcome: "settled", limit: 5 }))).toEqual([1]);
	});
});

describe("figures", () => {
	it("count outcomes and the reasons of rejections", async () => {
		expect(await outcomeCounts(fresh.db, { chainId: CHAIN })).toEqual(
			expect.arrayContaining([
				{ outcome: "rejected", count: 3, netProfit: "0" },
				{ outcome: "settled", count: 1, netProfit: (10n ** 30n - 1n).toString() },
				{ outcome: "reverted", count: 1, netProfit: "-7" },
				{ outcome: "dropped", count: 1, netProfit: "0" },
			]),
		);
		expect(await rejectionCounts(fresh.db, {})).toEqual([
			{ step: "score", code: "risk_too_high", count: 2 },
			{ step: "plan", code: "gas_above_profit", count: 1 },
		]);
		expect(await rejectionCounts(fresh.db, { since: new Date(Date.now() + 60_000) })).toEqual([]);
	});

	it("sum net profit over time, exactly", async () => {
		const points = await moneyOverTime(fresh.db, { chainId: CHAIN });
		expect(points.map((point) => point.cumulativeNetProfit)).toEqual([(10n ** 30n - 1n).toString(), (10n ** 30n - 8n).toString()]);
		expect(points.every((point) => point.at instanceof Date)).toBe(true);
		expect(await moneyOverTime(fresh.db, { since: points[1]?.at })).toEqual(points.slice(1));
		expect((await moneyOverTime(fresh.db, { maxPoints: 1 })).at(-1)).toEqual(points[1]);
		expect(await moneyOverTime(fresh.db, { chainId: 1 })).toEqual([]);
	});
});

describe("one opportunity", () => {
	it("is null where its ID is unknown", async () => {
		expect(await readOpportunity(fresh.db, "arb-unknown")).toBeNull();
	});

	it("that runs has no outcome yet, but its claim", async () => {
		expect(await readOpportunity(fresh.db, ids[7] ?? "")).toMatchObject({
			outcome: null,
			netProfit: null,
			concludedAt: null,
			submission: { status: "claimed" },
			steps: { confirm: null, distribute: null, detect: { decision: { kind: "proceed" } } },
			ledger: [],
		});
	});
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ledger } from "../ledger/schema.ts";
import type { Rejections } from "../rejections/schema.ts";
import { type RunningApi, startApi } from "../testing/api.ts";
import { prepareChain, rejectLifecycle, settleLifecycle } from "../testing/lifecycles.ts";
import type { MoneySummary } from "./schema.ts";

let api: RunningApi;

beforeAll(async () => {
	api = await startApi();
	await prepareChain(api.fresh.db);
	await settleLifecycle(api.fresh.db, { block: 1, gross: 1_000n, gas: 100n });
	await settleLifecycle(api.fresh.db, { block: 2, gross: 500n, gas: 100n });
	await rejectLifecycle(api.fresh.db, { block: 3, reason: { step: "detect", code: "not_profitable", message: "no" } });
	await rejectLifecycle(api.fresh.db, { block: 4, reason: { step: "detect", code: "not_profitable", message: "no" } });
	await rejectLifecycle(api.fresh.db, { block: 5, reason: { step: "plan", code: "simulation_reverted", message: "no" } });
});
afterAll(() => api.close());

describe("money", () => {
	it("adds net profits up, today's and all, with outcomes and rewards", async () => {
		const money = (await (await api.ask("/api/money")).json()) as MoneySummary;
		expect([money.netProfitTotal.raw, money.netProfitToday.raw]).toEqual(["1300", "1300"]);
		expect(money.outcomes).toEqual({ settled: 2, rejected: 3, recorded: 0, dropped: 0, reverted: 0, failed: 0 });
		expect(money.points.at(-1)?.cumulativeWei).toBe("1300");
		expect(money.rewards.map((reward) => reward.cumulative.raw).toSorted()).toEqual(["325", "975"]);
	});

	it("verifies the ledger and gives its balances, which cancel out", async () => {
		const ledger = (await (await api.ask("/api/ledger")).json()) as Ledger;
		expect(ledger.verification).toEqual({ ok: true, entries: 2 });
		expect(ledger.balances.reduce((sum, line) => sum + BigInt(line.balance.raw), 0n)).toBe(0n);
	});

	it("counts rejections by reason, most frequent first", async () => {
		const rejections = (await (await api.ask("/api/rejections")).json()) as Rejections;
		expect(rejections).toEqual({
			total: 3,
			reasons: [
				{ step: "detect", code: "not_profitable", count: 2 },
				{ step: "plan", code: "simulation_reverted", count: 1 },
			],
		});
	});

	it("names a chain that is not configured, and a bad time", async () => {
		expect((await api.ask("/api/money?chainId=5")).status).toBe(404);
		const response = await api.ask("/api/money?since=yesterday");
		expect(response.status).toBe(400);
		expect(JSON.stringify(await response.json())).toContain("query.since");
	});
});

import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Candidate } from "../domain/candidate.ts";
import type { Reason } from "../domain/outcome.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { withBroadcast } from "./broadcasts.ts";
import { type Claim, claimSubmission } from "./claims.ts";
import { ensureControl } from "./control.ts";
import { entriesOf, verifyLedger } from "./ledger.ts";
import { readOpportunity } from "./opportunities.ts";
import { recordConclusion } from "./outcomes.ts";
import { cumulativeRewards } from "./rewards.ts";
import { readSamples } from "./samples.ts";
import { opportunities, samples } from "./schema.ts";
import { allowResend, busyPools, readSubmission, unresolvedSubmissions } from "./submissions.ts";
import {
	addressOf,
	candidateOf,
	claimOf,
	conclusionOf,
	confirmationOf,
	endedDecision,
	LIMITS,
	settledDecision,
	signFor,
} from "./testing/lifecycles.ts";
import { recentOutcomes, usage } from "./usage.ts";
import { takeFencingNumber } from "./watchers.ts";

let fresh: FreshDatabase;
let lastChain = 4_000;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

interface Begun {
	readonly chainId: number;
	readonly candidate: Candidate;
	readonly workflowId: string;
	readonly claim: Extract<Claim, { kind: "claimed" }>;
}

async function begun(chainId = ++lastChain, block = 1): Promise<Begun> {
	await ensureControl(fresh.db, { chainId, mode: "devnet", limits: LIMITS });
	if (block === 1) await takeFencingNumber(fresh.db, { chainId, holder: "test", scheduledAtMs: 1 });
	const candidate = candidateOf({ chainId, pools: ["a", "b"], block });
	const request = claimOf(candidate, { wallets: ["w"] });
	const claim = await claimSubmission(fresh.db, request, signFor(request.workflowId));
	if (claim.kind !== "claimed") throw new Error(claim.kind);
	return { chainId, candidate, workflowId: request.workflowId, claim };
}

const SAMPLE = { featureVersion: 1, features: { hops: 2, gas_gwei: 1.5 } };
const REASON: Reason = { step: "score", code: "expected_value_too_low", message: "expected value 1 wei is below 2 wei" };

function settle({ candidate, claim }: Begun) {
	return {
		conclusion: conclusionOf(candidate, { claim, confirmation: confirmationOf(claim, "confirmed") }),
		decision: settledDecision({ gross: 1_000_000n, gas: 1_000n }),
		sample: SAMPLE,
	};
}

describe("the conclusion of a settled lifecycle", () => {
	it("writes outcome, resolution, ledger entry, accruals, sample and events", async () => {
		const lifecycle = await begun();
		const { chainId, workflowId, claim } = lifecycle;
		const result = await recordConclusion(fresh.db, settle(lifecycle));
		expect(result).toEqual({ outcome: "settled", reason: null, netProfitWei: "999000", transactionHash: claim.submission.transactionHash });

		const detail = await readOpportunity(fresh.db, workflowId);
		expect(detail).toMatchObject({
			outcome: "settled",
			reason: null,
			grossProfit: "1000000",
			gasCost: "1000",
			netProfit: "999000",
			runId: "5f0c2b7e-0000-4000-8000-000000000000",
			dexes: ["sushiswap", "uniswap-v3"],
			families: ["uniswap-v2", "uniswap-v3"],
			successPpm: 700_000,
			submission: { status: "confirmed", includedBlock: 2 },
			steps: { submit: claim.submission, confirm: { kind: "confirmed", depth: 1 }, distribute: { netProfitWei: "999000" } },
		});
		expect(detail?.events.map((event) => `${event.step} ${event.status}`)).toEqual([
			...["discover", "price", "detect", "score", "plan", "submit", "confirm"].map((step) => `${step} done`),
			"distribute settled",
		]);
		expect(detail?.events.at(-1)?.netProfitWei).toBe("999000");
		expect(detail?.ledger).toMatchObject([{ reference: workflowId, transactionHash: claim.submission.transactionHash, blockNumber: 2 }]);
		expect(await verifyLedger(fresh.db, chainId)).toEqual({ ok: true, entries: 1 });
		expect(await cumulativeRewards(fresh.db, chainId)).toEqual(
			[
				{ account: addressOf("alice"), cumulative: "249750" },
				{ account: addressOf("bob"), cumulative: "749250" },
			].toSorted((a, b) => (a.account < b.account ? -1 : 1)),
		);
		expect(await readSamples(fresh.db, { chainId, featureVersion: 1 })).toEqual([
			{ workflowId, chainId, blockNumber: 1, ...SAMPLE, outcome: "settled", netProfitWei: "999000" },
		]);
		expect(await unresolvedSubmissions(fresh.db, chainId)).toEqual([]);
	});

	it("written again, also at the same moment, changes nothing and returns the first result", async () => {
		const lifecycle = await begun();
		const results = await Promise.all([1, 2, 3].map(() => recordConclusion(fresh.db, settle(lifecycle))));
		const later = await recordConclusion(fresh.db, { ...settle(lifecycle), decision: settledDecision({ gross: 5n, gas: 1n }) });
		expect(new Set([...results, later].map((result) => JSON.stringify(result))).size).toBe(1);
		expect(await entriesOf(fresh.db, [lifecycle.workflowId])).toHaveLength(1);
		expect((await readOpportunity(fresh.db, lifecycle.workflowId))?.events).toHaveLength(8);
		expect((await fresh.db.drizzle.select().from(samples).where(eq(samples.workflowId, lifecycle.workflowId))).length).toBe(1);
	});

	it("leaves nothing behind where the process ends before the commit, and can be repeated", async () => {
		for (const point of ["conclusion:begun", "conclusion:booked", "conclusion:stored"] as const) {
			const lifecycle = await begun();
			const crash = recordConclusion(fresh.db, settle(lifecycle), (name) => {
				if (name === point) throw new Error(`killed at ${name}`);
			});
			await expect(crash).rejects.toThrow(point);
			expect(await readSubmission(fresh.db, lifecycle.workflowId)).toMatchObject({ status: "claimed" });
			expect(await verifyLedger(fresh.db, lifecycle.chainId)).toEqual({ ok: true, entries: 0 });
			expect(await recordConclusion(fresh.db, settle(lifecycle))).toMatchObject({ outcome: "settled" });
		}
	});

	it("that does not balance writes nothing", async () => {
		const lifecycle = await begun();
		const { decision, ...rest } = settle(lifecycle);
		const crooked = { ...decision, postings: decision.postings.slice(1) };
		await expect(recordConclusion(fresh.db, { ...rest, decision: crooked })).rejects.toMatchObject({ code: "ledger" });
		expect(await readOpportunity(fresh.db, lifecycle.workflowId)).toMatchObject({ outcome: null, submission: { status: "claimed" } });
	});
});

describe("the conclusion of another lifecycle", () => {
	it("that was rejected is its only write: the row, its reason, and an event per step", async () => {
		const chainId = ++lastChain;
		const candidate = candidateOf({ chainId, pools: ["a", "b"] });
		const conclusion = conclusionOf(candidate, { claim: null, confirmation: null, rejection: REASON });
		const rejected = { ...conclusion, plan: null, score: null };
		const decision = endedDecision({ outcome: "rejected", gas: 0n, reason: REASON });
		expect(await recordConclusion(fresh.db, { conclusion: rejected, decision, sample: null })).toEqual({
			outcome: "rejected",
			reason: REASON,
			netProfitWei: "0",
			transactionHash: null,
		});
		const detail = await readOpportunity(fresh.db, conclusion.workflowId);
		expect(detail).toMatchObject({ outcome: "rejected", reason: REASON, submission: null, ledger: [], successPpm: null });
		expect(detail?.events.map((event) => `${event.step} ${event.status}`)).toEqual([
			"discover done",
			"price done",
			"detect done",
			"score rejected",
		]);
	});

	it("that reverted counts its gas as today's loss", async () => {
		const { chainId, candidate, claim, workflowId } = await begun();
		const confirmation = confirmationOf(claim, "reverted");
		if (confirmation.kind !== "reverted") throw new Error(confirmation.kind);
		await recordConclusion(fresh.db, {
			conclusion: conclusionOf(candidate, { claim, confirmation }),
			decision: endedDecision({ outcome: "reverted", gas: 480_000n, reason: confirmation.reason }),
			sample: SAMPLE,
		});
		await recordConclusion(fresh.db, settle(await begun(chainId, 2)));
		expect(await usage(fresh.db, chainId)).toEqual({ lossWeiToday: "480000", submissionsLastMinute: 2 });
		expect(await recentOutcomes(fresh.db, chainId, 10)).toEqual({ submitted: 2, settled: 1, reverted: 1, dropped: 0 });
		expect(await recentOutcomes(fresh.db, chainId, 1)).toEqual({ submitted: 1, settled: 1, reverted: 0, dropped: 0 });
		await fresh.db.drizzle
			.update(opportunities)
			.set({ concludedAt: sql`now() - interval '31 minutes'` })
			.where(eq(opportunities.workflowId, workflowId));
		expect(await recentOutcomes(fresh.db, chainId, 10)).toEqual({ submitted: 1, settled: 1, reverted: 0, dropped: 0 });
	});

	it("that would end without saying how its claimed submission ended is an error; a failed one leaves it unresolved", async () => {
		const { chainId, candidate, workflowId } = await begun();
		const timedOut: Reason = { step: "submit", code: "step_timed_out", message: "took longer than 800 ms" };
		const conclusion = conclusionOf(candidate, { claim: null, confirmation: null, rejection: timedOut });
		const rejected = endedDecision({ outcome: "rejected", gas: 0n, reason: timedOut });
		await expect(recordConclusion(fresh.db, { conclusion, decision: rejected, sample: null })).rejects.toMatchObject({ code: "conflict" });
		const failed = endedDecision({ outcome: "failed", gas: 0n, reason: { ...timedOut, code: "step_failed" } });
		expect(await recordConclusion(fresh.db, { conclusion, decision: failed, sample: null })).toMatchObject({ outcome: "failed" });
		expect((await unresolvedSubmissions(fresh.db, chainId)).map((stored) => stored.workflowId)).toEqual([workflowId]);
	});

	it("that failed is replaced, once, when it is known how its submission ended", async () => {
		const lifecycle = await begun();
		const reason: Reason = { step: "confirm", code: "step_failed", message: "no node answers" };
		const conclusion = conclusionOf(lifecycle.candidate, { claim: lifecycle.claim, confirmation: null, rejection: reason });
		const failed = { conclusion, decision: endedDecision({ outcome: "failed", gas: 0n, reason }), sample: null };
		expect(await recordConclusion(fresh.db, failed)).toMatchObject({ outcome: "failed" });
		expect(await recordConclusion(fresh.db, settle(lifecycle))).toMatchObject({ outcome: "settled" });
		expect(await recordConclusion(fresh.db, failed)).toMatchObject({ outcome: "settled" });
		expect(await unresolvedSubmissions(fresh.db, lifecycle.chainId)).toEqual([]);
		expect(await verifyLedger(fresh.db, lifecycle.chainId)).toEqual({ ok: true, entries: 1 });
	});

	it("with a confirmation but no claim is an error", async () => {
		const { candidate, claim } = await begun();
		const other = candidateOf({ chainId: candidate.chainId, pools: ["c", "d"] });
		const conclusion = conclusionOf(other, { claim, confirmation: confirmationOf(claim, "confirmed") });
		const decision = settledDecision({ gross: 5n, gas: 1n });
		await expect(recordConclusion(fresh.db, { conclusion, decision, sample: null })).rejects.toMatchObject({ code: "conflict" });
	});
});

describe("a submission whose block was taken back", () => {
	it("may be sent again while it is unresolved, and not after", async () => {
		const lifecycle = await begun();
		const { workflowId, chainId } = lifecycle;
		const kinds: string[] = [];
		const send = async () => {
			kinds.push((await withBroadcast(fresh.db, workflowId, async () => {})).kind);
		};
		await send();
		await send();
		await allowResend(fresh.db, workflowId);
		await send();
		expect([...(await busyPools(fresh.db, chainId))].toSorted()).toEqual([addressOf("a"), addressOf("b")].toSorted());
		await recordConclusion(fresh.db, settle(lifecycle));
		await allowResend(fresh.db, workflowId);
		await send();
		expect(kinds).toEqual(["accepted", "already-broadcast", "accepted", "withheld"]);
		expect(await busyPools(fresh.db, chainId)).toEqual(new Set());
	});
});

import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Candidate } from "../domain/candidate.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { type Claim, type ClaimRequest, claimSubmission } from "./claims.ts";
import { engageKillSwitch, ensureControl, releaseKillSwitch, setLimits, setPaused } from "./control.ts";
import { eventsAfter } from "./events.ts";
import { recordConclusion } from "./outcomes.ts";
import { control, submissions } from "./schema.ts";
import { readDecisionRecord, readSubmission, unresolvedSubmissions } from "./submissions.ts";
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
import { takeFencingNumber } from "./watchers.ts";

let fresh: FreshDatabase;
let lastChain = 1_000;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

/** A chain of its own for each test, with control row and watcher 1. */
async function freshChain(): Promise<number> {
	const chainId = ++lastChain;
	await ensureControl(fresh.db, { chainId, mode: "devnet", limits: LIMITS });
	await takeFencingNumber(fresh.db, { chainId, holder: "test", scheduledAtMs: 1 });
	return chainId;
}

function claim(request: ClaimRequest): Promise<Claim> {
	return claimSubmission(fresh.db, request, signFor(request.workflowId));
}

function reasonOf(claim: Claim): string {
	return claim.kind === "refused" ? claim.reason.code : claim.kind;
}

async function conclude(candidate: Candidate, claimed: Claim, kind: "confirmed" | "released" | "cancelled"): Promise<void> {
	const confirmation = confirmationOf(claimed, kind);
	const decision =
		confirmation.kind === "dropped"
			? endedDecision({ outcome: "dropped", gas: kind === "cancelled" ? 21_000n : 0n, reason: confirmation.reason })
			: settledDecision({ gross: 1_000n, gas: 100n });
	await recordConclusion(fresh.db, { conclusion: conclusionOf(candidate, { claim: claimed, confirmation }), decision, sample: null });
}

describe("a claim", () => {
	it("stores bytes, the whole decision record, the opportunity and its events in one go", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"], chainNonce: 7 });
		const claimed = await claim(request);
		if (claimed.kind !== "claimed") throw new Error(reasonOf(claimed));
		expect(claimed.submission).toMatchObject({
			chainId,
			wallet: addressOf("w"),
			nonce: 7,
			relay: "bundle",
			targetBlock: 101,
			deadlineBlock: 102,
		});
		expect(await readDecisionRecord(fresh.db, request.workflowId)).toEqual({ ...request.record, submission: claimed.submission });
		expect(await readSubmission(fresh.db, request.workflowId)).toMatchObject({
			status: "claimed",
			rawTransaction: claimed.rawTransaction,
			fencingNumber: 1,
		});
		const events = (await eventsAfter(fresh.db, { seq: 0, limit: 1_000 })).flatMap((event) =>
			event.kind !== "pool" && event.workflowId === request.workflowId ? [event] : [],
		);
		expect(events.map((event) => [event.step, event.status])).toEqual(
			["discover", "price", "detect", "score", "plan", "submit"].map((step) => [step, "done"]),
		);
	});

	it("made again for the same workflow ID returns the first one's bytes and signs nothing", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w", "v"] });
		const first = await claim(request);
		const again = await claimSubmission(fresh.db, request, () => {
			throw new Error("signed twice");
		});
		expect(again).toEqual({ ...first, kind: "existing", status: "claimed" });
	});

	it("made twice at the same moment is signed once", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w", "v"] });
		const claims = await Promise.all([claim(request), claim(request), claim(request)]);
		expect(claims.map((made) => made.kind).sort()).toEqual(["claimed", "existing", "existing"]);
		expect(await unresolvedSubmissions(fresh.db, chainId)).toHaveLength(1);
	});

	it("for a pool that another unresolved submission trades in is refused until that one is resolved", async () => {
		const chainId = await freshChain();
		const first = candidateOf({ chainId, pools: ["a", "shared"], block: 1 });
		const second = candidateOf({ chainId, pools: ["shared", "c"], block: 2 });
		const claims = await Promise.all([claim(claimOf(first, { wallets: ["w", "v"] })), claim(claimOf(second, { wallets: ["w", "v"] }))]);
		expect(claims.map(reasonOf).sort()).toEqual(["claimed", "pool_busy"]);
		const [winner, loser] = claims[0]?.kind === "claimed" ? [first, second] : [second, first];
		const won = claims.find((made) => made.kind === "claimed");
		if (won === undefined) throw new Error("none claimed");
		await conclude(winner, won, "confirmed");
		expect(reasonOf(await claim(claimOf(loser, { wallets: ["w", "v"], chainNonce: 1 })))).toBe("claimed");
	});

	it("takes a wallet and a nonce that no other of twenty at once gets, and is refused when three wallets are taken", async () => {
		const chainId = await freshChain();
		const requests = Array.from({ length: 20 }, (_, i) =>
			claimOf(candidateOf({ chainId, pools: [`left ${i}`, `right ${i}`] }), { wallets: ["x", "y", "z"], chainNonce: 4 }),
		);
		const claims = await Promise.all(requests.map(claim));
		const made = claims.flatMap((claimed) => (claimed.kind === "claimed" ? [claimed.submission] : []));
		expect(new Set(made.map((submission) => submission.wallet)).size).toBe(3);
		expect(made.map((submission) => submission.nonce)).toEqual([4, 4, 4]);
		expect(claims.map(reasonOf).filter((reason) => reason === "no_free_wallet")).toHaveLength(17);
	});

	it("goes on after a spent nonce, and takes a released one again", async () => {
		const chainId = await freshChain();
		const nonces: number[] = [];
		for (const [block, end] of (["confirmed", "released", "cancelled", "confirmed"] as const).entries()) {
			const candidate = candidateOf({ chainId, pools: ["a", "b"], block });
			const claimed = await claim(claimOf(candidate, { wallets: ["w"], chainNonce: 2 }));
			if (claimed.kind !== "claimed") throw new Error(reasonOf(claimed));
			nonces.push(claimed.submission.nonce);
			await conclude(candidate, claimed, end);
		}
		expect(nonces).toEqual([2, 3, 3, 4]);
	});

	it("is refused under the kill switch, while paused and in paper mode", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"] });
		await engageKillSwitch(fresh.db, chainId);
		expect(reasonOf(await claim(request))).toBe("halted");
		await releaseKillSwitch(fresh.db, chainId);
		await setPaused(fresh.db, { chainId, paused: true });
		expect(reasonOf(await claim(request))).toBe("halted");
		await setPaused(fresh.db, { chainId, paused: false });
		await fresh.db.drizzle.update(control).set({ mode: "paper" }).where(eq(control.chainId, chainId));
		expect(reasonOf(await claim(request))).toBe("halted");
		await fresh.db.drizzle.update(control).set({ mode: "devnet" }).where(eq(control.chainId, chainId));
		expect(reasonOf(await claim(request))).toBe("claimed");
	});

	it("of a watcher that was followed by another is refused", async () => {
		const chainId = await freshChain();
		await takeFencingNumber(fresh.db, { chainId, holder: "successor", scheduledAtMs: 2 });
		const candidate = candidateOf({ chainId, pools: ["a", "b"] });
		expect(reasonOf(await claim(claimOf(candidate, { wallets: ["w"], fencingNumber: 1 })))).toBe("fenced");
		expect(reasonOf(await claim(claimOf(candidate, { wallets: ["w"], fencingNumber: 2 })))).toBe("claimed");
	});

	it.each([
		["amountIn", { maxAmountIn: "1" }],
		["gas", { maxGasCostWei: "899999999999999" }],
		["lost", { maxLossWeiPerDay: "0" }],
	])("is refused above the limit on %s", async (word, limit) => {
		const chainId = await freshChain();
		await setLimits(fresh.db, { chainId, limits: { ...LIMITS, ...limit } });
		const claimed = await claim(claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"] }));
		expect(claimed).toMatchObject({
			kind: "refused",
			reason: { step: "submit", code: "limit_exceeded", message: expect.stringContaining(word) },
		});
	});

	it("beyond the submissions of a minute is refused, exactly, also when many come at once", async () => {
		const chainId = await freshChain();
		await setLimits(fresh.db, { chainId, limits: { ...LIMITS, maxSubmissionsPerMinute: 5 } });
		const claims = await Promise.all(
			Array.from({ length: 12 }, (_, i) =>
				claim(claimOf(candidateOf({ chainId, pools: [`l${i}`, `r${i}`] }), { wallets: Array.from({ length: 12 }, (_, w) => `w${w}`) })),
			),
		);
		expect(claims.map(reasonOf).filter((reason) => reason === "claimed")).toHaveLength(5);
		expect(claims.map(reasonOf).filter((reason) => reason === "limit_exceeded")).toHaveLength(7);
	});

	it("that comes after its lifecycle was concluded is refused", async () => {
		const chainId = await freshChain();
		const candidate = candidateOf({ chainId, pools: ["a", "b"] });
		const reason = { step: "submit", code: "step_timed_out", message: "took longer than 800 ms" } as const;
		await recordConclusion(fresh.db, {
			conclusion: conclusionOf(candidate, { claim: null, confirmation: null, rejection: reason }),
			decision: endedDecision({ outcome: "rejected", gas: 0n, reason }),
			sample: null,
		});
		expect(reasonOf(await claim(claimOf(candidate, { wallets: ["w"] })))).toBe("claim_refused");
	});

	it("that fails while signing leaves nothing behind", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"] });
		const failing = claimSubmission(fresh.db, request, () => {
			throw new Error("no key");
		});
		await expect(failing).rejects.toThrow("no key");
		expect(await readSubmission(fresh.db, request.workflowId)).toBeNull();
		expect(reasonOf(await claim(request))).toBe("claimed");
	});

	it("with the record of another lifecycle is an error", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"] });
		await expect(claim({ ...request, workflowId: "arb-other" })).rejects.toMatchObject({ code: "invalid_input", retryable: false });
	});

	it("passes its points in order", async () => {
		const chainId = await freshChain();
		const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"] });
		const points: string[] = [];
		await claimSubmission(fresh.db, request, signFor(request.workflowId), (name) => points.push(name));
		expect(points).toEqual(["claim:checked", "claim:signed", "claim:stored", "claim:committed"]);
	});
});

describe("the submissions table", () => {
	it("refuses a second row for a nonce that is held, and takes one for a nonce that was released", async () => {
		const chainId = await freshChain();
		const candidate = candidateOf({ chainId, pools: ["a", "b"] });
		const claimed = await claim(claimOf(candidate, { wallets: ["w"] }));
		const other = await claim(claimOf(candidateOf({ chainId, pools: ["c", "d"] }), { wallets: ["v"] }));
		if (other.kind !== "claimed") throw new Error(reasonOf(other));
		const steal = () =>
			fresh.db.drizzle
				.update(submissions)
				.set({ wallet: addressOf("w"), status: "confirmed", resolvedAt: new Date() })
				.where(eq(submissions.transactionHash, other.submission.transactionHash));
		await expect(steal()).rejects.toMatchObject({ cause: { constraint: "submissions_one_per_nonce" } });
		await conclude(candidate, claimed, "released");
		await expect(steal()).resolves.toBeDefined();
	});
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { type Broadcast, withBroadcast } from "./broadcasts.ts";
import { type Claim, claimSubmission } from "./claims.ts";
import { engageKillSwitch, ensureControl, setPaused } from "./control.ts";
import { readSubmission, storeCancellation } from "./submissions.ts";
import { candidateOf, claimOf, LIMITS, signFor } from "./testing/lifecycles.ts";
import { takeFencingNumber } from "./watchers.ts";

let fresh: FreshDatabase;
let lastChain = 2_000;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

/** A chain of its own with one claimed submission. */
async function claimed(): Promise<{ chainId: number; workflowId: string; claim: Extract<Claim, { kind: "claimed" }> }> {
	const chainId = ++lastChain;
	await ensureControl(fresh.db, { chainId, mode: "devnet", limits: LIMITS });
	await takeFencingNumber(fresh.db, { chainId, holder: "test", scheduledAtMs: 1 });
	const request = claimOf(candidateOf({ chainId, pools: ["a", "b"] }), { wallets: ["w"] });
	const claim = await claimSubmission(fresh.db, request, signFor(request.workflowId));
	if (claim.kind !== "claimed") throw new Error(claim.kind);
	return { chainId, workflowId: request.workflowId, claim };
}

/** A send that is in flight until it is let go. */
function heldSend() {
	const started = Promise.withResolvers<void>();
	const letGo = Promise.withResolvers<void>();
	return {
		started: started.promise,
		letGo: () => letGo.resolve(),
		send: async () => {
			started.resolve();
			await letGo.promise;
		},
	};
}

/** Resolves when some session waits for a lock that a session of this database holds. */
async function untilSomeoneWaits(): Promise<void> {
	const limit = Date.now() + 20_000;
	for (;;) {
		const { rows } = await fresh.db.pool.query(
			"select 1 from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0",
		);
		if (rows.length > 0) return;
		if (Date.now() > limit) throw new Error("nobody waits for a lock");
	}
}

const nothing = async () => {};

describe("a broadcast", () => {
	it("sends the stored bytes once", async () => {
		const { workflowId, claim } = await claimed();
		const sent: string[] = [];
		const send = async (stored: { readonly rawTransaction: string }) => {
			sent.push(stored.rawTransaction);
		};
		expect(await withBroadcast(fresh.db, workflowId, send)).toMatchObject({ kind: "accepted" });
		expect(await withBroadcast(fresh.db, workflowId, send)).toEqual({ kind: "already-broadcast" });
		expect(sent).toEqual([claim.rawTransaction]);
		expect(await readSubmission(fresh.db, workflowId)).toMatchObject({ status: "broadcast", broadcastAt: expect.any(Date) });
	});

	it("attempted twice at the same moment sends once", async () => {
		const { workflowId } = await claimed();
		const held = heldSend();
		let again = 0;
		const first = withBroadcast(fresh.db, workflowId, held.send);
		await held.started;
		const second = withBroadcast(fresh.db, workflowId, async () => {
			again++;
		});
		await untilSomeoneWaits();
		held.letGo();
		expect((await first).kind).toBe("accepted");
		expect(await second).toEqual({ kind: "already-broadcast" });
		expect(again).toBe(0);
	});

	it("that fails leaves the submission to the next attempt", async () => {
		const { workflowId } = await claimed();
		const failing = withBroadcast(fresh.db, workflowId, async () => {
			throw new Error("relay is down");
		});
		await expect(failing).rejects.toThrow("relay is down");
		expect(await readSubmission(fresh.db, workflowId)).toMatchObject({ status: "claimed", broadcastAt: null });
		expect((await withBroadcast(fresh.db, workflowId, nothing)).kind).toBe("accepted");
	});

	it("that loses its database connection while sending is repeated with the same bytes", async () => {
		const { workflowId, claim } = await claimed();
		const broken = withBroadcast(fresh.db, workflowId, async () => {
			await fresh.db.pool.query(
				"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
			);
		});
		await expect(broken).rejects.toMatchObject({ code: "unavailable", retryable: true });
		const sent: string[] = [];
		await withBroadcast(fresh.db, workflowId, async (stored) => {
			sent.push(stored.rawTransaction);
		});
		expect(sent).toEqual([claim.rawTransaction]);
	});

	it("in flight holds up the kill switch, which then lets no other begin", async () => {
		const { chainId, workflowId } = await claimed();
		const held = heldSend();
		const order: string[] = [];
		const broadcast = withBroadcast(fresh.db, workflowId, held.send).then((result) => order.push(result.kind));
		await held.started;
		const kill = engageKillSwitch(fresh.db, chainId).then(() => order.push("killed"));
		await untilSomeoneWaits();
		const request = claimOf(candidateOf({ chainId, pools: ["c", "d"] }), { wallets: ["v"] });
		const late = claimSubmission(fresh.db, request, signFor(request.workflowId)).then((claim) =>
			order.push(claim.kind === "refused" ? claim.reason.code : claim.kind),
		);
		await untilSomeoneWaits();
		expect(order).toEqual([]);
		held.letGo();
		await Promise.all([broadcast, kill, late]);
		expect(order.toSorted()).toEqual(["accepted", "halted", "killed"]);
	});

	it("in flight holds up whoever changes the control row by hand", async () => {
		const { chainId, workflowId } = await claimed();
		const held = heldSend();
		const order: string[] = [];
		const broadcast = withBroadcast(fresh.db, workflowId, held.send).then((result) => order.push(result.kind));
		await held.started;
		const byHand = fresh.db.pool.query("update control set paused = true where chain_id = $1", [chainId]).then(() => order.push("paused"));
		await untilSomeoneWaits();
		expect(order).toEqual([]);
		held.letGo();
		await Promise.all([broadcast, byHand]);
		expect(order.toSorted()).toEqual(["accepted", "paused"]);
	});

	it("in flight on one chain does not hold up the kill switch of another", async () => {
		const [busy, idle] = [await claimed(), await claimed()];
		const held = heldSend();
		const broadcast = withBroadcast(fresh.db, busy.workflowId, held.send);
		await held.started;
		expect(await engageKillSwitch(fresh.db, idle.chainId)).toEqual([idle.chainId]);
		held.letGo();
		expect((await broadcast).kind).toBe("accepted");
	});

	it("is withheld while paused, under the kill switch, after another watcher, and once its nonce is being cancelled", async () => {
		const refusals: Broadcast[] = [];
		const tryAfter = async (change: (of: { chainId: number; workflowId: string }) => Promise<unknown>) => {
			const made = await claimed();
			await change(made);
			refusals.push(
				await withBroadcast(fresh.db, made.workflowId, async () => {
					throw new Error("sent");
				}),
			);
		};
		await tryAfter(({ chainId }) => setPaused(fresh.db, { chainId, paused: true }));
		await tryAfter(({ chainId }) => engageKillSwitch(fresh.db, chainId));
		await tryAfter(({ chainId }) => takeFencingNumber(fresh.db, { chainId, holder: "successor", scheduledAtMs: 2 }));
		await tryAfter(({ workflowId }) => storeCancellation(fresh.db, { workflowId, rawTransaction: "0x01", transactionHash: "0xcc" }));
		expect(refusals).toEqual([
			{ kind: "withheld", why: "the chain is paused" },
			{ kind: "withheld", why: "the kill switch is engaged" },
			{ kind: "withheld", why: "watcher 1 was followed by 2" },
			{ kind: "withheld", why: "its nonce is being cancelled by 0xcc" },
		]);
	});

	it("of a lifecycle that never claimed is an error", async () => {
		await expect(withBroadcast(fresh.db, "arb-unknown", nothing)).rejects.toMatchObject({ code: "not_found" });
	});
});

describe("a cancellation", () => {
	it("is stored once: a second one gets the first one's bytes", async () => {
		const { workflowId } = await claimed();
		const first = await storeCancellation(fresh.db, { workflowId, rawTransaction: "0x01", transactionHash: "0xc1" });
		expect(await storeCancellation(fresh.db, { workflowId, rawTransaction: "0x02", transactionHash: "0xc2" })).toEqual(first);
	});
});

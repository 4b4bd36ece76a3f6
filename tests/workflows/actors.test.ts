import "../setup/runtime.ts";
import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { workflowBundle } from "../../workers/workflow-bundle.ts";
import type { ActorActivities, ChainStatus, PublishedEpoch, WalletStatus } from "../../workflows/messages.ts";

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
	environment = await TestWorkflowEnvironment.createTimeSkipping({
		server: { executable: { type: "existing-path", path: inject("testServerPath") } },
	});
});

afterAll(async () => {
	await environment.teardown();
});

async function withWorker<T>(taskQueue: string, activities: Partial<ActorActivities>, work: () => Promise<T>): Promise<T> {
	const worker = await Worker.create({
		connection: environment.nativeConnection,
		taskQueue,
		workflowBundle: await workflowBundle(),
		activities,
		shutdownGraceTime: "1s",
	});
	return worker.runUntil(work());
}

const PUBLISHED: PublishedEpoch = {
	epoch: 1,
	root: `0x${"aa".repeat(32)}`,
	totalCumulative: "5",
	transactionHash: `0x${"bb".repeat(32)}`,
	accounts: 2,
};

describe("the wallet actor", () => {
	it("looks at its wallet at every interval, and at once when asked", async () => {
		let looks = 0;
		await withWorker(
			"wallet",
			{
				tendWallet: async () => {
					looks += 1;
					return { balanceWei: "7", nonce: looks, action: "nothing to do" };
				},
			},
			async () => {
				const handle = await environment.client.workflow.start("wallet", {
					workflowId: "wallet",
					taskQueue: "wallet",
					args: [{ chainId: 1, address: "0x00", intervalSeconds: 3600 }],
				});
				await environment.sleep("150m");
				expect(looks).toBe(3);
				await handle.signal("tendNow");
				await expect.poll(() => looks, { timeout: 30_000 }).toBe(4);
				expect(await handle.query<WalletStatus>("status")).toEqual({
					address: "0x00",
					balanceWei: "7",
					nonce: 4,
					lastAction: "nothing to do",
				});
				await handle.terminate();
			},
		);
	});
});

describe("the epoch actor", () => {
	it("closes on schedule, and on demand, where one closing serves everyone who asks meanwhile", async () => {
		let closings = 0;
		await withWorker(
			"epoch",
			{
				closeEpoch: async () => {
					closings += 1;
					return { ...PUBLISHED, epoch: closings };
				},
			},
			async () => {
				const handle = await environment.client.workflow.start("epoch", {
					workflowId: "epoch",
					taskQueue: "epoch",
					args: [{ chainId: 1, epochSeconds: 86_400, last: null }],
				});
				const [first, second] = await Promise.all([
					handle.executeUpdate<PublishedEpoch | null, [{ key: string }]>("closeEpoch", { args: [{ key: "a" }] }),
					handle.executeUpdate<PublishedEpoch | null, [{ key: string }]>("closeEpoch", { args: [{ key: "b" }] }),
				]);
				expect([first?.epoch, second?.epoch].sort()).toContain(closings);
				const onDemand = closings;
				await environment.sleep("25h");
				await expect.poll(() => closings, { timeout: 30_000 }).toBe(onDemand + 1);
				await handle.terminate();
			},
		);
	});
});

describe("the chain actor", () => {
	it("starts the watch again when it dies, and passes orders on", async () => {
		let watches = 0;
		const orders: unknown[] = [];
		await withWorker(
			"chain",
			{
				watchMarket: async () => {
					watches += 1;
					if (watches < 3) throw ApplicationFailure.create({ message: "connection lost", type: "unavailable" });
					return Context.current().cancelled;
				},
				setPaused: async (order) => {
					orders.push(order);
				},
			},
			async () => {
				const handle = await environment.client.workflow.start("chain", {
					workflowId: "chain",
					taskQueue: "chain",
					args: [{ chainId: 31337, watches: 0 }],
				});
				await environment.sleep("5s");
				await expect.poll(() => watches, { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
				expect(await handle.executeUpdate("setPaused", { args: [{ paused: true, key: "k" }] })).toEqual({ paused: true });
				expect(orders).toEqual([{ chainId: 31337, paused: true }]);
				expect(await handle.query<ChainStatus>("status")).toMatchObject({ chainId: 31337, watches: 1 });
				await handle.terminate();
			},
		);
	});
});

describe("the valuation of pools", () => {
	it("is one activity, left to the next time where it fails three times", async () => {
		let calls = 0;
		const refreshTvl: ActorActivities["refreshTvl"] = async ({ chainId }) => {
			calls += 1;
			if (chainId === 2) throw ApplicationFailure.retryable("no price", "unavailable");
			return { blockNumber: 7, summary: "5 pools hold 9 USD" };
		};
		await withWorker("tvl", { refreshTvl }, async () => {
			await environment.client.workflow.execute("refreshTvl", { workflowId: "tvl-1", taskQueue: "tvl", args: [{ chainId: 1 }] });
			expect(calls).toBe(1);
			const failing = environment.client.workflow.execute("refreshTvl", { workflowId: "tvl-2", taskQueue: "tvl", args: [{ chainId: 2 }] });
			await expect(failing).rejects.toThrow();
			expect(calls).toBe(4);
		});
	});
});

describe("the discovery of pools", () => {
	it("is one activity that goes on where a failed attempt stopped, and leaves what cannot be read to the next time", async () => {
		let calls = 0;
		const findPools: ActorActivities["findPools"] = async ({ chainId }) => {
			calls += 1;
			if (chainId === 2) throw ApplicationFailure.nonRetryable("the factory lists no pairs", "configuration");
			if (calls < 3) throw ApplicationFailure.retryable("the node is away", "unavailable");
			return { blockNumber: 7, summary: "3 readings of 3 dexes, 1 new pools" };
		};
		await withWorker("pools", { findPools }, async () => {
			await environment.client.workflow.execute("findPools", { workflowId: "pools-1", taskQueue: "pools", args: [{ chainId: 1 }] });
			expect(calls).toBe(3);
			const failing = environment.client.workflow.execute("findPools", {
				workflowId: "pools-2",
				taskQueue: "pools",
				args: [{ chainId: 2 }],
			});
			await expect(failing).rejects.toThrow();
			expect(calls).toBe(4);
		});
	});
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSubmission } from "../../db/submissions.ts";
import { openTestSystem, type SystemProcess, type TestSystem } from "./system.ts";

const DEPTH = 6;
let system: TestSystem;
let worker: SystemProcess;

beforeAll(async () => {
	system = await openTestSystem({ seed: 13, confirmationDepth: DEPTH });
	worker = await system.spawnWorker({});
});

afterAll(async () => {
	await worker.stop();
	await system[Symbol.asyncDispose]();
});

async function submit(workflowId: string): Promise<void> {
	await system.devnet.openGap();
	const [candidate] = await system.candidates(await system.takeWatch(workflowId));
	if (candidate === undefined) throw new Error("the gap gave no candidate");
	await system.start(candidate, workflowId);
	await expect.poll(async () => (await readSubmission(system.db, workflowId))?.status, { timeout: 30_000 }).toBe("broadcast");
}

/** Mines, one block at a time, until the lifecycle has ended. */
async function mineToTheEnd(workflowId: string) {
	let isOver = false;
	const result = system.result(workflowId).finally(() => {
		isOver = true;
	});
	while (!isOver) {
		await system.devnet.mine();
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	return result;
}

/** Waits until the confirming step has seen the receipt: its heartbeat says so. */
async function seenIncluded(workflowId: string): Promise<void> {
	await expect
		.poll(
			async () => {
				const { raw } = await system.temporal.workflow.getHandle(workflowId).describe();
				const beat = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
				return beat ? JSON.parse(Buffer.from(beat).toString()).includedIn : null;
			},
			{ timeout: 30_000 },
		)
		.not.toBeNull();
}

describe("confirmation", () => {
	it.each([1, 2, 3, 4, 5])("goes back to waiting when a reorg of depth %i takes the block, and settles in the new one", async (depth) => {
		const workflowId = `reorg-${depth}`;
		await submit(workflowId);
		await system.devnet.mine(depth);
		await seenIncluded(workflowId);
		const hash = (await readSubmission(system.db, workflowId))?.submission.transactionHash ?? "";
		const before = await system.devnet.provider.getTransactionReceipt(hash);
		await system.devnet.reorg(depth, "again");
		const result = await mineToTheEnd(workflowId);
		const after = await system.devnet.provider.getTransactionReceipt(hash);
		expect(after?.blockHash).not.toBe(before?.blockHash);
		expect(result, JSON.stringify(result)).toMatchObject({ outcome: "settled" });
	});

	it("ends as dropped, its nonce free again, when a reorg takes the block and the deadline passes without another", async () => {
		const workflowId = "reorg-vanished";
		await submit(workflowId);
		await system.devnet.mine(4);
		await seenIncluded(workflowId);
		await system.devnet.reorg(4, "vanish");
		const result = await mineToTheEnd(workflowId);
		expect(result, JSON.stringify(result)).toMatchObject({ outcome: "dropped" });
		expect((await readSubmission(system.db, workflowId))?.status).toMatch(/released|cancelled/);
	});
});

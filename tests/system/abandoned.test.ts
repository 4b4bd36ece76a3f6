import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSubmission } from "../../db/submissions.ts";
import { walletWorkflowId } from "../../domain/workflow-ids.ts";
import type { WalletActorInput } from "../../workflows/messages.ts";
import { openTestSystem, type SystemProcess, type TestSystem } from "./system.ts";

let system: TestSystem;
let processes: readonly SystemProcess[];

beforeAll(async () => {
	system = await openTestSystem({ seed: 15 });
	processes = await Promise.all([system.spawnWorker({}), system.spawn("workers/background.ts")]);
});

afterAll(async () => {
	await Promise.all(processes.map((process) => process.stop()));
	await system[Symbol.asyncDispose]();
});

describe("a lifecycle that was terminated after its broadcast", () => {
	it("is taken up by its wallet's actor and settled, with the plan that was signed", async () => {
		const workflowId = await system.takeGap();
		await expect.poll(async () => (await readSubmission(system.db, workflowId))?.status, { timeout: 30_000 }).toBe("broadcast");
		await system.temporal.workflow.getHandle(workflowId).terminate("an operator's mistake");
		const submission = (await readSubmission(system.db, workflowId))?.submission;
		if (submission === undefined) throw new Error("no submission");

		const actor = await system.temporal.workflow.start("wallet", {
			workflowId: `${walletWorkflowId(submission.chainId, submission.wallet)}-abandoned`,
			taskQueue: system.backgroundQueue,
			args: [{ chainId: submission.chainId, address: submission.wallet, intervalSeconds: 1 } satisfies WalletActorInput],
		});
		const isRunning = async () => (await system.temporal.workflow.getHandle(workflowId).describe()).status.name;
		await expect.poll(isRunning, { timeout: 30_000 }).toBe("RUNNING");
		expect(await system.mineToTheEnd(workflowId)).toMatchObject({ outcome: "settled", transactionHash: submission.transactionHash });
		expect((await readSubmission(system.db, workflowId))?.status).toBe("confirmed");
		await actor.terminate();
	});
});

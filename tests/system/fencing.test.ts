import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { submissions } from "../../db/schema.ts";
import { currentFencingNumber } from "../../db/watchers.ts";
import { chainWorkflowId } from "../../domain/workflow-ids.ts";
import { openTestSystem, type TestSystem } from "./system.ts";

let system: TestSystem;

beforeEach(async () => {
	system = await openTestSystem({ seed: 12 });
});

afterEach(async () => {
	await system[Symbol.asyncDispose]();
});

describe("a watcher that was stopped while another took over", () => {
	it("cannot submit when it wakes up right before its claim", async () => {
		const fencingNumber = await system.takeWatch("sleeper");
		const sleeper = await system.spawnWorker({ stopAt: "submit:begun" });
		await system.devnet.openGap();
		const [candidate] = await system.candidates(fencingNumber);
		if (candidate === undefined) throw new Error("the gap gave no candidate");
		await system.start(candidate, "fenced");
		await expect.poll(() => stateOf(sleeper.process.pid), { timeout: 30_000 }).toBe("T");

		await system.takeWatch("successor");
		sleeper.process.kill("SIGCONT");
		expect(await system.result("fenced")).toMatchObject({ outcome: "rejected" });
		expect(await system.db.drizzle.select().from(submissions)).toEqual([]);
		expect(await pendingNonces()).toEqual(system.devnet.chain.operators.map(() => 0));
		await sleeper.stop();
	});

	it("is replaced by a standby, after which only the standby's candidates are submitted", { timeout: 180_000 }, async () => {
		const { chainId } = system.devnet.chain;
		const sleeper = await system.spawnWorker({ isWatching: true });
		const actor = await system.temporal.workflow.start("chain", {
			workflowId: `${chainWorkflowId(chainId)}-${system.taskQueue}`,
			taskQueue: system.taskQueue,
			args: [{ chainId, watches: 0 }],
		});
		await expect.poll(() => currentFencingNumber(system.db, chainId), { timeout: 30_000 }).toBe(1);
		sleeper.process.kill("SIGSTOP");
		const successor = await system.spawnWorker({ isWatching: true });
		await expect.poll(() => currentFencingNumber(system.db, chainId), { timeout: 90_000 }).toBe(2);

		sleeper.process.kill("SIGCONT");
		await system.devnet.openGap();
		const fenced = await system.candidates(1);
		for (const [i, candidate] of fenced.entries()) await system.start(candidate, `fenced-${i}`);
		for (const i of fenced.keys()) {
			expect(await system.result(`fenced-${i}`)).toMatchObject({ outcome: "rejected", reason: { step: "discover", code: "fenced" } });
		}
		await expect
			.poll(
				async () => (await system.db.drizzle.select({ number: submissions.fencingNumber }).from(submissions)).map((row) => row.number),
				{
					timeout: 30_000,
				},
			)
			.toContain(2);
		const numbers = await system.db.drizzle.select({ number: submissions.fencingNumber }).from(submissions);
		expect(new Set(numbers.map((row) => row.number))).toEqual(new Set([2]));
		await actor.terminate();
		await Promise.all([sleeper.stop(), successor.stop()]);
	});
});

async function pendingNonces(): Promise<readonly number[]> {
	return Promise.all(system.devnet.chain.operators.map((operator) => system.chain.provider.getTransactionCount(operator, "pending")));
}

/** The state letter of a process: T is stopped. */
async function stateOf(pid: number | undefined): Promise<string> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8");
	return stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "";
}

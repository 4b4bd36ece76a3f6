import { eq } from "drizzle-orm";
import { Transaction } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKPOINTS, type Checkpoint } from "../../activities/checkpoint.ts";
import { fetchHistory, recordedSteps } from "../../cli/history.ts";
import { entriesOf, verifyLedger } from "../../db/ledger.ts";
import { opportunities, submissions } from "../../db/schema.ts";
import { readSubmission } from "../../db/submissions.ts";
import { openTestSystem, type TestSystem } from "./system.ts";

let system: TestSystem;

beforeAll(async () => {
	system = await openTestSystem({ seed: 11 });
});

afterAll(async () => {
	await system[Symbol.asyncDispose]();
});

describe("a worker that is killed between plan and settlement", () => {
	it.each(CHECKPOINTS)("at %s loses nothing and doubles nothing", async (checkpoint: Checkpoint) => {
		await system.devnet.openGap();
		const [candidate] = await system.candidates(await system.takeWatch(`kill at ${checkpoint}`));
		if (candidate === undefined) throw new Error("the gap gave no candidate");
		const workflowId = `kill-${checkpoint.replace(":", "-")}-${candidate.block.number}`;
		const noncesBefore = await nonces();

		const doomed = await system.spawnWorker({ killAt: checkpoint });
		await system.start(candidate, workflowId);
		const death = doomed.ended;
		// Checkpoints behind the broadcast are passed only when blocks come.
		let isDead = false;
		void death.then(() => {
			isDead = true;
		});
		while (!isDead) {
			const submission = await readSubmission(system.db, workflowId);
			if (submission !== null && submission.status === "broadcast") await system.devnet.mine();
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(await death).toBe("SIGKILL");

		const successor = await system.spawnWorker({});
		const result = await system.mineToTheEnd(workflowId);
		await successor.stop();
		expect(result, JSON.stringify(result)).toMatchObject({ outcome: "settled", reason: null });

		const stored = await system.db.drizzle.select().from(submissions).where(eq(submissions.workflowId, workflowId));
		expect(stored).toHaveLength(1);
		const [submission] = stored;
		if (submission === undefined) throw new Error("no submission");
		expect(submission.status).toBe("confirmed");
		expect(await spentSince(noncesBefore)).toBe(1);
		const receipt = await system.devnet.provider.getTransactionReceipt(submission.transactionHash);
		expect(receipt?.status).toBe(1);

		expect(await entriesOf(system.db, [workflowId])).toHaveLength(1);
		expect(await verifyLedger(system.db, candidate.chainId)).toMatchObject({ ok: true });
		const [opportunity] = await system.db.drizzle.select().from(opportunities).where(eq(opportunities.workflowId, workflowId));
		expect(opportunity).toMatchObject({ outcome: "settled", transactionHash: submission.transactionHash, netProfit: result.netProfitWei });

		// What the history tells is what was signed.
		const steps = recordedSteps(await fetchHistory(system.temporal, workflowId));
		const plan = (steps.plan ?? steps.discover?.facts.record?.plan)?.decision;
		const signed = Transaction.from(submission.rawTransaction);
		expect(plan).toMatchObject({ kind: "proceed", plan: { calldata: signed.data, gasLimit: signed.gasLimit.toString() } });
	});
});

async function nonces(): Promise<readonly number[]> {
	return Promise.all(system.devnet.chain.operators.map((operator) => system.chain.nonceOf(operator)));
}

async function spentSince(before: readonly number[]): Promise<number> {
	return (await nonces()).reduce((sum, nonce, i) => sum + nonce - (before[i] ?? 0), 0);
}

import "../setup/runtime.ts";
import { randomUUID } from "node:crypto";
import { Context } from "@temporalio/activity";
import { Client, WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Conclusion, Confirmation, LifecycleActivities, LifecycleResult } from "../../domain/lifecycle.ts";
import type { Reason, Step } from "../../domain/outcome.ts";
import { prepareNamespace } from "../../workers/namespace.ts";
import { workflowBundle } from "../../workers/workflow-bundle.ts";
import {
	candidate,
	confirmed,
	detected,
	discovered,
	distributed,
	planned,
	priced,
	receipt,
	recordOf,
	scored,
	submission,
	submitted,
} from "../fixtures/lifecycle.ts";

let connection: NativeConnection;
let bundle: { readonly codePath: string };

beforeAll(async () => {
	connection = await NativeConnection.connect({ address: inject("temporalAddress") });
	await prepareNamespace(connection, "default");
	bundle = await workflowBundle();
});

afterAll(async () => {
	await connection.close();
});

interface Told {
	readonly result: LifecycleResult | null;
	readonly failure: string | null;
	/** The activities in the order in which they were called. */
	readonly calls: readonly string[];
	readonly conclusions: readonly Conclusion[];
}

/**
 * Runs one lifecycle whose steps answer as given; a step that is not given answers as in a settled one. Budgets are stretched where no time-out is
 * meant, so that a loaded machine makes none.
 */
async function live(answers: Partial<LifecycleActivities>, budgetFactor = 5): Promise<Told> {
	const calls: string[] = [];
	const conclusions: Conclusion[] = [];
	const settled: LifecycleActivities = {
		discover: async () => discovered,
		price: async () => priced,
		detect: async () => detected,
		score: async () => scored,
		plan: async () => planned,
		submit: async () => submitted,
		confirm: async () => confirmed,
		distribute: async (conclusion) => {
			if (conclusion.confirmation !== null) return distributed({ outcome: "settled", reason: null });
			return distributed({ outcome: conclusion.rejection?.code === "step_failed" ? "failed" : "rejected", reason: conclusion.rejection });
		},
	};
	const steps = { ...settled, ...answers };
	const activities = Object.fromEntries(
		Object.entries(steps).map(([name, run]) => [
			name,
			async (input: never) => {
				calls.push(name);
				const answer = await run(input);
				if (name === "distribute") conclusions.push(input);
				return answer;
			},
		]),
	);
	const taskQueue = `arbitrage-${randomUUID()}`;
	const worker = await Worker.create({ connection, taskQueue, workflowBundle: bundle, activities });
	const client = new Client({ connection });
	return worker.runUntil(async () => {
		try {
			const result: LifecycleResult = await client.workflow.execute("arbitrage", {
				taskQueue,
				workflowId: taskQueue,
				args: [candidate, budgetFactor],
				workflowTaskTimeout: "2s",
			});
			return { result, failure: null, calls, conclusions };
		} catch (error) {
			if (!(error instanceof WorkflowFailedError)) throw error;
			return { result: null, failure: error.cause?.message ?? "", calls, conclusions };
		}
	});
}

/** A step that does not answer before its time is up. */
const silent = (): Promise<never> => Context.current().cancelled;

const ORDER: readonly Step[] = ["discover", "price", "detect", "score", "plan", "submit", "confirm", "distribute"];
const reason = (step: Step): Reason => ({ step, code: "halted", message: `${step} says no` });
const rejection = (step: Step) => ({ kind: "reject", reason: reason(step) }) as const;

describe("a lifecycle", () => {
	it("goes through its eight steps once, in order, and returns what was settled", async () => {
		const told = await live({});
		expect(told.calls).toEqual(ORDER);
		expect(told.result).toEqual({
			outcome: "settled",
			reason: null,
			netProfitWei: "79400000000000000",
			transactionHash: submission.transactionHash,
		});
		expect(told.conclusions).toMatchObject([{ submission, confirmation: confirmed, rejection: null, plan: planned }]);
	});

	const rejections: readonly (readonly [Step, Partial<LifecycleActivities>])[] = [
		["discover", { discover: async () => ({ ...discovered, decision: rejection("discover") }) }],
		["price", { price: async () => ({ ...priced, decision: rejection("price") }) }],
		["detect", { detect: async () => ({ ...detected, decision: rejection("detect") }) }],
		["score", { score: async () => ({ ...scored, decision: rejection("score") }) }],
		["plan", { plan: async () => ({ ...planned, decision: rejection("plan") }) }],
		["submit", { submit: async () => ({ ...submitted, decision: rejection("submit") }) }],
	];
	it.each(rejections)("completes as rejected when %s decides against going on, and asks no later step", async (step, answers) => {
		const told = await live(answers);
		expect(told.calls).toEqual([...ORDER.slice(0, ORDER.indexOf(step) + 1), "distribute"]);
		expect(told.result).toMatchObject({ outcome: "rejected", reason: reason(step), transactionHash: null });
		expect(told.conclusions).toMatchObject([{ submission: null, confirmation: null, rejection: reason(step) }]);
	});

	it.each(["discover", "price", "detect", "score", "plan", "submit"] as const)(
		"tries %s once more after a fault that may pass",
		async (step) => {
			let faults = 0;
			const answers = { discover: discovered, price: priced, detect: detected, score: scored, plan: planned, submit: submitted };
			const told = await live({
				[step]: async () => {
					faults += 1;
					if (faults === 1) throw ApplicationFailure.create({ message: "the node did not answer", type: "unavailable" });
					return answers[step];
				},
			});
			expect(told.result?.outcome).toBe("settled");
			expect(told.calls.filter((name) => name === step)).toHaveLength(2);
		},
	);

	it("fails, with the step's own error in its outcome, when a step is broken", async () => {
		const told = await live({
			detect: async () => {
				throw ApplicationFailure.create({ message: "the engine refused", type: "engine", nonRetryable: true });
			},
		});
		expect(told.failure).toBe("the engine refused");
		expect(told.calls).toEqual(["discover", "price", "detect", "distribute"]);
		expect(told.conclusions).toMatchObject([{ rejection: { step: "detect", code: "step_failed", message: "the engine refused" } }]);
	});

	it("is rejected when a step does not answer within its budget", async () => {
		const told = await live({ plan: silent }, 1);
		expect(told.result).toMatchObject({ outcome: "rejected", reason: { step: "plan", code: "step_timed_out" } });
		expect(told.calls).not.toContain("submit");
	});

	it("ends as recorded in paper mode, without asking for a submission", async () => {
		const told = await live({
			discover: async () => ({ ...discovered, facts: { ...discovered.facts, control: { ...discovered.facts.control, mode: "paper" } } }),
			distribute: async () => distributed({ outcome: "recorded", reason: null }),
		});
		expect(told.calls).toEqual(["discover", "price", "detect", "score", "plan", "distribute"]);
		expect(told.conclusions).toMatchObject([{ submission: null, confirmation: null, rejection: null, plan: planned }]);
	});

	it("goes on from the record of an earlier claim and decides nothing anew", async () => {
		const told = await live({
			discover: async () => ({ ...discovered, facts: { ...discovered.facts, record: recordOf("earlier") }, decision: { kind: "resume" } }),
		});
		expect(told.calls).toEqual(["discover", "submit", "confirm", "distribute"]);
		expect(told.result?.outcome).toBe("settled");
		expect(told.conclusions).toMatchObject([{ submission, plan: planned, score: scored }]);
	});

	it("follows its claim when submit committed it but did not answer in time", async () => {
		let isClaimed = false;
		let submits = 0;
		const told = await live(
			{
				discover: async () =>
					isClaimed
						? { ...discovered, facts: { ...discovered.facts, record: recordOf("claimed") }, decision: { kind: "resume" } }
						: discovered,
				submit: async () => {
					isClaimed = true;
					submits += 1;
					return submits <= 2 ? silent() : submitted;
				},
			},
			1,
		);
		expect(told.result?.outcome).toBe("settled");
		expect(told.conclusions).toMatchObject([{ submission, rejection: null }]);
	});

	it("follows its claim when that committed while the rejection was being written", async () => {
		let looks = 0;
		const told = await live(
			{
				discover: async () => {
					looks += 1;
					return looks <= 2
						? discovered
						: { ...discovered, facts: { ...discovered.facts, record: recordOf("late") }, decision: { kind: "resume" } };
				},
				submit: async ({ record }) => (record.workflowId === "late" ? submitted : silent()),
				distribute: async (conclusion) => {
					if (conclusion.confirmation !== null) return distributed({ outcome: "settled", reason: null });
					throw ApplicationFailure.create({ message: "its submission is claimed", type: "conflict", nonRetryable: true });
				},
			},
			1,
		);
		expect(told.result?.outcome).toBe("settled");
	});

	it("does not give up on confirming and booking while faults may pass", async () => {
		let faults = 0;
		const passing = <T>(answer: T) => {
			faults += 1;
			if (faults % 3 !== 0) throw ApplicationFailure.create({ message: "connection lost", type: "unavailable" });
			return answer;
		};
		const told = await live({
			confirm: async () => passing(confirmed),
			distribute: async () => passing(distributed({ outcome: "settled", reason: null })),
		});
		expect(told.result?.outcome).toBe("settled");
		expect(told.calls.slice(6)).toEqual(["confirm", "confirm", "confirm", "distribute", "distribute", "distribute"]);
	});

	const ends: readonly (readonly ["dropped" | "reverted", Confirmation])[] = [
		["dropped", { kind: "dropped", reason: { step: "confirm", code: "relay_dropped", message: "outbid" }, reorgs: 0, cancellation: null }],
		[
			"reverted",
			{
				kind: "reverted",
				reason: { step: "confirm", code: "profit_below_minimum", message: "someone was faster" },
				receipt,
				depth: 1,
				reorgs: 0,
			},
		],
	];
	it.each(ends)("completes as %s with the reason that confirm found", async (outcome, confirmation) => {
		const told = await live({
			confirm: async () => confirmation,
			distribute: async (conclusion) =>
				distributed({
					outcome,
					reason: conclusion.confirmation !== null && "reason" in conclusion.confirmation ? conclusion.confirmation.reason : null,
				}),
		});
		expect(told.result).toMatchObject({
			outcome,
			reason: "reason" in confirmation ? confirmation.reason : null,
			transactionHash: submission.transactionHash,
		});
	});
});

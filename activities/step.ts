import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import { ArbError, messageOf } from "../domain/errors.ts";
import type { StepResult } from "../domain/lifecycle.ts";
import type { Step } from "../domain/outcome.ts";
import type { ChainDependencies } from "./dependencies.ts";

/**
 * Runs one step: gathers its facts, hands them to the deciding function, keeps both with the time they took. Errors leave as failures whose type is
 * the error's code and whose retryability was decided where the error was made.
 */
export async function runStep<Facts, D>(of: {
	readonly step: Step;
	readonly deps: ChainDependencies;
	readonly gather: (signal: AbortSignal) => Promise<Facts>;
	readonly decide: (facts: Facts) => D | Promise<D>;
}): Promise<StepResult<Facts, D>> {
	const context = Context.current();
	const startedAtMs = Date.now();
	try {
		const facts = await of.gather(context.cancellationSignal);
		const decision = await of.decide(facts);
		const elapsedMs = Date.now() - startedAtMs;
		of.deps.log.info({ ...lineOf(of.step, of.deps), elapsedMs }, "step decided");
		return { facts, decision, startedAtMs, elapsedMs };
	} catch (error) {
		of.deps.log.warn({ ...lineOf(of.step, of.deps), error: messageOf(error) }, "step failed");
		throw asFailure(error);
	}
}

/** The fields that every line about a lifecycle carries. */
export function lineOf(step: Step, deps: Pick<ChainDependencies, "chain">): Readonly<Record<string, unknown>> {
	const { workflowExecution, attempt } = Context.current().info;
	return { workflowId: workflowExecution?.workflowId, chainId: deps.chain.chainId, step, attempt };
}

/** An ArbError as Temporal's retry policies understand it; anything else is a fault that may pass. */
export function asFailure(error: unknown): unknown {
	if (!(error instanceof ArbError)) return error;
	return ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: !error.retryable, cause: error });
}

/** The lifecycle that the running activity belongs to. */
export function currentWorkflow(): { readonly workflowId: string; readonly runId: string } {
	const { workflowExecution } = Context.current().info;
	if (workflowExecution === undefined) {
		throw new ArbError({ code: "configuration", message: "this activity runs for a workflow only", retryable: false });
	}
	return workflowExecution;
}

import { defineSearchAttributeKey } from "@temporalio/common";
import {
	ActivityFailure,
	ApplicationFailure,
	CancelledFailure,
	log,
	proxyActivities,
	proxyLocalActivities,
	setCurrentDetails,
	TemporalFailure,
	TimeoutFailure,
	upsertSearchAttributes,
	workflowInfo,
} from "@temporalio/workflow";
import type { Candidate } from "../domain/candidate.ts";
import type { Conclusion, DecisionRecord, LifecycleActivities, LifecycleResult } from "../domain/lifecycle.ts";
import type { Reason, Step } from "../domain/outcome.ts";
import { SEARCH_ATTRIBUTES } from "./messages.ts";
import { NON_RETRYABLE_ERRORS } from "./retries.ts";

/** One local retry at most: an opportunity does not wait. */
const urgent = { maximumAttempts: 2, initialInterval: "10ms", nonRetryableErrorTypes: NON_RETRYABLE_ERRORS } as const;
/** Once money may be on its way nothing gives up. */
const patient = { initialInterval: "200ms", maximumInterval: "5s", nonRetryableErrorTypes: NON_RETRYABLE_ERRORS } as const;

/** Milliseconds that the urgent steps have; one attempt of the two that ask the chain most has half of it. */
const BUDGET_MS = { discover: 1_000, decide: 600, plan: 800, submit: 1_600 } as const;

/** The urgent steps, with their budgets. */
function urgentSteps(budgetFactor: number): Pick<LifecycleActivities, "discover" | "price" | "detect" | "score" | "plan" | "submit"> {
	const within = (budgetMs: number, attempts: number) =>
		proxyLocalActivities<LifecycleActivities>({
			scheduleToCloseTimeout: budgetMs * budgetFactor,
			startToCloseTimeout: (budgetMs * budgetFactor) / attempts,
			retry: urgent,
		});
	const { price, detect, score } = within(BUDGET_MS.decide, 1);
	return {
		discover: within(BUDGET_MS.discover, 1).discover,
		price,
		detect,
		score,
		plan: within(BUDGET_MS.plan, 2).plan,
		submit: within(BUDGET_MS.submit, 2).submit,
	};
}

const { confirm } = proxyActivities<LifecycleActivities>({ startToCloseTimeout: "10m", heartbeatTimeout: "5s", retry: patient });
const { distribute } = proxyLocalActivities<LifecycleActivities>({ startToCloseTimeout: "10s", retry: patient });
const { discover: lookAgain, submit: finishSubmission } = proxyActivities<LifecycleActivities>({
	startToCloseTimeout: "10s",
	retry: patient,
});

/**
 * The story of one arbitrage, from a candidate to money in the ledger, or to the reason why not.
 *
 * A rejection completes the workflow; it fails only where something is broken. A run that finds the record of an earlier claim goes on from it and
 * decides nothing anew.
 *
 * @param budgetFactor stretches the budgets of the urgent steps, for machines or chains that are slower than they were made for
 */
export async function arbitrage(candidate: Candidate, budgetFactor = 1): Promise<LifecycleResult> {
	const info = workflowInfo();
	const { discover, price, detect, score, plan, submit } = urgentSteps(budgetFactor);
	const told: Telling = { discover: null, price: null, detect: null, score: null, plan: null };
	const conclude = (end: Pick<Conclusion, "submission" | "confirmation" | "rejection">): Promise<LifecycleResult> =>
		settleAccounts({ workflowId: info.workflowId, runId: info.runId, candidate, ...told, ...end });
	const rejected = (rejection: Reason): Promise<LifecycleResult> => conclude({ submission: null, confirmation: null, rejection });
	const follow = async (record: DecisionRecord): Promise<LifecycleResult> => {
		Object.assign(told, { discover: record.discover, price: record.price, detect: record.detect, score: record.score, plan: record.plan });
		if (record.plan.decision.kind !== "proceed") throw ApplicationFailure.nonRetryable("the decision record holds no plan", "conflict");
		setCurrentDetails(
			`submitted **${record.submission.transactionHash}** by ${record.submission.relay}, deadline block ${record.submission.deadlineBlock}`,
		);
		const confirmation = await confirm({ submission: record.submission, plan: record.plan.decision.plan });
		return conclude({ submission: record.submission, confirmation, rejection: null });
	};

	let step: Step = "discover";
	try {
		const discovered = await discover({ candidate });
		told.discover = discovered;
		if (discovered.decision.kind === "reject") return await rejected(discovered.decision.reason);
		if (discovered.facts.record !== null) {
			step = "confirm";
			return await follow(await resumed(discovered.facts.record));
		}

		step = "price";
		told.price = await price({ candidate });
		if (told.price.decision.kind === "reject") return await rejected(told.price.decision.reason);

		step = "detect";
		told.detect = await detect({ candidate });
		if (told.detect.decision.kind === "reject") return await rejected(told.detect.decision.reason);
		const found = { candidate, price: told.price.decision, detect: told.detect.decision };

		step = "score";
		told.score = await score({ ...found, flashLoanFeeBps: found.detect.loan?.feeBps ?? told.detect.facts.flashLoanFeeBps });
		if (told.score.decision.kind === "reject") return await rejected(told.score.decision.reason);

		step = "plan";
		told.plan = await plan({ ...found, loan: told.detect.facts, score: told.score.decision });
		if (told.plan.decision.kind === "reject") return await rejected(told.plan.decision.reason);

		// Paper mode ends here: what would have been sent was executed by the plan's simulation, and nothing is signed.
		if (discovered.facts.control.mode === "paper") return await conclude({ submission: null, confirmation: null, rejection: null });

		step = "submit";
		const undecided = {
			workflowId: info.workflowId,
			candidate,
			discover: told.discover,
			price: told.price,
			detect: told.detect,
			score: told.score,
			plan: told.plan,
		};
		const submitted = await submit({ record: undecided, plan: told.plan.decision.plan });
		if (submitted.decision.kind === "reject") return await rejected(submitted.decision.reason);
		step = "confirm";
		return await follow({ ...undecided, submission: submitted.decision.submission });
	} catch (error) {
		// Past the claim nothing is rejected any more, and only what a step came to is a reason.
		if (step === "confirm" || !(error instanceof TemporalFailure) || error instanceof CancelledFailure) throw error;
		const reason = reasonOf(error, step);
		log.warn("step failed", { step, reason: reason.message });
		if (step === "submit") return afterUnansweredSubmit(reason);
		const result = await rejected(reason);
		if (result.outcome === "failed") throw ApplicationFailure.create({ message: reason.message, type: reason.code, nonRetryable: true });
		return result;
	}

	/** A claim may have committed although its step did not answer, even while this end is being written: Postgres lets only one of the two stand. */
	async function afterUnansweredSubmit(reason: Reason): Promise<LifecycleResult> {
		for (;;) {
			const { facts } = await lookAgain({ candidate });
			if (facts.record !== null) return follow(await resumed(facts.record));
			try {
				return await rejected(reason);
			} catch (error) {
				if (!isConflict(error)) throw error;
			}
		}
	}
}

type Telling = {
	-readonly [K in "discover" | "price" | "detect" | "score" | "plan"]: Conclusion[K];
};

/** The stored bytes are sent if they are still good; either way the lifecycle follows what was signed. */
async function resumed(record: DecisionRecord): Promise<DecisionRecord> {
	const { submission, ...undecided } = record;
	if (record.plan.decision.kind === "proceed") await finishSubmission({ record: undecided, plan: record.plan.decision.plan });
	return { ...undecided, submission };
}

/** Books the outcome and shows it where operators look. */
async function settleAccounts(conclusion: Conclusion): Promise<LifecycleResult> {
	const { decision } = await distribute(conclusion);
	upsertSearchAttributes([
		{ key: OUTCOME, value: decision.outcome },
		{ key: NET_PROFIT, value: Number(decision.netProfitWei) / 1e18 },
	]);
	const why = decision.reason === null ? `net profit ${decision.netProfitWei} wei` : `${decision.reason.step}: ${decision.reason.message}`;
	setCurrentDetails(`**${decision.outcome}** · ${why}`);
	return {
		outcome: decision.outcome,
		reason: decision.reason,
		netProfitWei: decision.netProfitWei,
		transactionHash: conclusion.submission?.transactionHash ?? null,
	};
}

const OUTCOME = defineSearchAttributeKey(SEARCH_ATTRIBUTES.outcome.name, SEARCH_ATTRIBUTES.outcome.type);
const NET_PROFIT = defineSearchAttributeKey(SEARCH_ATTRIBUTES.netProfitEth.name, SEARCH_ATTRIBUTES.netProfitEth.type);

function isConflict(error: unknown): boolean {
	const cause = error instanceof ActivityFailure ? error.cause : error;
	return cause instanceof ApplicationFailure && cause.type === "conflict";
}

function reasonOf(failure: TemporalFailure, step: Step): Reason {
	const cause = failure instanceof ActivityFailure && failure.cause !== undefined ? failure.cause : failure;
	if (cause instanceof TimeoutFailure) return { step, code: "step_timed_out", message: `${step} did not answer within its budget` };
	return { step, code: "step_failed", message: cause.message };
}

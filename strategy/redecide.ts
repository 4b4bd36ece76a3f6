import { isDeepStrictEqual } from "node:util";
import type { Candidate } from "../domain/candidate.ts";
import type {
	Confirmation,
	DetectDecision,
	DetectFacts,
	DiscoverDecision,
	DiscoverFacts,
	DistributeDecision,
	DistributeFacts,
	PlanDecision,
	PlanFacts,
	PriceDecision,
	PriceFacts,
	ScoreDecision,
	ScoreFacts,
	StepResult,
	SubmitDecision,
	SubmitFacts,
} from "../domain/lifecycle.ts";
import type { Step } from "../domain/outcome.ts";
import type { Scorer } from "../models/scorer.ts";
import { decideDetect } from "./detect.ts";
import { decideDiscover } from "./discover.ts";
import { decideDistribute } from "./distribute.ts";
import { decidePlan } from "./plan.ts";
import { decidePrice } from "./price.ts";
import { decideScore } from "./score.ts";

/** A lifecycle's steps as its history recorded them. */
export interface RecordedSteps {
	readonly workflowId: string;
	readonly runId: string;
	readonly candidate: Candidate;
	readonly discover: StepResult<DiscoverFacts, DiscoverDecision> | null;
	readonly price: StepResult<PriceFacts, PriceDecision> | null;
	readonly detect: StepResult<DetectFacts, DetectDecision> | null;
	readonly score: StepResult<ScoreFacts, ScoreDecision> | null;
	readonly plan: StepResult<PlanFacts, PlanDecision> | null;
	readonly submit: StepResult<SubmitFacts, SubmitDecision> | null;
	readonly confirm: Confirmation | null;
	readonly distribute: StepResult<DistributeFacts, DistributeDecision> | null;
}

/** Where today's code decides otherwise on the same facts: the path of the first differing value, and both values. */
export interface Difference {
	readonly step: Step;
	readonly path: string;
	readonly recorded: unknown;
	readonly today: unknown;
}

/** Takes every recorded decision again from its recorded facts. Empty: today's code would have done the same. */
export async function redecide(recorded: RecordedSteps, scorer: Scorer | null): Promise<readonly Difference[]> {
	const differences: Difference[] = [];
	const compare = (step: Step, before: unknown, today: unknown): void => {
		// Through JSON once, as the recorded one went: absent and undefined are the same thing there.
		const difference = firstDifference(before, JSON.parse(JSON.stringify(today)), "");
		if (difference !== null) differences.push({ step, ...difference });
	};
	const { candidate, discover, price, detect, score, plan } = recorded;
	if (discover !== null) compare("discover", discover.decision, decideDiscover(candidate, discover.facts));
	if (price !== null) compare("price", price.decision, decidePrice(price.facts));
	if (detect !== null) compare("detect", detect.decision, decideDetect(candidate, detect.facts));
	if (price?.decision.kind === "proceed" && detect?.decision.kind === "proceed") {
		const found = { candidate, price: price.decision, detect: detect.decision };
		if (score !== null) compare("score", score.decision, await decideScore({ ...found, facts: score.facts }, scorer));
		if (score?.decision.kind === "proceed" && plan !== null) {
			compare("plan", plan.decision, decidePlan({ ...found, score: score.decision }, plan.facts));
		}
	}
	if (recorded.distribute !== null) {
		const rejection =
			recorded.distribute.decision.outcome === "rejected" || recorded.distribute.decision.outcome === "failed"
				? recorded.distribute.decision.reason
				: null;
		const submission =
			recorded.submit?.decision.kind === "proceed" ? recorded.submit.decision.submission : (discover?.facts.record?.submission ?? null);
		const conclusion = { ...recorded, submission, confirmation: recorded.confirm, rejection };
		compare("distribute", recorded.distribute.decision, decideDistribute(conclusion, recorded.distribute.facts));
	}
	return differences;
}

function firstDifference(recorded: unknown, today: unknown, path: string): Omit<Difference, "step"> | null {
	if (isDeepStrictEqual(recorded, today)) return null;
	if (!isRecord(recorded) || !isRecord(today)) return { path: path || "(root)", recorded, today };
	for (const key of new Set([...Object.keys(recorded), ...Object.keys(today)])) {
		const found = firstDifference(recorded[key], today[key], path === "" ? key : `${path}.${key}`);
		if (found !== null) return found;
	}
	return { path: path || "(root)", recorded, today };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}

import { recordConclusion } from "../db/outcomes.ts";
import type { Conclusion, LifecycleActivities } from "../domain/lifecycle.ts";
import { decideDistribute } from "../strategy/distribute.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { runStep } from "./step.ts";

/** The lifecycle's second and last write: outcome, ledger, rewards, labelled sample, events. */
export function distributeStep(deps: ChainDependencies): LifecycleActivities["distribute"] {
	return (conclusion) =>
		runStep({
			step: "distribute",
			deps,
			gather: async () => ({ executor: deps.chain.executor, treasury: deps.chain.treasury, shares: deps.chain.shares }),
			decide: async (facts) => {
				const decision = decideDistribute(conclusion, facts);
				await recordConclusion(deps.db, { conclusion, decision, sample: sampleOf(conclusion) }, deps.checkpoint);
				return decision;
			},
		});
}

/** What was known before a submission, once its end is a label. */
function sampleOf({
	confirmation,
	score,
}: Conclusion): { readonly featureVersion: number; readonly features: Readonly<Record<string, number>> } | null {
	if (confirmation === null || score?.decision.kind !== "proceed") return null;
	return { featureVersion: score.decision.featureVersion, features: score.decision.features };
}

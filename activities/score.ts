import { recentOutcomes } from "../db/usage.ts";
import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { decideScore } from "../strategy/score.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { runStep } from "./step.ts";

/** How many of the chain's last submissions describe its competition. */
const RECENT = 50;

/** Both models' judgement, calibrated, and what it is worth. */
export function scoreStep(deps: ChainDependencies): LifecycleActivities["score"] {
	return (input) =>
		runStep({
			step: "score",
			deps,
			gather: async () => {
				const [recent, head] = await Promise.all([recentOutcomes(deps.db, input.candidate.chainId, RECENT), deps.client.head()]);
				const { policy } = deps.chain;
				return {
					recent,
					headNumber: head.number,
					flashLoanFeeBps: input.flashLoanFeeBps,
					ensemble: deps.scorer?.hash ?? null,
					minExpectedValueWei: policy.minExpectedValueWei,
					maxLossProbabilityPpm: policy.maxLossProbabilityPpm,
					maxAmountInWithoutModel: policy.maxAmountInWithoutModel,
				};
			},
			decide: (facts) => decideScore({ ...input, facts }, deps.scorer),
		});
}

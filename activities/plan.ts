import { readControl } from "../db/control.ts";
import { usage } from "../db/usage.ts";
import { ArbError } from "../domain/errors.ts";
import { planIdOf } from "../domain/executor-events.ts";
import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { encodeExecute } from "../execution/executor.ts";
import { simulateExecution } from "../execution/simulation.ts";
import { decidePlan, draftPlan, plannedHops } from "../strategy/plan.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { currentWorkflow, runStep } from "./step.ts";
import { compareCandidate } from "./tripwire.ts";

/** Everything the transaction is built from, tried on the chain's head before it is signed. */
export function planStep(deps: ChainDependencies): LifecycleActivities["plan"] {
	return (input) =>
		runStep({
			step: "plan",
			deps,
			gather: async () => {
				const { chain } = deps;
				const from = chain.operators[0];
				if (from === undefined) {
					throw new ArbError({
						code: "configuration",
						message: `chain ${chain.chainId} has no operator wallet to simulate from`,
						retryable: false,
					});
				}
				const { workflowId } = currentWorkflow();
				const draft = draftPlan(input, input.loan, chain);
				const calldata = encodeExecute({
					planId: planIdOf(workflowId),
					lender: draft.flashLoan.vault,
					startToken: input.candidate.startToken,
					amountIn: BigInt(input.detect.amountIn),
					minProfit: BigInt(draft.minProfit),
					deadlineBlock: draft.deadlineBlock,
					hops: plannedHops(input.candidate, input.detect),
				});
				const head = await deps.client.head();
				const [simulation, mismatches, control, used] = await Promise.all([
					simulateExecution(deps.client.anyNode, {
						...{ from, executor: chain.executor, calldata, after: head },
						behind: input.candidate.follows?.rawTransaction,
					}),
					compareCandidate(deps, { candidate: input.candidate, workflowId }),
					readControl(deps.db, chain.chainId),
					usage(deps.db, chain.chainId),
				]);
				deps.checkpoint("plan:simulated");
				return {
					draft,
					calldata,
					simulation,
					mismatches,
					headNumber: head.number,
					limits: control.limits,
					usage: used,
					relays: chain.relays.map(({ kind, inclusionSharePpm, exposurePpm }) => ({ kind, inclusionSharePpm, exposurePpm })),
					explorationPpm: chain.policy.explorationPpm,
				};
			},
			decide: (facts) => {
				const decision = decidePlan(input, facts);
				deps.checkpoint("plan:decided");
				return decision;
			},
		});
}

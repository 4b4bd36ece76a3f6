import { readControl } from "../db/control.ts";
import { quarantinedOf } from "../db/quarantine.ts";
import { allowedPools, allowedTokens } from "../db/registry.ts";
import { readDecisionRecord } from "../db/submissions.ts";
import { currentFencingNumber } from "../db/watchers.ts";
import { jsonBytes } from "../domain/json.ts";
import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { decideDiscover } from "../strategy/discover.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { currentWorkflow, runStep } from "./step.ts";

/** Is there a record of this lifecycle already; are pools, tokens and block what the candidate says? */
export function discoverStep(deps: ChainDependencies): LifecycleActivities["discover"] {
	return ({ candidate }) =>
		runStep({
			step: "discover",
			deps,
			gather: async () => {
				const { workflowId } = currentWorkflow();
				const pools = candidate.route.map((hop) => hop.pool);
				const tokens = candidate.route.flatMap((hop) => [hop.tokenIn, hop.tokenOut]);
				const { chainId } = candidate;
				const [record, control, fencingNumber, knownPools, knownTokens, quarantinedPools, head, block] = await Promise.all([
					readDecisionRecord(deps.db, workflowId),
					readControl(deps.db, chainId),
					currentFencingNumber(deps.db, chainId),
					allowedPools(deps.db, { chainId, pools }),
					allowedTokens(deps.db, { chainId, tokens }),
					quarantinedOf(deps.db, { chainId, pools }),
					deps.client.head(),
					deps.client.block(candidate.block.number),
				]);
				return {
					candidateBytes: jsonBytes(candidate),
					knownPools,
					knownTokens,
					quarantinedPools,
					canonicalHash: block?.hash ?? null,
					headNumber: head.number,
					maxBlockAge: deps.chain.policy.maxBlockAge,
					control: { mode: control.mode, paused: control.paused, killSwitch: control.killSwitch },
					fencingNumber,
					record,
				};
			},
			decide: (facts) => decideDiscover(candidate, facts),
		});
}

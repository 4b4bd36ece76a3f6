import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { balancerLoan } from "../market/loan.ts";
import { decideDetect } from "../strategy/detect.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { runStep } from "./step.ts";

/** The exact optimum on the candidate's own states, within what the lender has. */
export function detectStep(deps: ChainDependencies): LifecycleActivities["detect"] {
	return ({ candidate }) =>
		runStep({
			step: "detect",
			deps,
			gather: async () => {
				const vault = deps.chain.balancerVault;
				const loan = await balancerLoan(deps.client, { vault, token: candidate.startToken, blockHash: candidate.block.hash });
				return {
					loanLiquidity: loan.liquidity.toString(),
					flashLoanFeePercentage: loan.feePercentage.toString(),
					flashLoanFeeBps: loan.feeBps,
					lender: "balancer-v2" as const,
					vault,
				};
			},
			decide: (facts) => decideDetect(candidate, facts),
		});
}

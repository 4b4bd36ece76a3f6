import { ArbError } from "../domain/errors.ts";
import type { DetectFacts, LifecycleActivities, LoanTerms } from "../domain/lifecycle.ts";
import { loanTerms } from "../market/loan.ts";
import { decideDetect } from "../strategy/detect.ts";
import { feeBps, loanFeeOf } from "../strategy/lender.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { runStep } from "./step.ts";

/** Of the same unit as `DetectFacts.flashLoanFeePercentage`. */
const ALL = 10n ** 18n;

/** The exact optimum on the candidate's own states, within what the chain's lenders have. */
export function detectStep(deps: ChainDependencies): LifecycleActivities["detect"] {
	return ({ candidate }) =>
		runStep({
			step: "detect",
			deps,
			gather: async () => {
				const { lenders } = deps.chain;
				return detectFacts(await loanTerms(deps.client, { lenders, token: candidate.startToken, blockHash: candidate.block.hash }));
			},
			decide: (facts) => decideDetect(candidate, facts),
		});
}

/**
 * The terms as the decision's facts.
 *
 * @throws ArbError `configuration` where there is no lender
 */
export function detectFacts(terms: readonly LoanTerms[]): DetectFacts {
	const [first] = terms;
	if (first === undefined)
		throw new ArbError({ code: "configuration", message: "lenders: the chain has none; name one", retryable: false });
	const fee = loanFeeOf(first);
	return {
		loanLiquidity: first.liquidity,
		flashLoanFeePercentage: ((fee.share * ALL) / fee.of).toString(),
		flashLoanFeeBps: feeBps(fee),
		lender: first.lender,
		vault: first.address,
		...(terms.length === 1 && first.lender === "balancer-v2" ? {} : { lenders: terms }),
	};
}

import type { LifecycleActivities } from "../domain/lifecycle.ts";
import { confirmStep } from "./confirm.ts";
import type { ChainDependencies } from "./dependencies.ts";
import { detectStep } from "./detect.ts";
import { discoverStep } from "./discover.ts";
import { distributeStep } from "./distribute.ts";
import { planStep } from "./plan.ts";
import { priceStep } from "./price.ts";
import { scoreStep } from "./score.ts";
import { submitStep } from "./submit.ts";

/** The eight steps of one chain's lifecycles. */
export function lifecycleActivities(deps: ChainDependencies): LifecycleActivities {
	return {
		discover: discoverStep(deps),
		price: priceStep(deps),
		detect: detectStep(deps),
		score: scoreStep(deps),
		plan: planStep(deps),
		submit: submitStep(deps),
		confirm: confirmStep(deps),
		distribute: distributeStep(deps),
	};
}

import type { Amount } from "../domain/amount.ts";
import type { Conclusion, DistributeDecision, Submission } from "../domain/lifecycle.ts";

/** One leaf of a reward tree: position, account, and what it has earned since the first epoch; wei of the wrapped native coin. */
export type RewardLeaf = readonly [index: number, account: string, cumulative: Amount];

/** Each step's facts and decision, for the page of one lifecycle; null where it did not get there. */
export interface StoredSteps {
	readonly discover: Conclusion["discover"];
	readonly price: Conclusion["price"];
	readonly detect: Conclusion["detect"];
	readonly score: Conclusion["score"];
	readonly plan: Conclusion["plan"];
	readonly submit: Submission | null;
	readonly confirm: Conclusion["confirmation"];
	readonly distribute: DistributeDecision | null;
}

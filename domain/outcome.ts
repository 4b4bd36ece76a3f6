/** The steps of a lifecycle, in order. */
export const STEPS = ["discover", "price", "detect", "score", "plan", "submit", "confirm", "distribute"] as const;
export type Step = (typeof STEPS)[number];

/** How a lifecycle ended. */
export const OUTCOMES = ["settled", "recorded", "rejected", "dropped", "reverted", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** `devnet`: local chains. `paper`: real chains, no spendable key, nothing broadcast. `live`: asked for by name. */
export const MODES = ["devnet", "paper", "live"] as const;
export type Mode = (typeof MODES)[number];

/** Why a step decided against going on. */
export const REJECTION_CODES = [
	"unknown_pool",
	"unknown_token",
	"pool_quarantined",
	"state_mismatch",
	"block_not_canonical",
	"block_too_old",
	"mixed_states",
	"candidate_too_large",
	"halted",
	"fenced",
	"price_missing",
	"price_stale",
	"price_disputed",
	"sequencer_down",
	"gas_price_missing",
	"not_profitable",
	"exceeds_loan_liquidity",
	"engine_refused",
	"feature_nan",
	"expected_value_too_low",
	"risk_too_high",
	"limit_exceeded",
	"no_flash_loan",
	"simulation_reverted",
	"simulation_mismatch",
	"gas_above_profit",
	"no_free_wallet",
	"pool_busy",
	"claim_refused",
	"deadline_passed",
	"step_timed_out",
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** A reason: a code to count by, a sentence to read. */
export interface Reason {
	readonly step: Step;
	readonly code: RejectionCode | DropCode | RevertCode | "step_failed";
	readonly message: string;
}

/** Why a submission was never included. */
export type DropCode = "relay_dropped" | "deadline_passed" | "replaced" | "cancelled" | "never_broadcast";

/** Why an included transaction failed, decoded from the executor's error. */
export type RevertCode = "profit_below_minimum" | "past_deadline" | "swap_failed" | "reverted";

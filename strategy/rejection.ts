import type { Reason, RejectionCode, Step } from "../domain/outcome.ts";

/** A decision against going on. */
export function reject(step: Step, code: RejectionCode, message: string): { readonly kind: "reject"; readonly reason: Reason } {
	return { kind: "reject", reason: { step, code, message } };
}

import type { ErrorCode } from "../domain/errors.ts";

/** Errors that no retry of the same call can mend; `activities/` reports an ArbError's code as the failure's type. */
export const NON_RETRYABLE_ERRORS: ErrorCode[] = ["invalid_input", "configuration", "dependency_missing", "engine", "ledger", "fenced"];

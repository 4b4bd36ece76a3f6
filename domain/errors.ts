/** What can go wrong, by name. A code is part of the interface: it is stored, shown and matched. */
export type ErrorCode =
	| "invalid_input"
	| "not_found"
	| "conflict"
	| "configuration"
	| "dependency_missing"
	| "unavailable"
	| "timeout"
	| "stale_state"
	| "fenced"
	| "halted"
	| "claim_refused"
	| "engine"
	| "model"
	| "chain"
	| "relay"
	| "ledger";

export interface ArbErrorInit {
	readonly code: ErrorCode;
	/** One sentence with the values in it, then what to do about it. */
	readonly message: string;
	/** Decided where the error is made: may the same call succeed later, unchanged? */
	readonly retryable: boolean;
	readonly cause?: unknown;
}

/** The system's own error: a code, a sentence, and whether trying again makes sense. */
export class ArbError extends Error {
	readonly code: ErrorCode;
	readonly retryable: boolean;

	constructor(init: ArbErrorInit) {
		super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
		this.name = "ArbError";
		this.code = init.code;
		this.retryable = init.retryable;
	}
}

/** The sentence of any thrown value. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

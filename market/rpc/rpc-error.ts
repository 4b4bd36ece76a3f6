import { ArbError, type ErrorCode } from "../../domain/errors.ts";

/** What a node answers instead of a result. `data` carries revert bytes where the node gives them. */
export interface RpcFault {
	readonly code: number;
	readonly message: string;
	readonly data: unknown;
}

/** What can go wrong with one endpoint or with the pool of them, by name: counted in the statistics under it. */
export type FailureKind =
	/** No answer in time. */
	| "timeout"
	/** No connection, or it broke off. */
	| "connection"
	/** An HTTP status other than success and 429. */
	| "http"
	/** HTTP 429, or a node's own words for it. */
	| "rate_limited"
	/** No JSON, or no JSON-RPC. */
	| "malformed"
	/** An answer to a call that was not made. */
	| "wrong_id"
	/** An answer that contradicts itself, the question, or evidence. */
	| "invalid"
	/** The node does not have that block: reorganised away, or this node lags. */
	| "unknown_block"
	/** The node answered an error that the same call may not meet elsewhere or later. */
	| "refused"
	/** The node does not know the method or this form of its parameters. */
	| "unsupported"
	/** The chain's own answer is an error, such as a revert. */
	| "final"
	/** The node serves another chain than the settings mean. */
	| "wrong_chain"
	/** The caller gave up, or another endpoint was faster. */
	| "cancelled"
	| "closed"
	/** Of the pool: the call budgets of all endpoints are spent. */
	| "budget"
	/** Of the pool: fewer endpoints are usable than have to agree. */
	| "too_few"
	/** Of the pool: the endpoints contradict each other. */
	| "disagreement";

const CODES: Readonly<Record<FailureKind, { readonly code: ErrorCode; readonly retryable: boolean }>> = {
	timeout: { code: "timeout", retryable: true },
	connection: { code: "unavailable", retryable: true },
	http: { code: "unavailable", retryable: true },
	rate_limited: { code: "unavailable", retryable: true },
	malformed: { code: "unavailable", retryable: true },
	wrong_id: { code: "unavailable", retryable: true },
	invalid: { code: "chain", retryable: true },
	unknown_block: { code: "stale_state", retryable: true },
	refused: { code: "chain", retryable: true },
	unsupported: { code: "chain", retryable: false },
	final: { code: "chain", retryable: false },
	wrong_chain: { code: "configuration", retryable: false },
	cancelled: { code: "unavailable", retryable: true },
	closed: { code: "unavailable", retryable: true },
	budget: { code: "unavailable", retryable: true },
	too_few: { code: "unavailable", retryable: true },
	disagreement: { code: "unavailable", retryable: true },
};

/** An {@link ArbError} of reading a chain: its `kind` says what went wrong, and decides code and retryability. */
export class RpcError extends ArbError {
	readonly kind: FailureKind;
	/** How long the node asked not to be called again. */
	readonly retryAfterMs: number | null;

	constructor(init: { readonly kind: FailureKind; readonly message: string; readonly retryAfterMs?: number; readonly cause?: unknown }) {
		super({ ...CODES[init.kind], message: init.message, cause: init.cause });
		this.kind = init.kind;
		this.retryAfterMs = init.retryAfterMs ?? null;
	}
}

/** A node's words for "I do not have this block". */
const UNKNOWN_BLOCK =
	/unknown block|header not found|block not found|resource not found|missing trie node|hash is not currently canonical/i;
const RATE_LIMITED = /rate.?limit|too many requests|request limit|exceeded .*(capacity|throughput|quota)|compute units/i;
const RATE_CODES: ReadonlySet<number> = new Set([429, -32005, -32029, -32097]);
/** JSON-RPC 2.0 and EIP-1474: method not found, bad parameters, method not supported; another node may take them. */
const UNSUPPORTED_CODES: ReadonlySet<number> = new Set([-32601, -32602, -32004]);
/** Revert (geth, EIP-1474 informally), parse error, invalid request: the same call fails everywhere. */
const FINAL_CODES: ReadonlySet<number> = new Set([3, -32700, -32600]);

/** The error behind a node's error object; the {@link RpcFault} is its `cause`. */
export function faultError(method: string, fault: RpcFault): RpcError {
	return new RpcError({
		kind: kindOf(fault),
		message: `${method}: the node answered ${fault.code} "${fault.message}"`,
		cause: fault,
	});
}

function kindOf({ code, message }: RpcFault): FailureKind {
	if (UNKNOWN_BLOCK.test(message)) return "unknown_block";
	// Some nodes use -32005 for ranges and results that are too wide: those words do not speak of a rate.
	if (RATE_LIMITED.test(message) || (RATE_CODES.has(code) && !/results?|range|response size|block/i.test(message))) return "rate_limited";
	if (FINAL_CODES.has(code) || /revert/i.test(message)) return "final";
	return UNSUPPORTED_CODES.has(code) ? "unsupported" : "refused";
}

import { ArbError, messageOf } from "../../domain/errors.ts";

/**
 * What a failed call means for the next: `too-large`, a smaller one may pass; `refused`, the node does not take this kind of call; `failed`, it says nothing
 * about the call's form.
 */
export type Verdict = "too-large" | "refused" | "failed";

/** Limits on the rate are no limits on the size. */
const RATE = /rate|per second|too many requests|capacity|quota|daily/i;
/** How nodes and the proxies before them say that a call takes too much gas, room or time. */
const TOO_LARGE = new RegExp(
	[
		"out ?of ?gas|intrinsic gas|gas (limit|cap|allowance)|exceeds?( block)? gas",
		"too (large|big|long)|size (limit|exceed)|exceed\\w* .*(size|limit|length)|(limit|size|length|memory) exceeded|initcode",
		"tim(ed?|e) ?out|deadline exceeded|execution aborted|HTTP (408|413|504|524)",
	].join("|"),
	"i",
);
/** Refused parameters or method (JSON-RPC 2.0), method or version not supported (EIP-1474). */
const REFUSED_CODES: ReadonlySet<unknown> = new Set([-32600, -32601, -32602, -32004]);
const REFUSED =
	/override|(too many|invalid|expected|unexpected|unknown) .*(argument|param|field|key)|not (supported|implemented|allowed)|unsupported/i;
/** The EVM's own failures, as nodes word them; codes 3 (geth) and -32015 (Nethermind, OpenEthereum). */
const EVM_CODES: ReadonlySet<unknown> = new Set([3, -32015]);
const EVM =
	/revert|EVM error|out ?of ?gas|invalid (opcode|jump)|opcode not found|bad (instruction|jump)|stack (underflow|overflow|limit)|write protection/i;

export function verdictOf(error: unknown): Verdict {
	if (!(error instanceof ArbError)) return "failed";
	const { code, words } = faultOf(error);
	switch (error.code) {
		case "timeout":
			return "too-large";
		case "unavailable":
			return !RATE.test(words) && TOO_LARGE.test(words) ? "too-large" : "failed";
		case "chain":
			if (RATE.test(words)) return "failed";
			if (TOO_LARGE.test(words)) return "too-large";
			return REFUSED_CODES.has(code) || REFUSED.test(words) || isExecutionFailure(error) ? "refused" : "failed";
		default:
			return "failed";
	}
}

/** Did the called contract fail, and not the node? */
export function isExecutionFailure(error: unknown): boolean {
	if (!(error instanceof ArbError) || error.code !== "chain") return false;
	const { code, words } = faultOf(error);
	return EVM_CODES.has(code) || EVM.test(words);
}

/** A node's fault is the cause of the error of {@link ChainClient}; some give the EVM's words as `data` only. */
function faultOf(error: ArbError): { readonly code: unknown; readonly words: string } {
	const { cause } = error;
	if (typeof cause !== "object" || cause === null || !("code" in cause)) return { code: null, words: error.message };
	const data = Reflect.get(cause, "data");
	return { code: cause.code, words: `${String(Reflect.get(cause, "message"))} ${typeof data === "string" ? data : ""}` };
}

/** A way of reading that this node does not offer; the next one may work. */
export class RefusedError extends ArbError {
	constructor(what: string, cause?: unknown) {
		const why = cause === undefined ? "" : ` (${messageOf(cause)})`;
		super({ code: "chain", message: `${what}${why}; use a node that does, or one with higher limits`, retryable: false, cause });
	}
}

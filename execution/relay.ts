import { z } from "zod";
import type { ChainConfig } from "../config/chain.ts";
import { ArbError, messageOf } from "../domain/errors.ts";
import type { RelayKind } from "../domain/plan.ts";

/** Signed bytes on their way. They may be included from `targetBlock` on, up to and including `deadlineBlock`. */
export interface Outgoing {
	readonly rawTransaction: string;
	/** Another's signed transaction that ours stands behind, in one bundle. */
	readonly behind?: string | undefined;
	readonly transactionHash: string;
	readonly targetBlock: number;
	readonly deadlineBlock: number;
}

/** What a relay says about a transaction. Evidence, not proof: only the chain says whether it is included for good. */
export type RelayStatus = { readonly kind: "unknown" | "pending" | "included" } | { readonly kind: "dropped"; readonly reason: string };

/**
 * A way for signed bytes to get into blocks. Sending the same bytes twice is as good as once.
 *
 * Errors: ArbError `relay`. Retryable: no connection, no answer in time, or too busy, after which the bytes may or may not have arrived. Not
 * retryable: the relay has refused these bytes.
 */
export interface Relay {
	readonly kind: RelayKind;
	send(transaction: Outgoing, signal?: AbortSignal): Promise<void>;
	status(transactionHash: string): Promise<RelayStatus>;
}

interface RpcFault {
	readonly code: number;
	readonly message: string;
}

/** A claim's broadcast has 800 ms; the rest of the system waits no longer for one answer either. */
const TIMEOUT_MS = 2_000;
/** EIP-1474: limit exceeded. JSON-RPC 2.0: internal error. */
const BUSY_CODES: ReadonlySet<number> = new Set([-32005, -32603]);
const BUSY_WORDS = /txpool is full|rate limit|too many requests|try again|timed? ?out/i;
const ALREADY_THERE = /already known|already imported|known transaction|alreadyknown|already exists/i;
const NONCE_USED = /nonce too low|nonce is too low|invalid nonce|nonce has already been used/i;

const answerSchema = z.object({
	result: z.unknown().optional(),
	error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const bundleStatusSchema = z.object({ status: z.enum(["unknown", "pending", "included", "dropped"]), reason: z.string().optional() });
const transactionSchema = z.object({ blockNumber: z.string().nullish() }).nullable();

/**
 * A private route to a block builder: `eth_sendBundle` with our transaction, behind another's where it follows one, for a range of blocks. The builder includes the
 * bundle whole and successful, or not at all; `relay_bundleStatus` by transaction hash.
 */
export function bundleRelay(url: string): Relay {
	return {
		kind: "bundle",
		async send({ rawTransaction, behind, targetBlock, deadlineBlock }, signal) {
			const bundle = {
				txs: behind === undefined ? [rawTransaction] : [behind, rawTransaction],
				blockNumber: hex(targetBlock),
				maxBlockNumber: hex(deadlineBlock),
			};
			const { fault } = await ask({ url, method: "eth_sendBundle", params: [bundle], signal });
			if (fault !== null) throw refusal("eth_sendBundle", fault);
		},
		async status(transactionHash) {
			const { result, fault } = await ask({ url, method: "relay_bundleStatus", params: [transactionHash] });
			if (fault !== null) throw refusal("relay_bundleStatus", fault);
			const { status, reason } = parse(bundleStatusSchema, result, "relay_bundleStatus");
			return status === "dropped" ? { kind: status, reason: reason ?? "the relay gives no reason" } : { kind: status };
		},
	};
}

/** The node's own mempool, seen by everyone. */
export function publicRelay(url: string): Relay {
	async function status(transactionHash: string, signal?: AbortSignal): Promise<RelayStatus> {
		const { result, fault } = await ask({ url, method: "eth_getTransactionByHash", params: [transactionHash], signal });
		if (fault !== null) throw refusal("eth_getTransactionByHash", fault);
		const transaction = parse(transactionSchema, result, "eth_getTransactionByHash");
		if (transaction === null) return { kind: "unknown" };
		return { kind: transaction.blockNumber == null ? "pending" : "included" };
	}
	return {
		kind: "public",
		async send({ rawTransaction, behind, transactionHash }, signal) {
			if (behind !== undefined)
				throw relayError("the mempool keeps no order: what follows another's transaction needs a bundle", false, null);
			const { fault } = await ask({ url, method: "eth_sendRawTransaction", params: [rawTransaction], signal });
			if (fault === null || ALREADY_THERE.test(fault.message)) return;
			// The nonce is used: by these very bytes, which have been included meanwhile, or by others.
			if (NONCE_USED.test(fault.message) && (await status(transactionHash, signal)).kind !== "unknown") return;
			throw refusal("eth_sendRawTransaction", fault);
		},
		status: (transactionHash) => status(transactionHash),
	};
}

/** A chain's configured relays, by kind; of two of one kind the first. */
export function relaysOf(relays: readonly Pick<ChainConfig["relays"][number], "kind" | "url">[]): ReadonlyMap<RelayKind, Relay> {
	const byKind = new Map<RelayKind, Relay>();
	for (const { kind, url } of relays) {
		if (!byKind.has(kind)) byKind.set(kind, kind === "bundle" ? bundleRelay(url) : publicRelay(url));
	}
	return byKind;
}

async function ask(of: {
	readonly url: string;
	readonly method: string;
	readonly params: readonly unknown[];
	readonly signal?: AbortSignal | undefined;
}): Promise<{ readonly result: unknown; readonly fault: RpcFault | null }> {
	const timeout = AbortSignal.timeout(TIMEOUT_MS);
	let body: string;
	let httpStatus: number;
	try {
		const response = await fetch(of.url, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: of.method, params: of.params }),
			signal: of.signal === undefined ? timeout : AbortSignal.any([of.signal, timeout]),
		});
		httpStatus = response.status;
		body = await response.text();
	} catch (error) {
		const why = error instanceof Error && error.cause !== undefined ? `${error.message}: ${messageOf(error.cause)}` : messageOf(error);
		throw relayError(`${of.method}: the relay at ${new URL(of.url).host} did not answer (${why}); the bytes may have arrived`, true, error);
	}
	let json: unknown;
	try {
		json = JSON.parse(body);
	} catch (error) {
		const isTransient = httpStatus === 429 || httpStatus >= 500;
		throw relayError(`${of.method}: the relay answered HTTP ${httpStatus} "${body.slice(0, 200)}"`, isTransient, error);
	}
	const { result, error } = parse(answerSchema, json, of.method);
	return { result, fault: error ?? null };
}

function refusal(method: string, fault: RpcFault): ArbError {
	const isBusy = BUSY_CODES.has(fault.code) || BUSY_WORDS.test(fault.message);
	return relayError(`${method}: the relay answered ${fault.code} "${fault.message}"`, isBusy, fault);
}

function parse<T>(schema: z.ZodType<T>, value: unknown, method: string): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw relayError(`${method}: the relay's answer has another form: ${parsed.error.message}`, false, parsed.error);
}

function relayError(message: string, retryable: boolean, cause: unknown): ArbError {
	return new ArbError({ code: "relay", message, retryable, cause });
}

function hex(value: number): string {
	return `0x${value.toString(16)}`;
}

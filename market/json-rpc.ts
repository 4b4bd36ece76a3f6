import { ArbError, messageOf } from "../domain/errors.ts";

/** What a node answers instead of a result. `data` carries revert bytes where the node gives them. */
export interface RpcFault {
	readonly code: number;
	readonly message: string;
	readonly data: unknown;
}

export interface JsonRpcOptions {
	/** Longest wait for one HTTP answer. */
	readonly timeoutMs: number;
	/** Calls per HTTP request at most; public nodes refuse long batches. */
	readonly maxBatch: number;
	/** HTTP requests under way at most. */
	readonly maxInFlight: number;
}

interface PendingCall {
	readonly id: number;
	readonly method: string;
	readonly params: readonly unknown[];
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: ArbError) => void;
}

/** A node's words for "I do not have this block": it was reorganised away, or this node lags. */
const UNKNOWN_BLOCK =
	/unknown block|header not found|block not found|resource not found|missing trie node|hash is not currently canonical/i;
/** Codes of EIP-1474 and JSON-RPC 2.0 after which the same call cannot succeed: bad request, method or parameters, revert. */
const FINAL_CODES: ReadonlySet<number> = new Set([3, -32700, -32600, -32601, -32602, -32004]);

/**
 * JSON-RPC 2.0 over HTTP with keep-alive. Calls made in one turn of the event loop travel in one batch.
 *
 * Errors: `unavailable` (no connection, HTTP status, closed), `timeout`, `stale_state` (the node does not have that block) are retryable; `chain` is
 * an answer with an error, its {@link RpcFault} as `cause`.
 */
export class JsonRpc {
	readonly #url: string;
	readonly #options: JsonRpcOptions;
	readonly #closing = new AbortController();
	#waiting: PendingCall[] = [];
	#isScheduled = false;
	#inFlight = 0;
	#nextId = 1;

	constructor(url: string, options: JsonRpcOptions) {
		this.#url = url;
		this.#options = options;
	}

	request(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
		if (this.#closing.signal.aborted) return Promise.reject(this.#unavailable(method, "the client is closed"));
		if (signal?.aborted) return Promise.reject(this.#unavailable(method, "the caller gave up before it was sent"));
		return new Promise((resolve, reject) => {
			const giveUp = () => reject(this.#unavailable(method, "the caller gave up"));
			signal?.addEventListener("abort", giveUp, { once: true });
			const release = () => signal?.removeEventListener("abort", giveUp);
			this.#waiting.push({
				id: this.#nextId++,
				method,
				params,
				resolve: (result) => {
					release();
					resolve(result);
				},
				reject: (error) => {
					release();
					reject(error);
				},
			});
			this.#schedule();
		});
	}

	/** Ends what is under way with `unavailable`; later calls fail the same way. */
	close(): void {
		this.#closing.abort();
		for (const call of this.#waiting.splice(0)) call.reject(this.#unavailable(call.method, "the client is closed"));
	}

	#schedule(): void {
		if (this.#isScheduled) return;
		this.#isScheduled = true;
		setImmediate(() => {
			this.#isScheduled = false;
			while (this.#waiting.length > 0 && this.#inFlight < this.#options.maxInFlight) {
				void this.#send(this.#waiting.splice(0, this.#options.maxBatch));
			}
		});
	}

	async #send(calls: readonly PendingCall[]): Promise<void> {
		this.#inFlight++;
		try {
			this.#settle(calls, await this.#post(calls));
		} catch (error) {
			const names = [...new Set(calls.map((call) => call.method))].join(", ");
			const failure = error instanceof ArbError ? error : this.#transportError(names, error);
			for (const call of calls) call.reject(failure);
		} finally {
			this.#inFlight--;
			if (this.#waiting.length > 0) this.#schedule();
		}
	}

	async #post(calls: readonly PendingCall[]): Promise<unknown> {
		const requests = calls.map(({ id, method, params }) => ({ jsonrpc: "2.0", id, method, params }));
		const response = await fetch(this.#url, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(requests.length === 1 ? requests[0] : requests),
			signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#options.timeoutMs)]),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
		return JSON.parse(text);
	}

	#settle(calls: readonly PendingCall[], body: unknown): void {
		const answers = new Map<unknown, Record<string, unknown>>();
		for (const answer of Array.isArray(body) ? body : [body]) {
			if (isRecord(answer)) answers.set(answer.id, answer);
		}
		// A node that refuses a whole batch answers with one object whose id is null.
		const refusal = answers.get(null);
		for (const call of calls) {
			const answer = answers.get(call.id) ?? refusal;
			if (answer === undefined) call.reject(this.#unavailable(call.method, "the answer does not contain this call"));
			else if (isRecord(answer.error)) call.reject(faultError(call, answer.error));
			else call.resolve(answer.result);
		}
	}

	#transportError(names: string, error: unknown): ArbError {
		if (error instanceof Error && error.name === "TimeoutError") {
			return new ArbError({
				code: "timeout",
				message: `${names}: no answer from the node at ${this.#origin()} within ${this.#options.timeoutMs} ms; check that it is healthy`,
				retryable: true,
				cause: error,
			});
		}
		const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
		return this.#unavailable(names, `${messageOf(error)}${cause}`, error);
	}

	#unavailable(names: string, why: string, cause?: unknown): ArbError {
		return new ArbError({
			code: "unavailable",
			message: `${names}: the node at ${this.#origin()} did not answer (${why}); check that it runs and that rpcUrl is right`,
			retryable: true,
			cause,
		});
	}

	/** Paths of node URLs often contain an access key, so messages show host and port alone. */
	#origin(): string {
		return new URL(this.#url).host;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}

function faultError(call: PendingCall, error: Record<string, unknown>): ArbError {
	const fault: RpcFault = { code: Number(error.code), message: String(error.message), data: error.data };
	const isUnknownBlock = UNKNOWN_BLOCK.test(fault.message);
	const isFinal = FINAL_CODES.has(fault.code) || /revert/i.test(fault.message);
	return new ArbError({
		code: isUnknownBlock ? "stale_state" : "chain",
		message: `${call.method}: the node answered ${fault.code} "${fault.message}"`,
		retryable: isUnknownBlock || !isFinal,
		cause: fault,
	});
}

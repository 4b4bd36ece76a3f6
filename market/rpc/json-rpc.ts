import { messageOf } from "../../domain/errors.ts";
import { type FailureKind, faultError, RpcError } from "./rpc-error.ts";

export interface JsonRpcOptions {
	/** Longest wait for one answer, from the moment of the call. */
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
	/** Ends the call once; what comes later is not heard. */
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: RpcError) => void;
	isSettled: boolean;
	/** Told when the call settles, so that a request nobody waits for any more can be cancelled. */
	onSettled: () => void;
}

/**
 * JSON-RPC 2.0 over HTTP with keep-alive. Calls made in one turn of the event loop travel in one batch; a request whose calls have all been given up is
 * cancelled.
 *
 * Errors: {@link RpcError} of the kinds `timeout`, `connection`, `http`, `rate_limited`, `malformed`, `wrong_id`, `cancelled` and `closed`, and those of an
 * answer with an error (`unknown_block`, `refused`, `unsupported`, `final`), its `RpcFault` as `cause`.
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
		if (this.#closing.signal.aborted) return Promise.reject(this.#failure("closed", method, "the client is closed"));
		if (signal?.aborted) return Promise.reject(this.#failure("cancelled", method, "the caller gave up before it was sent"));
		return new Promise((resolve, reject) => {
			const settle = (): boolean => {
				if (call.isSettled) return false;
				call.isSettled = true;
				clearTimeout(timer);
				signal?.removeEventListener("abort", giveUp);
				call.onSettled();
				return true;
			};
			const call: PendingCall = {
				id: this.#nextId++,
				method,
				params,
				resolve: (result) => {
					if (settle()) resolve(result);
				},
				reject: (error) => {
					if (settle()) reject(error);
				},
				isSettled: false,
				onSettled: () => {},
			};
			const giveUp = () => call.reject(this.#failure("cancelled", method, "the caller gave up"));
			// After a stall of this process the answer may have arrived and not been read: once more round the event loop before the time is out.
			const expire = () => setImmediate(() => call.reject(this.#timedOut(method)));
			const timer = setTimeout(expire, this.#options.timeoutMs);
			signal?.addEventListener("abort", giveUp, { once: true });
			this.#waiting.push(call);
			this.#schedule();
		});
	}

	/** Ends what is under way with `closed`; later calls fail the same way. */
	close(): void {
		this.#closing.abort();
		for (const call of this.#waiting.splice(0)) call.reject(this.#failure("closed", call.method, "the client is closed"));
	}

	#schedule(): void {
		if (this.#isScheduled) return;
		this.#isScheduled = true;
		setImmediate(() => {
			this.#isScheduled = false;
			this.#waiting = this.#waiting.filter((call) => !call.isSettled);
			while (this.#waiting.length > 0 && this.#inFlight < this.#options.maxInFlight) {
				void this.#send(this.#waiting.splice(0, this.#options.maxBatch));
			}
		});
	}

	async #send(calls: readonly PendingCall[]): Promise<void> {
		const abandoned = new AbortController();
		for (const call of calls) {
			call.onSettled = () => {
				if (calls.every((other) => other.isSettled)) abandoned.abort();
			};
		}
		this.#inFlight++;
		try {
			this.#settle(calls, await this.#post(calls, AbortSignal.any([this.#closing.signal, abandoned.signal])));
		} catch (error) {
			const names = [...new Set(calls.map((call) => call.method))].join(", ");
			const failure = this.#transportFailure(names, error);
			for (const call of calls) call.reject(failure);
		} finally {
			this.#inFlight--;
			if (this.#waiting.length > 0) this.#schedule();
		}
	}

	async #post(calls: readonly PendingCall[], signal: AbortSignal): Promise<unknown> {
		const requests = calls.map(({ id, method, params }) => ({ jsonrpc: "2.0", id, method, params }));
		const response = await fetch(this.#url, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(requests.length === 1 ? requests[0] : requests),
			signal,
		});
		const text = await response.text();
		if (response.ok) return JSON.parse(text);
		const names = [...new Set(calls.map((call) => call.method))].join(", ");
		const pause = retryAfterMs(response.headers.get("retry-after"), Date.now());
		throw this.#failure(response.status === 429 ? "rate_limited" : "http", names, `HTTP ${response.status}: ${text.slice(0, 200)}`, {
			...(pause !== null && { retryAfterMs: pause }),
		});
	}

	#settle(calls: readonly PendingCall[], body: unknown): void {
		const list: readonly unknown[] = Array.isArray(body) ? body : [body];
		const asked = new Set<unknown>(calls.map((call) => call.id));
		const answers = new Map<unknown, Record<string, unknown>>();
		let stray: unknown = null;
		for (const answer of list) {
			const id = isRecord(answer) ? answer.id : undefined;
			// A node that refuses a whole batch answers with one object whose id is null.
			const isRefusal = id === null && list.length === 1 && isRecord(answer) && isRecord(answer.error);
			if (isRecord(answer) && !answers.has(id) && (asked.has(id) || isRefusal)) answers.set(id, answer);
			else stray ??= { id };
		}
		const refusal = answers.get(null);
		for (const call of calls) {
			const answer = answers.get(call.id) ?? refusal;
			// One answer to a question that nobody asked, and none of the others can be trusted to sit at its own: ids may be shifted by one.
			if (stray !== null) call.reject(this.#failure("wrong_id", call.method, `an answer has the id ${JSON.stringify(stray)}`));
			else if (answer === undefined) call.reject(this.#failure("wrong_id", call.method, "the answer does not contain this call"));
			else if (isRecord(answer.error)) {
				const { code, message, data } = answer.error;
				call.reject(faultError(call.method, { code: Number(code), message: String(message), data }));
			} else if (answer.result === undefined) {
				call.reject(this.#failure("malformed", call.method, "an answer has neither result nor error"));
			} else call.resolve(answer.result);
		}
	}

	#transportFailure(names: string, error: unknown): RpcError {
		if (error instanceof RpcError) return error;
		if (this.#closing.signal.aborted) return this.#failure("closed", names, "the client is closed", { cause: error });
		const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
		return this.#failure(error instanceof SyntaxError ? "malformed" : "connection", names, `${messageOf(error)}${cause}`, { cause: error });
	}

	#timedOut(method: string): RpcError {
		return new RpcError({
			kind: "timeout",
			message: `${method}: no answer from the node at ${this.#origin()} within ${this.#options.timeoutMs} ms; check that it is healthy`,
		});
	}

	#failure(
		kind: FailureKind,
		names: string,
		why: string,
		more: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
	): RpcError {
		const message = `${names}: the node at ${this.#origin()} did not answer (${why}); check that it runs and that its URL is right`;
		return new RpcError({ kind, message, ...more });
	}

	/** Paths of node URLs often contain an access key, so messages show host and port alone. */
	#origin(): string {
		return new URL(this.#url).host;
	}
}

/** Retry-After (RFC 9110, 10.2.3): seconds, or a date. Null where there is none that can be read. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
	if (header === null) return null;
	if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
	const date = Date.parse(header);
	return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}

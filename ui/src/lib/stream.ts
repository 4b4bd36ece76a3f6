import type { PoolMessage, StepMessage, StreamMessage } from "../../../api/stream/messages.ts";

/** Close code of the server for a sequence number that it does not know (`STREAM_CLOSE.unknownSequence` in api/stream). */
const UNKNOWN_SEQUENCE = 4004;
/** The server pings every 10 s: three missed ones mean that the connection is dead. */
const SILENCE_LIMIT_MS = 30_000;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 10_000;

export type StreamState =
	| { readonly kind: "connecting" }
	| { readonly kind: "live" }
	/** `retryAtMs`: epoch milliseconds of the next attempt. */
	| { readonly kind: "waiting"; readonly retryAtMs: number };

/** The part of `WebSocket` that the stream needs; it sets the handlers and never calls them, hence `never`. */
export interface StreamSocket {
	onopen: ((event: never) => void) | null;
	onmessage: ((event: never) => void) | null;
	onclose: ((event: never) => void) | null;
	close(): void;
}

export interface StreamOptions {
	readonly connect: (after: number) => StreamSocket;
	readonly onStep: (message: StepMessage) => void;
	readonly onPool: (message: PoolMessage) => void;
	/** The server does not know our sequence number (its data was wiped): load the state anew and `start` again. */
	readonly onReset: () => void;
	readonly onState: (state: StreamState) => void;
	readonly now: () => number;
	/** In [0, 1): spreads the attempts of many pages. */
	readonly random: () => number;
}

/** Delay before attempt `failures + 1`: doubling, capped, between half and the whole of it. */
export function retryDelay(failures: number, random: number): number {
	const full = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10));
	return Math.round(full / 2 + (full / 2) * random);
}

/** Step changes without loss or duplicates across reconnections: each connection resumes after the last sequence number seen. */
export class StepStream {
	readonly #options: StreamOptions;
	#socket: StreamSocket | null = null;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#silence: ReturnType<typeof setTimeout> | undefined;
	#failures = 0;
	#seq = 0;

	constructor(options: StreamOptions) {
		this.#options = options;
	}

	/** Begins after a sequence number, ending what ran before. */
	start(after: number): void {
		this.stop();
		this.#seq = after;
		this.#failures = 0;
		this.#open();
	}

	/** Tries at once where an attempt is waiting: the network came back, or the page came to the front. */
	hurry(): void {
		if (this.#retry === undefined) return;
		clearTimeout(this.#retry);
		this.#retry = undefined;
		this.#open();
	}

	stop(): void {
		clearTimeout(this.#retry);
		this.#retry = undefined;
		clearTimeout(this.#silence);
		const socket = this.#socket;
		this.#socket = null;
		socket?.close();
	}

	#open(): void {
		this.#options.onState({ kind: "connecting" });
		const socket = this.#options.connect(this.#seq);
		this.#socket = socket;
		socket.onopen = () => {
			if (this.#socket === socket) this.#heard();
		};
		socket.onmessage = (event: { readonly data: unknown }) => {
			if (this.#socket === socket) this.#take(event.data);
		};
		socket.onclose = (event: { readonly code: number }) => {
			if (this.#socket === socket) this.#lost(event.code);
		};
		this.#heard();
	}

	#take(data: unknown): void {
		this.#heard();
		const message = JSON.parse(String(data)) as StreamMessage;
		// Live with the first message, not before: a proxy may accept a connection that the server behind it refuses.
		if (message.type === "ping") this.#options.onState({ kind: "live" });
		this.#failures = 0;
		if (message.type === "ping" || message.seq <= this.#seq) return;
		this.#seq = message.seq;
		if (message.type === "pool") this.#options.onPool(message);
		else this.#options.onStep(message);
	}

	#heard(): void {
		clearTimeout(this.#silence);
		this.#silence = setTimeout(() => {
			const socket = this.#socket;
			this.#lost(1006);
			socket?.close();
		}, SILENCE_LIMIT_MS);
	}

	#lost(code: number): void {
		clearTimeout(this.#silence);
		this.#socket = null;
		if (code === UNKNOWN_SEQUENCE) {
			this.#options.onReset();
			return;
		}
		const delay = retryDelay(this.#failures, this.#options.random());
		this.#failures += 1;
		this.#options.onState({ kind: "waiting", retryAtMs: this.#options.now() + delay });
		this.#retry = setTimeout(() => {
			this.#retry = undefined;
			this.#open();
		}, delay);
	}
}

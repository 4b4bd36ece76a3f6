import type { Logger } from "pino";
import { PING_INTERVAL_MS, STREAM_CLOSE, type StreamMessage } from "./messages.ts";
import type { EventSource } from "./source.ts";

/** Events read at once: bounds what one client holds in memory beside its socket's buffer. */
const PAGE = 256;
/** Bytes that may wait in a client's socket before reading stops for it. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** How long a full buffer may take to drain before the client is told to come back later. */
const DRAIN_LIMIT_MS = 10_000;
const DRAIN_POLL_MS = 50;

/** The part of a socket that the feed needs. */
export interface FeedSocket {
	send(text: string): void;
	close(code: number, reason: string): void;
	/** Protocol ping; a client that answers none until the next is gone. */
	ping(): void;
	terminate(): void;
	readonly bufferedBytes: () => number;
}

export interface FeedOptions {
	readonly source: EventSource;
	readonly socket: FeedSocket;
	/** Sequence number after which to start; null for what happens from now on. */
	readonly after: number | null;
	readonly logger: Logger;
	readonly limits?: { readonly maxBufferedBytes: number; readonly drainLimitMs: number };
}

/**
 * Sends one client every event after its sequence number, once and in order. The database is the buffer: a page is read only when the client
 * has taken the one before, so that a slow client costs a bounded amount of memory and a fast one nothing.
 */
export class Feed {
	readonly #options: FeedOptions;
	readonly #limits: { readonly maxBufferedBytes: number; readonly drainLimitMs: number };
	#cursor = 0;
	#isClosed = false;
	#isWoken = false;
	#wake: (() => void) | null = null;
	#isAlive = true;

	constructor(options: FeedOptions) {
		this.#options = options;
		this.#limits = options.limits ?? { maxBufferedBytes: MAX_BUFFERED_BYTES, drainLimitMs: DRAIN_LIMIT_MS };
	}

	/** Runs until the socket closes. */
	async run(): Promise<void> {
		const { source, socket, logger } = this.#options;
		const stopListening = source.subscribe(() => this.#notify());
		const pinger = setInterval(() => this.#ping(), PING_INTERVAL_MS);
		try {
			if (await this.#start()) await this.#pump();
		} catch (error) {
			logger.error({ err: error, seq: this.#cursor }, "event stream failed; the client is asked to resume");
			this.#end(STREAM_CLOSE.unavailable, "events cannot be read; resume after the last sequence number");
		} finally {
			clearInterval(pinger);
			stopListening();
			if (!this.#isClosed) socket.terminate();
		}
	}

	/** The client answered a ping. */
	heard(): void {
		this.#isAlive = true;
	}

	/** The socket is closed, by whichever side. */
	closed(): void {
		this.#isClosed = true;
		this.#notify();
	}

	/** Ends the feed with a close code. */
	stop(code: number, reason: string): void {
		this.#end(code, reason);
		this.#notify();
	}

	async #start(): Promise<boolean> {
		const latest = await this.#options.source.latest();
		const { after } = this.#options;
		if (after !== null && after > latest) {
			this.#end(STREAM_CLOSE.unknownSequence, `the last event is ${latest}; load the state anew`);
			return false;
		}
		this.#cursor = after ?? latest;
		this.#send({ type: "ping", seq: this.#cursor });
		return true;
	}

	async #pump(): Promise<void> {
		while (!this.#isClosed) {
			this.#isWoken = false;
			const events = await this.#options.source.after(this.#cursor, PAGE);
			for (const event of events) {
				if (this.#isClosed) return;
				this.#send(event);
				this.#cursor = event.seq;
			}
			if (!(await this.#drained())) {
				this.#end(STREAM_CLOSE.slowClient, "reading too slowly; resume after the last sequence number");
				return;
			}
			// A wake-up during the read may speak of an event after it.
			if (events.length < PAGE && !this.#isWoken && !this.#isClosed) {
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
			}
		}
	}

	#notify(): void {
		this.#isWoken = true;
		this.#wake?.();
		this.#wake = null;
	}

	#ping(): void {
		if (!this.#isAlive) {
			this.#options.socket.terminate();
			return;
		}
		this.#isAlive = false;
		this.#options.socket.ping();
		this.#send({ type: "ping", seq: this.#cursor });
		// Reads even where a notification was lost with its connection.
		this.#notify();
	}

	#send(message: StreamMessage): void {
		if (!this.#isClosed) this.#options.socket.send(JSON.stringify(message));
	}

	async #drained(): Promise<boolean> {
		const deadline = performance.now() + this.#limits.drainLimitMs;
		while (!this.#isClosed && this.#options.socket.bufferedBytes() > this.#limits.maxBufferedBytes) {
			if (performance.now() > deadline) return false;
			await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
		}
		return true;
	}

	#end(code: number, reason: string): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#options.socket.close(code, reason);
	}
}

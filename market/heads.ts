import { WebSocket } from "ws";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type Block, parseBlock } from "./block.ts";

export interface HeadsOptions {
	/** Where `eth_subscribe` is asked for; null polls only. */
	readonly wsUrl: string | null;
	/** Time between questions for the head while no subscription lives. */
	readonly pollMs: number;
	/** A subscription that is silent for this long is checked against a polled head, and replaced where it missed one. */
	readonly stallMs: number;
	/** Time before a lost or refused subscription is asked for again. */
	readonly reconnectMs: number;
	/** With no answer at all for this long the heads end with the last error. */
	readonly silenceMs: number;
	/** Told about each failure that is being retried. */
	readonly onTrouble: (error: ArbError) => void;
}

/**
 * The chain's heads as they come, each once; a slow reader gets the newest and misses those between. Ends when `signal` is aborted.
 *
 * @throws the node's last error after `silenceMs` without any answer, and any error that is not retryable.
 */
export async function* watchHeads(
	readHead: (signal: AbortSignal) => Promise<Block>,
	options: HeadsOptions,
	signal: AbortSignal,
): AsyncGenerator<Block, void, undefined> {
	const subscription = new HeadSubscription(options, signal);
	let lastHash: string | null = null;
	let answeredAt = performance.now();
	let isFirst = true;
	try {
		while (!signal.aborted) {
			let head = isFirst ? null : await subscription.next();
			isFirst = false;
			if (signal.aborted) return;
			if (head === null) {
				try {
					head = await readHead(signal);
				} catch (error) {
					if (signal.aborted) return;
					if (!(error instanceof ArbError) || !error.retryable || performance.now() - answeredAt > options.silenceMs) throw error;
					options.onTrouble(error);
					continue;
				}
				if (head.hash !== lastHash) subscription.missedHead();
			}
			answeredAt = performance.now();
			if (head.hash === lastHash) continue;
			lastHash = head.hash;
			yield head;
		}
	} finally {
		subscription.close();
	}
}

/** A `newHeads` subscription that heals itself; {@link next} also returns (with null) when it is time to ask by HTTP. */
class HeadSubscription {
	readonly #options: HeadsOptions;
	readonly #signal: AbortSignal;
	#socket: WebSocket | null = null;
	#isLive = false;
	#openedAt = Number.NEGATIVE_INFINITY;
	#newest: Block | null = null;
	#wake: () => void = () => {};

	constructor(options: HeadsOptions, signal: AbortSignal) {
		this.#options = options;
		this.#signal = signal;
		this.#open();
	}

	/** The newest head that was pushed, or null after the stall time (while subscribed) or the poll time (while not). */
	async next(): Promise<Block | null> {
		if (this.#socket === null) this.#open();
		if (this.#newest === null && !this.#signal.aborted) {
			await new Promise<void>((resolve) => {
				const done = () => {
					clearTimeout(timer);
					this.#signal.removeEventListener("abort", done);
					this.#wake = () => {};
					resolve();
				};
				const timer = setTimeout(done, this.#isLive ? this.#options.stallMs : this.#options.pollMs);
				this.#signal.addEventListener("abort", done, { once: true });
				this.#wake = done;
			});
		}
		const head = this.#newest;
		this.#newest = null;
		return head;
	}

	/** Called when polling found a head that a live subscription had not delivered. */
	missedHead(): void {
		if (!this.#isLive || this.#newest !== null || performance.now() - this.#openedAt < this.#options.stallMs) return;
		this.#lost(this.#socket, "it delivered nothing while the chain went on");
	}

	close(): void {
		const socket = this.#socket;
		this.#socket = null;
		socket?.terminate();
	}

	#open(): void {
		const { wsUrl, reconnectMs } = this.#options;
		if (wsUrl === null || performance.now() - this.#openedAt < reconnectMs) return;
		this.#openedAt = performance.now();
		const socket = new WebSocket(wsUrl, { handshakeTimeout: 5_000, perMessageDeflate: false });
		this.#socket = socket;
		socket.on("open", () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] })));
		socket.on("message", (data) => this.#receive(socket, String(data)));
		socket.on("error", (error) => this.#lost(socket, messageOf(error)));
		socket.on("close", (code) => this.#lost(socket, `closed with code ${code}`));
	}

	#receive(socket: WebSocket, text: string): void {
		if (socket !== this.#socket) return;
		try {
			const message: {
				readonly id?: unknown;
				readonly result?: unknown;
				readonly error?: unknown;
				readonly params?: { readonly result?: unknown };
			} = JSON.parse(text);
			if (message.error !== undefined) this.#lost(socket, `the node refused to subscribe: ${JSON.stringify(message.error)}`);
			else if (message.id === 1) this.#isLive = true;
			else if (message.params?.result !== undefined) {
				this.#newest = parseBlock(message.params.result);
				this.#wake();
			}
		} catch (error) {
			this.#lost(socket, `unreadable message (${messageOf(error)})`);
		}
	}

	#lost(socket: WebSocket | null, why: string): void {
		if (socket === null || socket !== this.#socket) return;
		this.#socket = null;
		this.#isLive = false;
		socket.terminate();
		this.#options.onTrouble(
			new ArbError({
				code: "unavailable",
				message: `the subscription to new heads was lost (${why}); polling until it is back`,
				retryable: true,
			}),
		);
		this.#wake();
	}
}

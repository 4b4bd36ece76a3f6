import { WebSocket } from "ws";
import { messageOf } from "../../domain/errors.ts";
import { RpcError } from "./rpc-error.ts";

export interface SubscriptionOptions {
	readonly wsUrl: string;
	/** Of the endpoint, for messages. */
	readonly name: string;
	/** Time before a lost or refused subscription is asked for again. */
	readonly reconnectMs: number;
	/** What is subscribed to: the parameters of `eth_subscribe`, and its name in messages. */
	readonly to: readonly unknown[];
	readonly what: string;
	readonly onPush: (pushed: unknown) => void;
	/** Told about each loss. */
	readonly onTrouble: (error: RpcError) => void;
}

/** One endpoint's subscription: opened by {@link keepOpen}, lost when it says so, errs, or is given up by its owner. */
export class Subscription {
	readonly #options: SubscriptionOptions;
	#socket: WebSocket | null = null;
	#isLive = false;
	#openedAt = Number.NEGATIVE_INFINITY;
	#pushedAt = Number.NEGATIVE_INFINITY;

	constructor(options: SubscriptionOptions) {
		this.#options = options;
	}

	/** Has the node confirmed the subscription? */
	get isLive(): boolean {
		return this.#isLive;
	}

	/** Milliseconds since the subscription delivered something, or was opened. */
	get silentMs(): number {
		return performance.now() - Math.max(this.#openedAt, this.#pushedAt);
	}

	/** Milliseconds since it was opened, which it may have been many deliveries ago. */
	get ageMs(): number {
		return performance.now() - this.#openedAt;
	}

	/** Opens the subscription where there is none and the last attempt is long enough ago. */
	keepOpen(): void {
		const { wsUrl, reconnectMs, to } = this.#options;
		if (this.#socket !== null || performance.now() - this.#openedAt < reconnectMs) return;
		this.#openedAt = performance.now();
		const socket = new WebSocket(wsUrl, { handshakeTimeout: 5_000, perMessageDeflate: false });
		this.#socket = socket;
		socket.on("open", () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: to })));
		socket.on("message", (data) => this.#receive(socket, String(data)));
		socket.on("error", (error) => this.#lost(socket, messageOf(error)));
		socket.on("close", (code) => this.#lost(socket, `closed with code ${code}`));
	}

	/** Drops a subscription that does not deliver what it should. */
	giveUp(why: string): void {
		if (this.#socket !== null) this.#lost(this.#socket, why);
	}

	close(): void {
		const socket = this.#socket;
		this.#socket = null;
		this.#isLive = false;
		socket?.terminate();
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
				this.#pushedAt = performance.now();
				this.#options.onPush(message.params.result);
			}
		} catch (error) {
			this.#lost(socket, `unreadable message (${messageOf(error)})`);
		}
	}

	#lost(socket: WebSocket, why: string): void {
		if (socket !== this.#socket) return;
		this.close();
		this.#options.onTrouble(
			new RpcError({
				kind: "connection",
				message: `the subscription to ${this.#options.what} of ${this.#options.name} was lost (${why})`,
			}),
		);
	}
}

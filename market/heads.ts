import { ArbError } from "../domain/errors.ts";
import type { Block } from "./block.ts";
import { Subscription } from "./rpc/subscription.ts";

export interface HeadsOptions {
	/** Time between questions for the head while no subscription lives. */
	readonly pollMs: number;
	/** While subscriptions live the head is asked for this often all the same: a subscription may be silent, or deliver old heads. */
	readonly stallMs: number;
	/** Time before a lost or refused subscription is asked for again. */
	readonly reconnectMs: number;
	/** With no answer at all for this long the heads end with the last error. */
	readonly silenceMs: number;
	/** How long a pushed head waits for a second endpoint's push before the endpoints are asked. */
	readonly graceMs: number;
	/** A subscription that is this many blocks behind is replaced. */
	readonly maxLagBlocks: number;
	/** Told about each failure that is being retried. */
	readonly onTrouble: (error: ArbError) => void;
}

/** Where heads come from: the pool of endpoints. */
export interface HeadSource {
	/** Those with a WebSocket URL are subscribed to. */
	readonly endpoints: readonly PushingEndpoint[];
	/** The head that the endpoints agree on. */
	readonly read: (signal: AbortSignal) => Promise<Block>;
}

export interface PushingEndpoint {
	readonly name: string;
	readonly wsUrl: string | null;
	/** Takes a pushed header: which it is, and what follows from it. */
	readonly pushed: (header: unknown) => PushedHead;
}

/** What a pushed head means: the `head` that enough endpoints now vouch for; or they must be `ask`ed; or nothing, its endpoint being sidelined. */
export interface PushedHead {
	readonly number: number;
	readonly head: Block | "ask" | "ignore";
}

/**
 * The chain's heads as they come, each once; a slow reader gets the newest and misses those between. Ends when `signal` is aborted.
 *
 * @throws the endpoints' last error after `silenceMs` without any answer, and any error that is not retryable.
 */
export async function* watchHeads(source: HeadSource, options: HeadsOptions, signal: AbortSignal): AsyncGenerator<Block, void, undefined> {
	const subscriptions = new Subscriptions(source, options, signal);
	let lastHash: string | null = null;
	let answeredAt = performance.now();
	let isFirst = true;
	try {
		while (!signal.aborted) {
			let head = isFirst ? null : await subscriptions.next();
			isFirst = false;
			if (signal.aborted) return;
			if (head === null) {
				subscriptions.asked();
				try {
					head = await source.read(signal);
				} catch (error) {
					if (signal.aborted) return;
					if (!(error instanceof ArbError) || !error.retryable || performance.now() - answeredAt > options.silenceMs) throw error;
					options.onTrouble(error);
					continue;
				}
				subscriptions.compare(head);
			}
			answeredAt = performance.now();
			if (head.hash === lastHash) continue;
			lastHash = head.hash;
			yield head;
		}
	} finally {
		subscriptions.close();
	}
}

interface Subscribed {
	readonly subscription: Subscription;
	/** The head that it delivered last, or the chain's when it was opened; null before either. */
	number: number | null;
}

/** The subscriptions of all endpoints; {@link next} also returns (with null) when it is time to ask by HTTP. */
class Subscriptions {
	readonly #options: HeadsOptions;
	readonly #signal: AbortSignal;
	readonly #all: readonly Subscribed[];
	#newest: Block | null = null;
	#askedAt = Number.NEGATIVE_INFINITY;
	/** Since when a pushed head has been waiting for a second word. */
	#unsettledSince: number | null = null;
	#wake: () => void = () => {};

	constructor(source: HeadSource, options: HeadsOptions, signal: AbortSignal) {
		this.#options = options;
		this.#signal = signal;
		this.#all = source.endpoints.flatMap(({ name, wsUrl, pushed }) => {
			if (wsUrl === null) return [];
			const subscribed: Subscribed = {
				number: null,
				subscription: new Subscription({
					wsUrl,
					name,
					reconnectMs: options.reconnectMs,
					onTrouble: (error) => {
						subscribed.number = null;
						options.onTrouble(error);
						this.#wake();
					},
					...{ to: ["newHeads"], what: "new heads" },
					onPush: (header) => this.#pushed(subscribed, pushed(header)),
				}),
			};
			return [subscribed];
		});
		for (const { subscription } of this.#all) subscription.keepOpen();
	}

	/** The newest head that was pushed and vouched for, or null when the endpoints are to be asked. */
	async next(): Promise<Block | null> {
		for (;;) {
			for (const { subscription } of this.#all) subscription.keepOpen();
			const head = this.#newest;
			this.#newest = null;
			if (head !== null || this.#signal.aborted) return head;
			const waitMs = this.#dueAt() - performance.now();
			if (waitMs <= 0) return null;
			await this.#woken(waitMs);
		}
	}

	asked(): void {
		this.#askedAt = performance.now();
		this.#unsettledSince = null;
	}

	/** After the endpoints were asked: subscriptions that should have delivered that head, or one near it, and did not, are replaced. */
	compare(head: Block): void {
		const { stallMs, maxLagBlocks } = this.#options;
		// What was pushed while the question was under way may be older than its answer.
		if (this.#newest !== null && this.#newest.number <= head.number) this.#newest = null;
		for (const subscribed of this.#all) {
			const { subscription, number } = subscribed;
			subscribed.number ??= head.number;
			if (number === null || number >= head.number || !subscription.isLive || subscription.ageMs < stallMs) continue;
			if (subscription.silentMs >= stallMs) subscription.giveUp("it delivered nothing while the chain went on");
			else if (number < head.number - maxLagBlocks) subscription.giveUp(`it delivers block ${number} while the chain is at ${head.number}`);
		}
	}

	close(): void {
		for (const { subscription } of this.#all) subscription.close();
	}

	#pushed(subscribed: Subscribed, { number, head }: PushedHead): void {
		subscribed.number = number;
		if (head === "ignore") return;
		if (head === "ask") this.#unsettledSince ??= performance.now();
		else {
			this.#newest = head;
			this.#unsettledSince = null;
		}
		this.#wake();
	}

	#dueAt(): number {
		const { pollMs, stallMs, graceMs } = this.#options;
		const isLive = this.#all.some(({ subscription }) => subscription.isLive);
		const regular = this.#askedAt + (isLive ? stallMs : pollMs);
		return this.#unsettledSince === null ? regular : Math.min(regular, this.#unsettledSince + graceMs);
	}

	async #woken(ms: number): Promise<void> {
		await new Promise<void>((resolve) => {
			const done = () => {
				clearTimeout(timer);
				this.#signal.removeEventListener("abort", done);
				this.#wake = () => {};
				resolve();
			};
			const timer = setTimeout(done, ms);
			this.#signal.addEventListener("abort", done, { once: true });
			this.#wake = done;
		});
	}
}

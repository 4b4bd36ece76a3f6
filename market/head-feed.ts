import type { Block } from "./block.ts";

interface Listener {
	readonly heard: (head: Block) => void;
	readonly failed: (error: unknown) => void;
}

/** One subscription to a chain's heads, shared by everyone in the process who waits for blocks. It starts with the first who asks. */
export class HeadFeed {
	readonly #open: (signal: AbortSignal) => AsyncIterable<Block>;
	readonly #closing = new AbortController();
	readonly #listeners = new Set<Listener>();
	#newest: Block | null = null;
	#isRunning = false;

	constructor(open: (signal: AbortSignal) => AsyncIterable<Block>) {
		this.#open = open;
	}

	/**
	 * The newest head as soon as there is one that `isNews` accepts, or null after `timeoutMs` (for ever where absent) and when the feed is closed.
	 *
	 * @throws the signal's reason when it is aborted, and the feed's own error when the node is lost.
	 */
	next(of: {
		readonly isNews: (head: Block) => boolean;
		readonly timeoutMs?: number;
		readonly signal?: AbortSignal;
	}): Promise<Block | null> {
		of.signal?.throwIfAborted();
		if (this.#closing.signal.aborted) return Promise.resolve(null);
		if (!this.#isRunning) void this.#run();
		if (this.#newest !== null && of.isNews(this.#newest)) return Promise.resolve(this.#newest);
		return new Promise((resolve, reject) => {
			const end = () => {
				clearTimeout(timer);
				this.#listeners.delete(listener);
				of.signal?.removeEventListener("abort", abort);
				this.#closing.signal.removeEventListener("abort", expire);
			};
			const expire = () => {
				end();
				resolve(null);
			};
			const abort = () => {
				end();
				reject(of.signal?.reason);
			};
			const listener: Listener = {
				heard: (head) => {
					if (!of.isNews(head)) return;
					end();
					resolve(head);
				},
				failed: (error) => {
					end();
					reject(error);
				},
			};
			const timer = of.timeoutMs === undefined ? undefined : setTimeout(expire, of.timeoutMs);
			this.#listeners.add(listener);
			of.signal?.addEventListener("abort", abort, { once: true });
			this.#closing.signal.addEventListener("abort", expire, { once: true });
		});
	}

	close(): void {
		this.#closing.abort();
	}

	/** After an error the next who asks starts it again. */
	async #run(): Promise<void> {
		this.#isRunning = true;
		try {
			for await (const head of this.#open(this.#closing.signal)) {
				this.#newest = head;
				for (const listener of [...this.#listeners]) listener.heard(head);
			}
		} catch (error) {
			this.#newest = null;
			for (const listener of [...this.#listeners]) listener.failed(error);
		} finally {
			this.#isRunning = false;
		}
	}
}

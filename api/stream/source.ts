import type { Logger } from "pino";
import type { Database } from "../../db/connection.ts";
import { eventsAfter, latestEventSeq, listenEvents, type StoredEvent } from "../../db/events.ts";
import { checksummed } from "../checksum.ts";
import type { EventMessage } from "./messages.ts";

/** Where feeds read events from, and how they learn of new ones. */
export interface EventSource {
	latest(): Promise<number>;
	after(seq: number, limit: number): Promise<readonly EventMessage[]>;
	/** Calls `wake` after events were committed; returns how to stop that. A call may be one too many, or come late. */
	subscribe(wake: () => void): () => void;
}

function eventMessage(event: StoredEvent): EventMessage {
	const { seq, chainId, detail } = event;
	const common = { seq, chainId, at: new Date(event.atMs).toISOString(), detail };
	if (event.kind === "pool") return { type: "pool", ...common, pool: checksummed(event.pool), status: event.status };
	const { workflowId, step, status, netProfitWei } = event;
	return { type: "step", ...common, workflowId, step, status, netProfitWei };
}

/** Milliseconds until listening is tried again where the database could not be reached at all. */
const RETRY_MS = 2_000;

/** Events of one database: one listening connection for the whole process, however many clients there are. */
export class DatabaseEvents implements EventSource, AsyncDisposable {
	readonly #db: Database;
	readonly #subscribers = new Set<() => void>();
	readonly #closing = new AbortController();
	readonly #listening: Promise<void>;

	constructor(of: { readonly db: Database; readonly url: string; readonly logger: Logger }) {
		this.#db = of.db;
		this.#listening = this.#listen(of.url, of.logger);
	}

	latest(): Promise<number> {
		return latestEventSeq(this.#db);
	}

	async after(seq: number, limit: number): Promise<readonly EventMessage[]> {
		return (await eventsAfter(this.#db, { seq, limit })).map(eventMessage);
	}

	subscribe(wake: () => void): () => void {
		this.#subscribers.add(wake);
		return () => this.#subscribers.delete(wake);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort();
		await this.#listening;
	}

	async #listen(url: string, logger: Logger): Promise<void> {
		const { signal } = this.#closing;
		while (!signal.aborted) {
			try {
				await listenEvents(url, () => this.#wakeAll(), signal);
			} catch (error) {
				logger.warn({ err: error }, "cannot listen for events; feeds read at each ping until this works again");
				await new Promise<void>((resolve) => {
					const timer = setTimeout(resolve, RETRY_MS);
					signal.addEventListener("abort", () => {
						clearTimeout(timer);
						resolve();
					});
				});
			}
		}
	}

	#wakeAll(): void {
		for (const wake of this.#subscribers) wake();
	}
}

import type { Worker } from "node:worker_threads";
import { ArbError, messageOf } from "../../domain/errors.ts";
import type { PathReply, PathRequest } from "./path-messages.ts";

/** Requests that a thread has at once: the next one waits there already when one is done. */
const IN_FLIGHT = 2;

/** A request that is made when a thread is free for it. */
export interface PathTask {
	readonly request: (id: number) => { readonly request: PathRequest; readonly transfer: readonly ArrayBuffer[] };
	/** Called once: with the reply, or with why there is none. */
	readonly onReply: (reply: Exclude<PathReply, { readonly kind: "failed" }>) => void;
	readonly onFailure: (error: unknown) => void;
}

interface Thread {
	readonly worker: Worker;
	/** Only this thread's. */
	readonly own: PathTask[];
	readonly inFlight: Map<number, PathTask>;
}

/**
 * Worker threads that take tasks from one queue. Where one of them fails or ends by itself, all that is open fails with that error, and so does what comes
 * later: what a dead engine would have answered is not known.
 */
export class PathThreads {
	readonly #threads: readonly Thread[];
	readonly #queue: PathTask[] = [];
	#nextId = 0;
	#failure: unknown = null;

	constructor(workers: readonly Worker[]) {
		this.#threads = workers.map((worker) => ({ worker, own: [], inFlight: new Map() }));
		for (const thread of this.#threads) {
			thread.worker.on("message", (reply: PathReply) => this.#receive(thread, reply));
			thread.worker.on("messageerror", (error) => this.#fail(died(`sent what cannot be read: ${messageOf(error)}`, error)));
			thread.worker.on("error", (error) => this.#fail(died(messageOf(error), error)));
			thread.worker.on("exit", (code) => this.#fail(died(`ended by itself with code ${code}`)));
		}
	}

	/** Queues tasks for whichever thread is free. */
	add(tasks: readonly PathTask[]): void {
		if (this.#failure !== null) for (const task of tasks) task.onFailure(this.#failure);
		else this.#queue.push(...tasks);
		this.#dispatch();
	}

	/** Queues a task for each thread, before what is queued for all. */
	addToEach(task: () => PathTask): void {
		for (const { own } of this.#threads) {
			const of = task();
			if (this.#failure !== null) of.onFailure(this.#failure);
			else own.push(of);
		}
		this.#dispatch();
	}

	get count(): number {
		return this.#threads.length;
	}

	/** Takes tasks that no thread has yet out of the queue. */
	withdraw(tasks: ReadonlySet<PathTask>): void {
		const kept = this.#queue.filter((task) => !tasks.has(task));
		this.#queue.splice(0, this.#queue.length, ...kept);
	}

	/** Ends the threads; what is open fails. Returns when none is left. */
	async close(): Promise<void> {
		this.#fail(new ArbError({ code: "unavailable", message: "the path simulator is closed; open another one", retryable: false }));
		await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
	}

	#dispatch(): void {
		if (this.#failure !== null) return;
		for (const { worker, own, inFlight } of this.#threads) {
			while (inFlight.size < IN_FLIGHT) {
				const task = own.shift() ?? this.#queue.shift();
				if (task === undefined) break;
				const id = this.#nextId++;
				try {
					const { request, transfer } = task.request(id);
					worker.postMessage(request, [...transfer]);
					inFlight.set(id, task);
				} catch (error) {
					task.onFailure(error);
				}
			}
		}
	}

	#receive({ inFlight }: Thread, reply: PathReply): void {
		const task = inFlight.get(reply.id);
		inFlight.delete(reply.id);
		// The states and routes are checked before they are sent: what fails over there is a defect, and the engine's memory is not to be trusted any more.
		if (reply.kind === "failed")
			this.#fail(new ArbError({ code: reply.code, message: `a simulation thread failed: ${reply.message}`, retryable: false }));
		else task?.onReply(reply);
		this.#dispatch();
	}

	#fail(error: unknown): void {
		if (this.#failure !== null) return;
		this.#failure = error;
		const open = [...this.#threads.flatMap(({ own, inFlight }) => [...inFlight.values(), ...own.splice(0)]), ...this.#queue.splice(0)];
		for (const { inFlight } of this.#threads) inFlight.clear();
		for (const task of open) task.onFailure(error);
	}
}

function died(how: string, cause?: unknown): ArbError {
	return new ArbError({ code: "unavailable", message: `a simulation thread ${how}; open another path simulator`, retryable: true, cause });
}

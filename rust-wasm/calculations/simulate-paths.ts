import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ArbError } from "../../domain/errors.ts";
import type { Engine, EngineHop } from "../engine.ts";
import { fitsUnsigned, WORDS, writeWords } from "../limbs.ts";
import { refusalIn, refusalNumber } from "../refusal.ts";
import { RouteAnswers, type RouteBatch, writeRefusal } from "../route-batch.ts";
import { pathEngine } from "./path-engine.ts";
import type { PathMarket } from "./path-messages.ts";
import { type PathTask, PathThreads } from "./path-threads.ts";

/** Quotes in one request to a thread: a few milliseconds of work. */
const QUOTES_PER_REQUEST = 4_096;

export interface Path {
	readonly hops: readonly EngineHop[];
	/** Base units of the first hop's `tokenIn`; as many for every path of a call. */
	readonly amountsIn: readonly bigint[];
}

export interface PathQuery {
	readonly paths: readonly Path[];
	/** Rejects the call at once and takes back what no thread has begun; the simulator can be asked again. */
	readonly signal?: AbortSignal;
	/** Called after each request that a thread has answered. */
	readonly onProgress?: (progress: PathProgress) => void;
}

/** Numbers of quotes. */
export interface PathProgress {
	readonly done: number;
	readonly total: number;
}

export interface PathThreadOptions {
	/** By default as many as the machine runs at once. */
	readonly threads?: number;
	/** Pools of families that are not proven against their contracts as well. */
	readonly experimental?: boolean;
	/** How a thread is started; by default a worker of `path-worker.ts`. */
	readonly openThread?: () => Worker;
}

/** {@link PathSimulator} for one call: opens the threads, loads the market, simulates, closes. */
export async function simulatePaths(of: PathQuery & PathThreadOptions & { readonly market: PathMarket }): Promise<RouteAnswers> {
	of.signal?.throwIfAborted();
	await using simulator = new PathSimulator(of);
	await simulator.load(of.market, of.signal);
	return await simulator.simulate(of);
}

/**
 * Quotes many routes for many sizes on worker threads, each with an engine of its own. Pools are loaded once and stay; calls may overlap. To be closed by
 * `await using`.
 */
export class PathSimulator {
	readonly #threads: PathThreads;
	readonly #experimental: boolean;
	/** Checks states and numbers routes in this thread; null before the first market. */
	#engine: Engine | null = null;
	/** Calls that wait for answers. */
	#open = 0;

	/** @throws ArbError `invalid_input` where `threads` is no whole number from 1 to 256. */
	constructor({ threads = availableParallelism(), experimental = false, openThread = openPathWorker }: PathThreadOptions = {}) {
		if (!Number.isInteger(threads) || threads < 1 || threads > 256)
			throw invalid(`threads: ${threads} is not a whole number from 1 to 256`);
		this.#experimental = experimental;
		this.#threads = new PathThreads(Array.from({ length: threads }, openThread));
	}

	/**
	 * Loads a market in place of the one before. A state that cannot be is refused before any thread sees it, and the market stays as it was.
	 *
	 * @throws ArbError as `Engine.upsertPools`; `conflict` while a call is open; `unavailable` where a thread has died.
	 */
	async load(market: PathMarket, signal?: AbortSignal): Promise<void> {
		if (this.#open > 0)
			throw new ArbError({ code: "conflict", message: `${this.#open} simulations are open on the loaded pools`, retryable: true });
		const engine = pathEngine(market, this.#experimental);
		this.#engine?.[Symbol.dispose]();
		this.#engine = engine;
		let left = this.#threads.count;
		await this.#opened(signal, ({ resolve, reject }) => {
			this.#threads.addToEach(() => ({
				request: (id) => ({ request: { kind: "load", id, market, experimental: this.#experimental }, transfer: [] }),
				onReply: () => --left === 0 && resolve(),
				onFailure: reject,
			}));
			return new Set();
		});
	}

	/**
	 * What every path pays for each of its sizes, in the order asked. A route that does not connect, a pool that is not loaded or an amount that a
	 * pool refuses is an answer.
	 *
	 * @throws ArbError `invalid_input` that names the path whose sizes are not as many as the first one's or do not fit 256 bits; `configuration` before the first
	 * {@link load}; `unavailable` where a thread has died or the simulator is closed. The signal's reason where that is aborted.
	 */
	async simulate({ paths, signal, onProgress }: PathQuery): Promise<RouteAnswers> {
		const engine = this.#engine;
		if (engine === null) throw new ArbError({ code: "configuration", message: "no pools are loaded; call load first", retryable: false });
		const sizes = paths[0]?.amountsIn.length ?? 0;
		check(paths, sizes);
		const words = new BigUint64Array(paths.length * sizes * WORDS);
		const total = paths.length * sizes;
		if (total === 0) return new RouteAnswers({ words, sizes });
		let done = 0;
		await this.#opened(signal, ({ resolve, reject, isOpen }) => {
			const perRequest = Math.max(1, Math.floor(QUOTES_PER_REQUEST / sizes));
			const tasks = Array.from({ length: Math.ceil(paths.length / perRequest) }, (_, i): PathTask => {
				const first = i * perRequest;
				const part = paths.slice(first, first + perRequest);
				let refused: ReadonlyMap<number, number> = new Map();
				return {
					request: (id) => {
						const encoded = encode(engine, { paths: part, sizes });
						refused = encoded.refused;
						return { request: { kind: "quote", id, batch: encoded.batch }, transfer: encoded.transfer };
					},
					onReply: (reply) => {
						if (reply.kind !== "quoted" || !isOpen()) return;
						words.set(reply.words, first * sizes * WORDS);
						for (const [path, number] of refused) {
							for (let size = 0; size < sizes; size++) writeRefusal(words, (first + path) * sizes + size, number);
						}
						done += part.length * sizes;
						try {
							onProgress?.({ done, total });
						} catch (error) {
							reject(error);
						}
						if (done === total) resolve();
					},
					onFailure: reject,
				};
			});
			this.#threads.add(tasks);
			return new Set(tasks);
		});
		return new RouteAnswers({ words, sizes });
	}

	/** Ends all threads; open calls reject. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.#threads.close();
		this.#engine?.[Symbol.dispose]();
		this.#engine = null;
	}

	/** Waits for what `start` queues, or for the signal; takes back what no thread has begun. */
	async #opened(signal: AbortSignal | undefined, start: (call: OpenCall) => ReadonlySet<PathTask>): Promise<void> {
		signal?.throwIfAborted();
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		let isOpen = true;
		const abort = () => {
			isOpen = false;
			reject(signal?.reason);
		};
		signal?.addEventListener("abort", abort, { once: true });
		this.#open++;
		let tasks: ReadonlySet<PathTask> = new Set();
		try {
			tasks = start({ resolve, reject, isOpen: () => isOpen });
			await promise;
		} finally {
			isOpen = false;
			this.#open--;
			signal?.removeEventListener("abort", abort);
			this.#threads.withdraw(tasks);
		}
	}
}

interface OpenCall {
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
	/** False once the call has been answered or given up: nothing more is written or reported. */
	readonly isOpen: () => boolean;
}

function openPathWorker(): Worker {
	// The process's own flags are not for a thread: `--input-type` with a program on the command line would keep it from loading its file.
	return new Worker(new URL("./path-worker.ts", import.meta.url), { execArgv: [] });
}

interface EncodedPaths {
	readonly batch: RouteBatch;
	readonly transfer: readonly ArrayBuffer[];
	/** By path: the number of its refusal. Its route is sent without hops. */
	readonly refused: ReadonlyMap<number, number>;
}

function encode(engine: Engine, { paths, sizes }: { readonly paths: readonly Path[]; readonly sizes: number }): EncodedPaths {
	const refused = new Map<number, number>();
	const routes = paths.map(({ hops }, path) => {
		try {
			return engine.routeNumbers(hops);
		} catch (error) {
			const name = refusalIn(error);
			if (name === null) throw error;
			refused.set(path, refusalNumber(name));
			return new Uint32Array(0);
		}
	});
	const lengths = Uint32Array.from(routes, (route) => route.length);
	const numbers = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
	let offset = 0;
	for (const route of routes) {
		numbers.set(route, offset);
		offset += route.length;
	}
	const amounts = new BigUint64Array(paths.length * sizes * WORDS);
	for (const [path, { amountsIn }] of paths.entries()) {
		for (const [size, amount] of amountsIn.entries()) writeWords(amounts, { offset: (path * sizes + size) * WORDS, words: WORDS }, amount);
	}
	return { batch: { lengths, numbers, sizes, amounts }, transfer: [lengths.buffer, numbers.buffer, amounts.buffer], refused };
}

function check(paths: readonly Path[], sizes: number): void {
	for (const [path, { amountsIn }] of paths.entries()) {
		if (amountsIn.length !== sizes) {
			throw invalid(`paths[${path}].amountsIn: ${amountsIn.length} sizes, the first path has ${sizes}`);
		}
		const wrong = amountsIn.findIndex((amount) => !fitsUnsigned(amount, 256));
		if (wrong >= 0) throw invalid(`paths[${path}].amountsIn[${wrong}]: ${amountsIn[wrong]} is no unsigned integer of 256 bits`);
	}
}

function invalid(message: string): ArbError {
	return new ArbError({ code: "invalid_input", message, retryable: false });
}

import type { EndpointConfig } from "../../config/endpoints.ts";
import { messageOf } from "../../domain/errors.ts";
import { type Block, parseBlock } from "../block.ts";
import { Breaker, type BreakerOptions } from "./breaker.ts";
import { Budget } from "./budget.ts";
import { type Clock, fullJitter } from "./clock.ts";
import { JsonRpc, type JsonRpcOptions } from "./json-rpc.ts";
import { LatencyWindow } from "./latency.ts";
import { type FailureKind, RpcError } from "./rpc-error.ts";
import { Average, score } from "./score.ts";
import type { EndpointStats, MethodStats } from "./stats.ts";

/** Which chain an endpoint has to serve. */
export interface ChainIdentity {
	readonly chainId: number;
	readonly genesisHash: string;
}

/** A further question in the same batch: the answer counts only with this one in order. */
export interface Beside {
	readonly method: string;
	readonly params: readonly unknown[];
	/** Throws where the answer that it stands beside is not to be believed. */
	readonly check: (answer: unknown) => void;
}

/** One call as an endpoint makes it. */
export interface EndpointCall<T> {
	readonly method: string;
	readonly params: readonly unknown[];
	/** Reads the answer; throws where it cannot be a right one, which counts as the endpoint's failure. */
	readonly check: (answer: unknown) => T | Promise<T>;
	readonly beside?: readonly Beside[] | undefined;
	/** Does nothing in the answer show which chain it is of? Then the chain id is asked for beside it. */
	readonly isOfAnyChain?: boolean | undefined;
	readonly why: "first" | "hedge" | "retry";
	readonly signal?: AbortSignal | undefined;
}

export interface EndpointOptions {
	readonly identity: ChainIdentity;
	readonly transport: JsonRpcOptions;
	readonly breaker: BreakerOptions;
	readonly clock: Clock;
	readonly onTrouble: (error: RpcError) => void;
}

/** Why an endpoint is not to be asked; null where it may be. */
export type Obstacle = "unsupported" | "paused" | "open" | "unverified" | null;

/** Failures after which the one who answers next may be somebody else: the endpoint is asked who it is before it is used again. */
const BREAKS: ReadonlySet<FailureKind> = new Set(["timeout", "connection", "http", "malformed", "wrong_id"]);
/** Failures that say nothing against the endpoint. */
const BLAMELESS: ReadonlySet<FailureKind> = new Set(["cancelled", "closed", "final", "unsupported"]);
/** Pauses after a refusal for the rate that names no time: doubling, with jitter, in milliseconds. */
const PAUSE = { baseMs: 500, capMs: 60_000 };
/** A method's own average counts this long, in milliseconds; then the endpoint's average speaks for it, so that a bad spell is not held against it for ever. */
const METHOD_MEMORY_MS = 60_000;

interface MethodRecord {
	readonly window: LatencyWindow;
	readonly average: Average;
	lastAt: number;
	readonly failures: Partial<Record<FailureKind, number>>;
	readonly counts: { calls: number; answers: number; hedges: number; retries: number; overBudget: number };
	isUnsupported: boolean;
}

/** One node: its transport, its budget, its breaker, and what has been observed of it. */
export class Endpoint {
	readonly name: string;
	readonly wsUrl: string | null;
	readonly #rpc: JsonRpc;
	readonly #options: EndpointOptions;
	readonly #clock: Clock;
	readonly #breaker: Breaker;
	readonly #budget: Budget;
	readonly #methods = new Map<string, MethodRecord>();
	readonly #latency = new Average();
	/** Of calls, how many failed: none until one did. */
	readonly #errors = new Average(0);
	#head: Block | null = null;
	/** Hashes of blocks that the endpoint said it does not have, since it showed its head. */
	readonly #lacks = new Set<string>();
	#lastFault: RpcError | null = null;
	#isVerified = false;
	#verifying: Promise<RpcError | null> | null = null;
	#pausedUntil = Number.NEGATIVE_INFINITY;
	#pauses = 0;

	constructor(config: EndpointConfig, name: string, options: EndpointOptions) {
		this.name = name;
		this.wsUrl = config.ws ?? null;
		this.#rpc = new JsonRpc(config.http, options.transport);
		this.#options = options;
		this.#clock = options.clock;
		this.#breaker = new Breaker(options.breaker, options.clock);
		this.#budget = new Budget(config, options.clock);
	}

	/** The head that this endpoint showed last; null before the first. */
	get head(): Block | null {
		return this.#head;
	}

	/** The failure that counted against this endpoint last. */
	get lastFault(): RpcError | null {
		return this.#lastFault;
	}

	/** Notes a head that the endpoint showed, by an answer or by a subscription. */
	showed(head: Block): void {
		if (head.hash !== this.#head?.hash) this.#lacks.clear();
		this.#head = head;
	}

	/** Is the endpoint known not to have that block? One that has not shown a head is not. */
	lacks(block: { readonly hash?: string | undefined; readonly number?: number | undefined }): boolean {
		if (block.hash !== undefined && this.#lacks.has(block.hash)) return true;
		return block.number !== undefined && this.#head !== null && this.#head.number < block.number;
	}

	/** The endpoint answered that it does not have the block of that hash. */
	saidItLacks(hash: string): void {
		this.#lacks.add(hash);
	}

	obstacle(method: string): Obstacle {
		if (this.#methods.get(method)?.isUnsupported) return "unsupported";
		if (this.pausedMs > 0) return "paused";
		if (this.#breaker.state !== "closed") return "open";
		return this.#isVerified ? null : "unverified";
	}

	/** In words, for errors and logs. */
	describe(method: string): string {
		const obstacle = this.obstacle(method);
		if (obstacle === null) return `${this.name}: usable`;
		if (obstacle === "paused") return `${this.name}: asked for a pause of ${Math.ceil(this.pausedMs)} ms more`;
		const why = this.#breaker.why === "" ? "" : ` (${this.#breaker.why})`;
		if (obstacle === "open") return `${this.name}: left alone for ${Math.ceil(this.#breaker.remainingMs)} ms more${why}`;
		return obstacle === "unsupported" ? `${this.name}: does not know ${method}` : `${this.name}: its chain is not verified${why}`;
	}

	get pausedMs(): number {
		return Math.max(0, this.#pausedUntil - this.#clock.now());
	}

	/** Is it time to ask a sidelined endpoint who it is? */
	get isProbeDue(): boolean {
		return this.pausedMs === 0 && (this.#breaker.state === "closed" ? !this.#isVerified : this.#breaker.remainingMs === 0);
	}

	scoreOf(method: string, headLag: number): number {
		const record = this.#methods.get(method);
		const isRecent = record !== undefined && this.#clock.now() - record.lastAt < METHOD_MEMORY_MS;
		const latencyMs = (isRecent ? record.average.value : null) ?? this.#latency.value;
		return score({ latencyMs, errorShare: this.#errors.value ?? 0, headLag });
	}

	/** The time that all but a twentieth of the method's latest answers kept; null below `least` answers. */
	p95Of(method: string, least: number): number | null {
		const window = this.#methods.get(method)?.window;
		return window === undefined || window.count < least ? null : window.quantile(0.95);
	}

	/** Takes one call from the budget, or counts that there was none. */
	takeBudget(method: string): boolean {
		if (this.#budget.take(method)) return true;
		this.#record(method).counts.overBudget++;
		return false;
	}

	/** Calls the node; the budget is the caller's to take. What comes of it is observed and counted. */
	async call<T>(call: EndpointCall<T>): Promise<T> {
		const startedAt = this.#clock.now();
		const record = this.#record(call.method);
		record.counts.calls++;
		if (call.why === "hedge") record.counts.hedges++;
		if (call.why === "retry") record.counts.retries++;
		const beside = call.isOfAnyChain ? [this.#chainIdCheck, ...(call.beside ?? [])] : (call.beside ?? []);
		try {
			const [answer, ...others] = await Promise.all([
				this.#rpc.request(call.method, call.params, call.signal),
				...beside.map(({ method, params }) => this.#requestBeside(method, params, call.signal)),
			]);
			for (const [i, { check }] of beside.entries()) check(others[i]);
			// Time of the node alone: the check's own time is ours.
			const ms = this.#clock.now() - startedAt;
			const checked = await call.check(answer);
			this.#answered(record, ms);
			return checked;
		} catch (error) {
			const failure = asRpcError(call.method, error);
			this.#failed(record, failure, startedAt);
			throw failure;
		}
	}

	async #requestBeside(method: string, params: readonly unknown[], signal: AbortSignal | undefined): Promise<unknown> {
		const { counts } = this.#record(method);
		counts.calls++;
		this.#budget.take(method);
		const answer = await this.#rpc.request(method, params, signal);
		counts.answers++;
		return answer;
	}

	get #chainIdCheck(): Beside {
		return { method: "eth_chainId", params: [], check: (chainId) => assertSameChainId(this.name, this.#options.identity, chainId) };
	}

	/** What this endpoint said turned out to be wrong: it is left alone for a time. */
	contradicted(method: string, why: string): void {
		const { failures } = this.#record(method);
		failures.invalid = (failures.invalid ?? 0) + 1;
		this.#errors.add(1);
		this.#sideline(new RpcError({ kind: "invalid", message: `${this.name}: ${why}; it is left alone for a time` }));
	}

	/** Leaves it alone until its time is over and it has said again who it is. */
	#sideline(failure: RpcError): void {
		this.#isVerified = false;
		this.#lastFault = failure;
		this.#breaker.open(failure.message);
		if (failure.kind !== "closed") this.#options.onTrouble(failure);
	}

	/** Whoever needs this endpoint asks who it is; one question at a time. Null where it is in order, else what is not. */
	verify(): Promise<RpcError | null> {
		this.#verifying ??= this.#verify().finally(() => {
			this.#verifying = null;
		});
		return this.#verifying;
	}

	async #verify(): Promise<RpcError | null> {
		if (this.#breaker.state === "open") this.#breaker.probe();
		const { identity } = this.#options;
		try {
			const [chainId, genesis, head] = await Promise.all([
				this.#ask("eth_chainId", []),
				this.#ask("eth_getBlockByNumber", ["0x0", false]),
				this.#ask("eth_getBlockByNumber", ["latest", false]),
			]);
			assertSameChain(this.name, identity, { chainId, genesis });
			this.showed(parseBlock(head));
			this.#isVerified = true;
			this.#breaker.close();
			return null;
		} catch (error) {
			const failure = asRpcError("the endpoint's identity", error);
			this.#sideline(failure);
			return failure;
		}
	}

	/** A question of {@link verify}: observed for its time, but no success of it closes or quiets the breaker. */
	async #ask(method: string, params: readonly unknown[]): Promise<unknown> {
		const startedAt = this.#clock.now();
		const record = this.#record(method);
		record.counts.calls++;
		this.#budget.take(method);
		try {
			const answer = await this.#rpc.request(method, params);
			record.counts.answers++;
			this.#latency.add(this.#clock.now() - startedAt);
			return answer;
		} catch (error) {
			const failure = asRpcError(method, error);
			record.failures[failure.kind] = (record.failures[failure.kind] ?? 0) + 1;
			if (failure.kind === "rate_limited" || failure.retryAfterMs !== null) this.#pause(failure);
			throw failure;
		}
	}

	stats(highest: number | null): EndpointStats {
		const headLag = this.#head === null || highest === null ? null : Math.max(0, highest - this.#head.number);
		const methods = [...this.#methods].map(([method, record]): [string, MethodStats] => [
			method,
			{ ...record.counts, failures: { ...record.failures }, p50Ms: record.window.quantile(0.5), p95Ms: record.window.quantile(0.95) },
		]);
		return {
			name: this.name,
			breaker: this.#breaker.state,
			why: this.#breaker.why,
			isVerified: this.#isVerified,
			pausedMs: this.pausedMs,
			score: score({ latencyMs: this.#latency.value, errorShare: this.#errors.value ?? 0, headLag: headLag ?? 0 }),
			head: this.#head?.number ?? null,
			headLag,
			callsToday: this.#budget.usedToday,
			methods: Object.fromEntries(methods),
		};
	}

	close(): void {
		this.#rpc.close();
	}

	#answered(record: MethodRecord, ms: number): void {
		record.counts.answers++;
		this.#timed(record, ms);
		this.#errors.add(0);
		this.#breaker.succeeded();
		this.#pauses = 0;
	}

	#failed(record: MethodRecord, failure: RpcError, startedAt: number): void {
		const { kind } = failure;
		const ms = this.#clock.now() - startedAt;
		record.failures[kind] = (record.failures[kind] ?? 0) + 1;
		// A call that was cut short takes at least so long: worth noting where that is longer than thought.
		if (kind === "cancelled" && ms > (record.average.value ?? this.#latency.value ?? 0)) this.#timed(record, ms);
		if (kind === "unsupported") record.isUnsupported = isMethodMissing(failure);
		if (BLAMELESS.has(kind)) return;
		this.#errors.add(1);
		this.#lastFault = failure;
		if (kind === "rate_limited" || failure.retryAfterMs !== null) this.#pause(failure);
		if (kind === "wrong_chain") this.#sideline(failure);
		// A limited or lagging node answers, only not this: its score pays for it, its breaker does not.
		if (kind === "rate_limited" || kind === "wrong_chain" || kind === "unknown_block" || kind === "refused") return;
		if (BREAKS.has(kind)) this.#isVerified = false;
		this.#breaker.failed(failure.message, startedAt);
	}

	#timed(record: MethodRecord, ms: number): void {
		record.window.add(ms);
		record.average.add(ms);
		record.lastAt = this.#clock.now();
		this.#latency.add(ms);
	}

	#pause(failure: RpcError): void {
		const ms = failure.retryAfterMs ?? PAUSE.baseMs + fullJitter(this.#clock, { attempt: this.#pauses, ...PAUSE });
		this.#pauses++;
		this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
	}

	#record(method: string): MethodRecord {
		const known = this.#methods.get(method);
		if (known !== undefined) return known;
		const record: MethodRecord = {
			window: new LatencyWindow(),
			average: new Average(),
			lastAt: Number.NEGATIVE_INFINITY,
			failures: {},
			counts: { calls: 0, answers: 0, hedges: 0, retries: 0, overBudget: 0 },
			isUnsupported: false,
		};
		this.#methods.set(method, record);
		return record;
	}
}

function assertSameChain(name: string, identity: ChainIdentity, found: { readonly chainId: unknown; readonly genesis: unknown }): void {
	assertSameChainId(name, identity, found.chainId);
	if (typeof found.genesis !== "object" || found.genesis === null) throw untold(name, "genesis block");
	const hash = Reflect.get(found.genesis, "hash");
	if (hash !== identity.genesisHash) {
		throw new RpcError({
			kind: "wrong_chain",
			message: `block 0 of the node at ${name} is ${String(hash)}, the settings mean ${identity.genesisHash}; stored state belongs to another chain: use --fresh`,
		});
	}
}

function assertSameChainId(name: string, identity: ChainIdentity, chainId: unknown): void {
	if (typeof chainId !== "string") throw untold(name, "chain id");
	if (Number(chainId) === identity.chainId) return;
	throw new RpcError({
		kind: "wrong_chain",
		message: `the node at ${name} serves chain ${Number(chainId)}, the settings mean chain ${identity.chainId}; correct its URL or chainId`,
	});
}

function untold(name: string, what: string): RpcError {
	return new RpcError({ kind: "invalid", message: `the node at ${name} does not tell its ${what}; check that it is healthy` });
}

function isMethodMissing(failure: RpcError): boolean {
	const code = typeof failure.cause === "object" && failure.cause !== null ? Reflect.get(failure.cause, "code") : null;
	return code === -32601;
}

/** What a check throws is an answer that cannot be right. */
function asRpcError(method: string, error: unknown): RpcError {
	if (error instanceof RpcError) return error;
	return new RpcError({ kind: "invalid", message: `${method}: ${messageOf(error)}`, cause: error });
}

import type { EndpointConfig } from "../../config/endpoints.ts";
import type { Block } from "../block.ts";
import { DisagreementError, Tally, type Vote } from "./agreement.ts";
import type { BreakerOptions } from "./breaker.ts";
import { type Clock, fullJitter, systemClock } from "./clock.ts";
import { type ChainIdentity, Endpoint } from "./endpoint.ts";
import { HeadReader } from "./head-reader.ts";
import { type Header, parseHeader } from "./header.ts";
import { type HedgeOptions, Hedges } from "./hedge.ts";
import type { JsonRpcOptions } from "./json-rpc.ts";
import { type RaceResult, type Read, race } from "./race.ts";
import { RpcError } from "./rpc-error.ts";
import type { PoolStats } from "./stats.ts";

/** When a block's logs count: two endpoints agree on them, they hash to the header's root, or one endpoint's word is enough. */
export type LogPolicy = "agreement" | "receipts" | "unchecked";

export interface PoolOptions {
	readonly identity: ChainIdentity;
	readonly endpoints: readonly EndpointConfig[];
	/** Endpoints that must agree on heads and on what money moves on. */
	readonly agreement: 1 | 2;
	readonly logs: LogPolicy;
	readonly maxLagBlocks: number;
	readonly transport: JsonRpcOptions;
	readonly breaker?: BreakerOptions;
	readonly hedge?: HedgeOptions;
	/** Further rounds over all endpoints after one that decided nothing, and their jittered waits. */
	readonly retry?: { readonly rounds: number; readonly baseMs: number; readonly capMs: number };
	readonly clock?: Clock;
	/** Told about each fault of an endpoint that sidelines it. */
	readonly onTrouble?: (error: RpcError) => void;
}

const BREAKER: BreakerOptions = { failures: 3, coolMs: 500, capMs: 30_000 };
const HEDGE: HedgeOptions = { share: 0.1, burst: 50, firstMs: 250, leastMs: 5 };
const RETRY = { rounds: 3, baseMs: 50, capMs: 2_000 };
const HEADS = "eth_getBlockByNumber";
/** Headers are immutable under their hash; this many are kept. */
const HEADERS_KEPT = 512;

/** How much agreement a read demands: `one` good answer, or as many as the settings demand where money moves (`agreed`); see {@link TallyOptions}. */
export interface ReadDemand {
	readonly agreed?: boolean;
	/** Contradictions end the read instead of being outvoted. */
	readonly isStrict?: boolean;
}

/** The nodes of one chain as one. docs/rpc.md has the rules. */
export class RpcPool {
	readonly agreement: 1 | 2;
	readonly logPolicy: LogPolicy;
	readonly endpoints: readonly Endpoint[];
	readonly #clock: Clock;
	readonly #retry: { readonly rounds: number; readonly baseMs: number; readonly capMs: number };
	readonly #hedges: Hedges;
	readonly #heads: HeadReader;
	/** Hash of the head that was believed last. */
	#lastHead: string | null = null;
	readonly #headers = new Map<string, Header>();
	readonly #counts = { reads: 0, retryRounds: 0, disagreements: 0, failedReads: 0, provedLogs: 0, bloomEmptyLogs: 0 };

	constructor(options: PoolOptions) {
		this.agreement = options.agreement;
		this.logPolicy = options.logs;
		this.#clock = options.clock ?? systemClock;
		this.#retry = options.retry ?? RETRY;
		this.#hedges = new Hedges(options.hedge ?? HEDGE);
		const names = distinctNames(options.endpoints.map(({ http }) => new URL(http).host));
		this.endpoints = options.endpoints.map(
			(config, i) =>
				new Endpoint(config, names[i] ?? config.http, {
					identity: options.identity,
					transport: options.transport,
					breaker: options.breaker ?? BREAKER,
					clock: this.#clock,
					onTrouble: options.onTrouble ?? (() => {}),
				}),
		);
		this.#heads = new HeadReader({
			need: this.agreement,
			maxLagBlocks: options.maxLagBlocks,
			usable: () => this.#usable(HEADS, this.agreement),
			proved: (header) => this.#proved(header),
			unusable: (method, usable) => this.#tooFew(method, usable, this.agreement),
		});
	}

	/**
	 * Asks every endpoint who it is.
	 *
	 * @throws ArbError `configuration` where all that answer serve another chain; `unavailable` or `timeout` where none is in order.
	 */
	async connect(): Promise<void> {
		const found = await Promise.all(this.endpoints.map((endpoint) => endpoint.verify()));
		const failures = found.filter((failure) => failure !== null);
		if (failures.length < this.endpoints.length) return;
		throw failures.find((failure) => failure.kind !== "wrong_chain") ?? failures[0];
	}

	/**
	 * Asks until the demanded number of endpoints say the same.
	 *
	 * @throws RpcError after the last round: of the kind `disagreement` ({@link DisagreementError}), `too_few`, `budget`, or what the endpoints failed with.
	 */
	async read<T>(read: Read<T>, demand: ReadDemand = {}): Promise<T> {
		const value = await this.#counted(read, { ...demand, isNullable: false });
		if (value !== null) return value;
		throw new RpcError({ kind: "invalid", message: `${read.method}: the endpoints answered null where there is always an answer` });
	}

	/** As {@link read}, where there may be no such thing: null is believed only when every endpoint that can be asked gives it, and enough of them do. */
	async find<T>(read: Read<T>, demand: ReadDemand = {}): Promise<T | null> {
		return await this.#counted(read, { ...demand, isNullable: true });
	}

	/** The newest block that the demanded number of endpoints vouch for. */
	async head(signal?: AbortSignal): Promise<Header> {
		this.#counts.reads++;
		for (let round = 0; ; round++) {
			try {
				const head = await this.#heads.read(signal);
				this.#lastHead = head.block.hash;
				return head;
			} catch (error) {
				const mayRetry = error instanceof RpcError && error.retryable && error.kind !== "cancelled" && error.kind !== "closed";
				if (!mayRetry || round >= this.#retry.rounds || signal?.aborted) {
					this.#counts.failedReads++;
					throw error;
				}
				await this.#pause(round, signal);
			}
		}
	}

	/**
	 * Takes a head that an endpoint pushed: the newest head that enough endpoints now vouch for, `ask` where only answers can tell, `ignore` where the endpoint
	 * is sidelined. A push says nothing of its chain, and may be late or of another branch: it is believed where it goes on from the last head.
	 */
	pushed(endpoint: Endpoint, head: unknown): { readonly number: number; readonly head: Block | "ask" | "ignore" } {
		const header = this.#proved(parseHeader(head));
		const { number, hash } = header.block;
		if (endpoint.obstacle(HEADS) !== null) return { number, head: "ignore" };
		const goesOn = hash === this.#lastHead || header.block.parentHash === this.#lastHead;
		if (!goesOn || (this.agreement > 1 && !header.isSelfHashed)) return { number, head: "ask" };
		if (endpoint.head === null || number >= endpoint.head.number) endpoint.showed(header.block);
		const vouched = this.#heads.vouchedByLast(this.endpoints.filter((other) => other.obstacle(HEADS) === null));
		if (vouched === null) return { number, head: "ask" };
		this.#lastHead = vouched.hash;
		return { number, head: vouched };
	}

	/** The header of that hash; null where no endpoint has it. Believed of one endpoint where its content hashes to it, else by agreement. */
	async header(hash: string): Promise<Header | null> {
		const known = this.#headers.get(hash);
		if (known !== undefined) return known;
		const read: Read<Header> = {
			method: "eth_getBlockByHash",
			params: [hash, false],
			at: { hash },
			check: (answer) => {
				const header = answer === null ? null : parseHeader(answer);
				if (header === null || header.block.hash === hash) return header;
				throw new RpcError({ kind: "invalid", message: `eth_getBlockByHash: asked for ${hash}, the node answered ${header.block.hash}` });
			},
		};
		const found = await this.find(read);
		if (found === null || found.isSelfHashed) return found === null ? null : this.#proved(found);
		const agreed = await this.find(read, { agreed: true });
		if (agreed !== null) this.#keep(agreed);
		return agreed;
	}

	/** The canonical header at that height, by agreement; null above the head. */
	async headerAt(number: number): Promise<Header | null> {
		const quantity = `0x${number.toString(16)}`;
		const found = await this.find(
			{
				method: HEADS,
				params: [quantity, false],
				isOfAnyChain: true,
				at: { number },
				check: (answer) => (answer === null ? null : headerOfHeight(answer, number)),
				key: (header) => header.block.hash,
			},
			{ agreed: true },
		);
		return found === null ? null : this.#proved(found);
	}

	/** A header that is known without asking. */
	knownHeader(hash: string): Header | undefined {
		return this.#headers.get(hash);
	}

	/** Evidence has shown that these endpoints, by their votes, were wrong. */
	blame(votes: readonly Vote<unknown>[], method: string, why: string): void {
		for (const { endpoint } of votes) this.endpoints.find(({ name }) => name === endpoint)?.contradicted(method, why);
	}

	countLogs(how: "provedLogs" | "bloomEmptyLogs"): void {
		this.#counts[how]++;
	}

	stats(): PoolStats {
		const highest = this.#highest();
		return {
			...this.#counts,
			hedgedReads: this.#hedges.sent,
			hedgesWithheld: this.#hedges.withheld,
			endpoints: this.endpoints.map((endpoint) => endpoint.stats(highest)),
		};
	}

	close(): void {
		for (const endpoint of this.endpoints) endpoint.close();
	}

	async #counted<T>(read: Read<T>, demand: ReadDemand & { readonly isNullable: boolean }): Promise<T | null> {
		this.#counts.reads++;
		this.#hedges.read();
		try {
			return await this.#rounds(read, demand);
		} catch (error) {
			this.#counts.failedReads++;
			throw error;
		}
	}

	async #rounds<T>(read: Read<T>, demand: ReadDemand & { readonly isNullable: boolean }): Promise<T | null> {
		const need = demand.agreed ? this.agreement : 1;
		for (let round = 0; ; round++) {
			const tally = new Tally<T>({ need, needAbsent: this.agreement, isStrict: demand.isStrict ?? false });
			const candidates = await this.#candidates(read, need);
			let failure: RpcError;
			let isFinal = false;
			if (candidates.length < need) failure = this.#tooFew(read.method, candidates, need);
			else {
				const result = await race({
					read,
					isNullable: demand.isNullable,
					candidates,
					need,
					tally,
					hedges: this.#hedges,
					clock: this.#clock,
					isRetry: round > 0,
				});
				if (tally.isContradictory) this.#counts.disagreements++;
				const verdict = tally.verdict(true);
				if (verdict !== null) {
					this.#blameOutvoted(read, tally, verdict);
					if (verdict.kind === "error") throw verdict.error;
					return verdict.kind === "value" ? verdict.value : null;
				}
				failure = explain(read.method, tally, result, need);
				isFinal = tally.isHopeless || this.#isPointless(failure, result);
			}
			if (isFinal || !failure.retryable || round >= this.#retry.rounds) throw failure;
			await this.#pause(round, read.signal);
		}
	}

	/** An error that another round cannot change. */
	#isPointless(failure: RpcError, { failures }: RaceResult): boolean {
		if (failure.kind === "cancelled" || failure.kind === "closed" || failure.kind === "budget") return true;
		const unknown = failures.filter(({ kind }) => kind === "unknown_block").length;
		if (failure.kind === "unknown_block") return unknown >= Math.min(2, this.endpoints.length);
		return failure.kind === "refused" && failures.every(({ kind }) => kind === "refused");
	}

	/** Facts under a block hash do not change: who says otherwise than two who agree is wrong. Absence may be mere lag. */
	#blameOutvoted<T>(read: Read<T>, tally: Tally<T>, verdict: Vote<T>): void {
		if (read.at?.hash === undefined || !tally.isContradictory || this.agreement < 2) return;
		const outvoted = tally.votes.filter((vote) => vote.kind === "value" && vote.key !== verdict.key);
		if (tally.votes.filter((vote) => vote.key === verdict.key).length < 2) return;
		this.blame(outvoted, read.method, `${read.method} at ${read.at.hash} contradicts two other endpoints`);
	}

	async #pause(round: number, signal: AbortSignal | undefined): Promise<void> {
		this.#counts.retryRounds++;
		await this.#clock.sleep(fullJitter(this.#clock, { attempt: round, ...this.#retry }), signal);
	}

	/** The endpoints to ask, in order: those that have the block first, the best score first. */
	async #candidates<T>(read: Read<T>, need: number): Promise<readonly Endpoint[]> {
		const usable = await this.#usable(read.method, need);
		const { at } = read;
		const highest = this.#highest() ?? 0;
		const rank = (endpoint: Endpoint) => {
			const lag = endpoint.head === null ? 0 : Math.max(0, highest - endpoint.head.number);
			return { endpoint, lacks: at !== undefined && endpoint.lacks(at) ? 1 : 0, score: endpoint.scoreOf(read.method, lag) };
		};
		return usable
			.map(rank)
			.sort((a, b) => a.lacks - b.lacks || a.score - b.score)
			.map(({ endpoint }) => endpoint);
	}

	/** The endpoints that may be asked. Sidelined ones whose time has come are probed: beside the read, or before it where it could not be answered else. */
	async #usable(method: string, need: number): Promise<readonly Endpoint[]> {
		const isUsable = (endpoint: Endpoint) => endpoint.obstacle(method) === null;
		const usable = this.endpoints.filter(isUsable);
		const due = this.endpoints.filter(
			(endpoint) => !isUsable(endpoint) && endpoint.isProbeDue && endpoint.obstacle(method) !== "unsupported",
		);
		const probes = due.map((endpoint) => endpoint.verify());
		if (usable.length >= need) return usable;
		if (usable.length === 0 && probes.length === 0) {
			// Nobody is left: a breaker that keeps the last ones away would only make an outage longer.
			probes.push(...this.endpoints.filter((endpoint) => endpoint.pausedMs === 0).map((endpoint) => endpoint.verify()));
		}
		await Promise.all(probes);
		return this.endpoints.filter(isUsable);
	}

	#tooFew(method: string, usable: readonly Endpoint[], need: number): RpcError {
		const states = this.endpoints.map((endpoint) => endpoint.describe(method));
		const isUnsupported = this.endpoints.every((endpoint) => endpoint.obstacle(method) === "unsupported");
		const isTimeout = usable.length === 0 && this.endpoints.every((endpoint) => endpoint.lastFault?.kind === "timeout");
		return new RpcError({
			kind: isUnsupported ? "unsupported" : isTimeout ? "timeout" : "too_few",
			message: `${method}: ${need} of ${this.endpoints.length} endpoints are needed, ${usable.length} can be asked (${states.join("; ")}); check them, or add endpoints`,
		});
	}

	#highest(): number | null {
		const heads = this.endpoints.map((endpoint) => endpoint.head?.number ?? -1);
		const highest = Math.max(...heads);
		return highest < 0 ? null : highest;
	}

	/** Keeps a header that is proved, or believed because one endpoint is all that is asked for. */
	#proved(header: Header): Header {
		if (header.isSelfHashed || this.agreement === 1) this.#keep(header);
		return header;
	}

	#keep(header: Header): void {
		this.#headers.set(header.block.hash, header);
		const oldest = this.#headers.keys().next();
		if (this.#headers.size > HEADERS_KEPT && !oldest.done) this.#headers.delete(oldest.value);
	}
}

/** The error of a round that decided nothing: what stands in the way most. */
function explain(method: string, tally: Tally<unknown>, { failures, overBudget }: RaceResult, need: number): RpcError {
	const stopped = failures.find(({ kind }) => kind === "cancelled" || kind === "closed");
	if (stopped !== undefined) return stopped;
	if (tally.isContradictory) {
		const said = tally.votes.map(({ endpoint, key }) => `${endpoint}: ${key.slice(0, 120)}`).join("; ");
		return new DisagreementError(
			`${method}: the endpoints contradict each other (${said}); asking again may help, else check them`,
			tally.votes,
		);
	}
	// One misconfigured endpoint must not make final what others may still answer.
	const first = failures.find(({ retryable }) => retryable) ?? failures[0];
	if (tally.votes.length === 0 && first === undefined) {
		return new RpcError({
			kind: "budget",
			message: `${method}: the call budgets of all ${overBudget} usable endpoints are spent; wait, or raise callsPerSecond or callsPerDay where the plan allows`,
		});
	}
	const unknown = failures.find(({ kind }) => kind === "unknown_block");
	if (tally.votes.length === 0 && first !== undefined) return unknown ?? first;
	const why = failures.map(({ message }) => message).join("; ") || (overBudget > 0 ? "call budgets are spent" : "no other could be asked");
	return new RpcError({
		kind: "too_few",
		message: `${method}: ${tally.votes.length} of the ${Math.max(need, 2)} endpoints that must agree answered (${why}); check the others`,
		cause: first,
	});
}

function headerOfHeight(answer: unknown, number: number): Header {
	const header = parseHeader(answer);
	if (header.block.number === number) return header;
	throw new RpcError({ kind: "invalid", message: `asked for block ${number}, the node answered block ${header.block.number}` });
}

/** Two endpoints may be one host under two keys; names show no keys. */
function distinctNames(hosts: readonly string[]): string[] {
	return hosts.map((host, i) => {
		const before = hosts.slice(0, i).filter((other) => other === host).length;
		return before === 0 ? host : `${host}#${before + 1}`;
	});
}

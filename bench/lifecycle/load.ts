import { performance } from "node:perf_hooks";
import type { Checkpoint } from "../../activities/checkpoint.ts";
import type { Candidate } from "../../domain/candidate.ts";
import { ArbError } from "../../domain/errors.ts";
import { lifecycleWorkflowId } from "../../domain/workflow-ids.ts";
import type { LoadOrder, Passage, WorkerMessage } from "./messages.ts";
import type { StandingCandidates } from "./standing-candidates.ts";

/** Without any conclusion for this long something is broken. */
const STALL_MS = 30_000;

interface Flight {
	readonly candidate: Candidate;
	readonly isWorthy: boolean;
	readonly foundAtMs: number;
	readonly marks: Partial<Record<Checkpoint, number>>;
}

/** Epoch milliseconds with fractions. */
function nowMs(): number {
	return performance.timeOrigin + performance.now();
}

let serial = 0;

/** The same cycle on the same block may run many times: each time under a route hash, and so a workflow ID, of its own. */
function withOwnIdentity(candidate: Candidate): Candidate {
	serial += 1;
	return { ...candidate, routeHash: `0x${serial.toString(16).padStart(16, "0")}${candidate.routeHash.slice(18)}` };
}

/**
 * Keeps so many lifecycles in flight, one in so many of them submitted. A lifecycle has ended when its conclusion is committed, which the worker's own
 * checkpoints tell: nothing asks the Temporal server for results while it is measured.
 */
export class Load {
	readonly #order: LoadOrder;
	readonly #standing: StandingCandidates;
	readonly #start: (candidate: Candidate) => Promise<string>;
	readonly #flights = new Map<string, Flight>();
	readonly #passages: Passage[] = [];
	readonly #result = Promise.withResolvers<Extract<WorkerMessage, { kind: "done" }>>();
	readonly #startedAt = nowMs();
	#lastEndAt = nowMs();
	#started = 0;
	/** Submitted, or on the way to it. */
	#submitted = 0;
	#busy: ReadonlySet<string> = new Set();
	#starvedSince: number | null = null;
	#starvedMs = 0;

	constructor(of: {
		readonly order: LoadOrder;
		readonly standing: StandingCandidates;
		readonly start: (candidate: Candidate) => Promise<string>;
	}) {
		this.#order = of.order;
		this.#standing = of.standing;
		this.#start = of.start;
		if (of.order.submitOneIn > 1) this.#fill([]);
	}

	/** Rejects where a lifecycle could not be started, or none ended for long. */
	get result(): Promise<Extract<WorkerMessage, { kind: "done" }>> {
		return this.#result.promise;
	}

	/** A new head: what the search just found on it, and the pools that unresolved submissions hold. */
	onHead(of: { readonly found: readonly Candidate[]; readonly busy: ReadonlySet<string> }): void {
		this.#busy = of.busy;
		if (this.#flights.size > 0 && nowMs() - this.#lastEndAt > STALL_MS) {
			const stuck = [...this.#flights.keys()].join(", ");
			this.#result.reject(
				new ArbError({
					code: "timeout",
					message: `no lifecycle ended within ${STALL_MS / 1000} s; waiting for ${stuck}`,
					retryable: false,
				}),
			);
			return;
		}
		this.#fill(of.found);
	}

	/** A lifecycle of this process has passed a checkpoint. */
	pass(workflowId: string, name: Checkpoint): void {
		const flight = this.#flights.get(workflowId);
		if (flight === undefined) return;
		flight.marks[name] = nowMs();
		if (name === "conclusion:committed") this.#land(workflowId, flight);
	}

	#land(workflowId: string, flight: Flight): void {
		this.#flights.delete(workflowId);
		this.#lastEndAt = nowMs();
		this.#passages.push({ workflowId, foundAtMs: flight.foundAtMs, marks: flight.marks });
		const wasSubmitted = flight.marks["claim:committed"] !== undefined;
		this.#submitted += Number(wasSubmitted) - Number(flight.isWorthy);
		this.#fill([]);
	}

	get #isOver(): boolean {
		return this.#started >= this.#order.maxLifecycles || nowMs() - this.#startedAt >= this.#order.maxMs;
	}

	#fill(found: readonly Candidate[]): void {
		while (this.#flights.size < this.#order.atOnce && !this.#isOver) {
			const next = this.#choose(found);
			if (next === null) {
				this.#starvedSince ??= nowMs();
				return;
			}
			this.#launch(next);
		}
		this.#endStarving();
		if (this.#isOver && this.#flights.size === 0) {
			const elapsedMs = this.#lastEndAt - this.#startedAt;
			this.#result.resolve({ kind: "done", passages: this.#passages, elapsedMs, starvedMs: this.#starvedMs });
		}
	}

	#endStarving(): void {
		if (this.#starvedSince !== null) this.#starvedMs += nowMs() - this.#starvedSince;
		this.#starvedSince = null;
	}

	#choose(found: readonly Candidate[]): { readonly candidate: Candidate; readonly isWorthy: boolean } | null {
		const { submitOneIn } = this.#order;
		if (this.#submitted * submitOneIn <= this.#started) {
			const held = new Set([...this.#flights.values()].flatMap(({ candidate, isWorthy }) => (isWorthy ? poolsOf(candidate) : [])));
			const isFree = (candidate: Candidate) => poolsOf(candidate).every((pool) => !held.has(pool) && !this.#busy.has(pool));
			const fresh = new Set(found.map((candidate) => candidate.routeHash));
			const candidate = this.#standing.worthy.find((each) => isFree(each) && (submitOneIn > 1 || fresh.has(each.routeHash)));
			if (candidate !== undefined) return { candidate, isWorthy: true };
		}
		if (submitOneIn === 1) return null;
		const { unworthy } = this.#standing;
		const candidate = unworthy[this.#started % Math.max(1, unworthy.length)];
		return candidate === undefined ? null : { candidate, isWorthy: false };
	}

	#launch({ candidate: chosen, isWorthy }: { readonly candidate: Candidate; readonly isWorthy: boolean }): void {
		this.#endStarving();
		// One that waited for its turn is as old as that turn; one that did not is as old as the search says.
		const foundAtMs = this.#order.submitOneIn === 1 ? chosen.foundAtMs : Date.now();
		const candidate = withOwnIdentity({ ...chosen, foundAtMs });
		const { chainId, block, routeHash } = candidate;
		const workflowId = lifecycleWorkflowId({ chainId, blockNumber: block.number, blockHash: block.hash, routeHash });
		this.#flights.set(workflowId, { candidate, isWorthy, foundAtMs, marks: {} });
		this.#started += 1;
		if (isWorthy) this.#submitted += 1;
		if (this.#started === 1) this.#lastEndAt = nowMs();
		this.#start(candidate).catch((error: unknown) => this.#result.reject(error));
	}
}

function poolsOf(candidate: Candidate): readonly string[] {
	return candidate.route.map((hop) => hop.pool);
}

import type { Tally } from "./agreement.ts";
import { canonical } from "./agreement.ts";
import type { Clock } from "./clock.ts";
import type { Beside, Endpoint } from "./endpoint.ts";
import type { Hedges } from "./hedge.ts";
import { RpcError } from "./rpc-error.ts";

/** A question to the chain. */
export interface Read<T> {
	readonly method: string;
	readonly params: readonly unknown[];
	/** Reads an answer; what it throws is the endpoint's failure. Null: there is no such thing, as far as the endpoint knows. */
	readonly check: (answer: unknown) => T | null | Promise<T | null>;
	/** The block that the answer depends on. With a hash the answer is a fact for ever, and an endpoint that contradicts the others is wrong. */
	readonly at?: { readonly hash?: string | undefined; readonly number?: number | undefined };
	/** Further questions in the same batch that show whether the answer counts. */
	readonly beside?: readonly Beside[];
	/** The question names a height and no hash, so that a node of another chain could answer it: its chain id is asked for beside it. */
	readonly isOfAnyChain?: boolean;
	/** What makes two answers the same; all of it where absent. */
	readonly key?: (value: T) => string;
	readonly signal?: AbortSignal | undefined;
}

export interface RaceOptions<T> {
	readonly read: Read<T>;
	/** May there be nothing? Else null is an answer that cannot be right. */
	readonly isNullable: boolean;
	/** In the order in which they are to be asked. */
	readonly candidates: readonly Endpoint[];
	readonly need: number;
	readonly tally: Tally<T>;
	readonly hedges: Hedges;
	readonly clock: Clock;
	/** Is this a further round? Its calls count as retries. */
	readonly isRetry: boolean;
}

/** What one round over the endpoints left when it decided nothing. */
export interface RaceResult {
	readonly failures: readonly RpcError[];
	readonly overBudget: number;
}

type Settled<T> =
	| { readonly endpoint: Endpoint; readonly value: T | null }
	| { readonly endpoint: Endpoint; readonly failure: RpcError }
	| "hedge-due";

/**
 * One round: asks the first `need` endpoints, one more for each that fails or contradicts, and one more when they are slow; ends with the tally's verdict, or
 * when all have been asked. The calls that are then still under way are cancelled.
 */
export async function race<T>(options: RaceOptions<T>): Promise<RaceResult> {
	const { read, need, tally, hedges, clock } = options;
	const queue = [...options.candidates];
	const flying = new Map<Endpoint, Promise<Settled<T>>>();
	const failures: RpcError[] = [];
	let overBudget = 0;
	const ending = new AbortController();
	const signal = read.signal === undefined ? ending.signal : AbortSignal.any([read.signal, ending.signal]);

	const launch = (why: "first" | "hedge" | "retry"): void => {
		for (;;) {
			const endpoint = queue.shift();
			if (endpoint === undefined) return;
			if (!endpoint.takeBudget(read.method)) {
				overBudget++;
				continue;
			}
			const call = endpoint.call({ ...read, signal, why, check: (answer) => checkedAnswer(options, answer) });
			const settled = call.then(
				(value): Settled<T> => ({ endpoint, value }),
				(failure: RpcError): Settled<T> => ({ endpoint, failure }),
			);
			flying.set(endpoint, settled);
			return;
		}
	};

	const wait = async (): Promise<Settled<T>> => {
		if (queue.length === 0) return await Promise.race(flying.values());
		const done = new AbortController();
		const due = clock.sleep(hedges.delayMs(read.method, [...flying.keys()]), done.signal).then((): Settled<T> => "hedge-due");
		try {
			return await Promise.race([...flying.values(), due]);
		} finally {
			done.abort();
		}
	};

	let mayHedge = true;
	try {
		for (let i = 0; i < need; i++) launch(options.isRetry ? "retry" : "first");
		while (flying.size > 0) {
			const event = mayHedge ? await wait() : await Promise.race(flying.values());
			if (event === "hedge-due") {
				mayHedge = hedges.take();
				if (mayHedge) launch("hedge");
				continue;
			}
			flying.delete(event.endpoint);
			if ("failure" in event && event.failure.kind !== "final") {
				failures.push(event.failure);
				if (event.failure.kind === "unknown_block" && read.at?.hash !== undefined) event.endpoint.saidItLacks(read.at.hash);
				if (event.failure.kind === "cancelled" || event.failure.kind === "closed") return { failures, overBudget };
			} else tally.add(voteOf(read, event));
			if (tally.isHopeless || tally.verdict(false) !== null) break;
			// Whatever came is not enough: as many more as it takes, if they all said what has been said most.
			if (flying.size < need - mostVotes(tally)) launch("retry");
		}
		return { failures, overBudget };
	} finally {
		ending.abort();
	}
}

async function checkedAnswer<T>({ read, isNullable }: RaceOptions<T>, answer: unknown): Promise<T | null> {
	const value = await read.check(answer);
	if (value === null && !isNullable) {
		throw new RpcError({ kind: "invalid", message: `${read.method}: the node answered null where there is always an answer` });
	}
	return value;
}

function voteOf<T>(
	read: Read<T>,
	event: { readonly endpoint: Endpoint; readonly value: T | null } | { readonly endpoint: Endpoint; readonly failure: RpcError },
): Parameters<Tally<T>["add"]>[0] {
	const endpoint = event.endpoint.name;
	if ("failure" in event) return { endpoint, kind: "error", key: `error ${canonical(dataOf(event.failure))}`, error: event.failure };
	if (event.value === null) return { endpoint, kind: "absent", key: "absent" };
	return { endpoint, kind: "value", key: `value ${(read.key ?? canonical)(event.value)}`, value: event.value };
}

/** Endpoints behind the best supported answer; absence is no support, since everyone else must be asked then anyway. */
function mostVotes(tally: Tally<unknown>): number {
	const counts = new Map<string, number>();
	for (const { kind, key } of tally.votes) if (kind !== "absent") counts.set(key, (counts.get(key) ?? 0) + 1);
	return Math.max(0, ...counts.values());
}

/** Nodes word their errors in many ways; the data that the contract reverted with is the chain's. */
function dataOf(failure: RpcError): unknown {
	return typeof failure.cause === "object" && failure.cause !== null ? (Reflect.get(failure.cause, "data") ?? null) : null;
}

import { RpcError } from "./rpc-error.ts";

/** What one endpoint said, comparable by `key`. */
export type Vote<T> = { readonly endpoint: string; readonly key: string } & (
	| { readonly kind: "value"; readonly value: T }
	/** The chain's own answer is an error: a revert is a result like another. */
	| { readonly kind: "error"; readonly error: RpcError }
	/** There is no such thing, as far as that endpoint knows. */
	| { readonly kind: "absent" }
);

export interface TallyOptions {
	/** Endpoints that must say the same. */
	readonly need: number;
	/** Endpoints that must say that there is nothing, none saying otherwise, once all have been asked. */
	readonly needAbsent: number;
	/** Any contradiction ends the count: for facts that evidence can decide better than a majority. */
	readonly isStrict: boolean;
}

/** Two endpoints contradict each other; `votes` has what each said. */
export class DisagreementError extends RpcError {
	readonly votes: readonly Vote<unknown>[];

	constructor(message: string, votes: readonly Vote<unknown>[]) {
		super({ kind: "disagreement", message });
		this.votes = votes;
	}
}

/** Counts what endpoints say about one thing. */
export class Tally<T> {
	readonly #options: TallyOptions;
	readonly #votes: Vote<T>[] = [];

	constructor(options: TallyOptions) {
		this.#options = options;
	}

	get votes(): readonly Vote<T>[] {
		return this.#votes;
	}

	get isContradictory(): boolean {
		return new Set(this.#votes.map((vote) => vote.key)).size > 1;
	}

	add(vote: Vote<T>): void {
		this.#votes.push(vote);
	}

	/** The vote that enough endpoints cast, none yet or null; absence is decided only when everyone who could be asked has been (`isComplete`). */
	verdict(isComplete: boolean): Vote<T> | null {
		const { need, needAbsent, isStrict } = this.#options;
		if (isStrict && this.isContradictory) return null;
		const counts = new Map<string, number>();
		for (const vote of this.#votes) {
			const count = (counts.get(vote.key) ?? 0) + 1;
			counts.set(vote.key, count);
			if (vote.kind !== "absent" && count >= need) return vote;
		}
		const [first] = this.#votes;
		const isAbsent = isComplete && first?.kind === "absent" && !this.isContradictory && this.#votes.length >= needAbsent;
		return isAbsent ? first : null;
	}

	/** Is there no point in asking on? */
	get isHopeless(): boolean {
		return this.#options.isStrict && this.isContradictory;
	}
}

/** A text that is equal for equal values: keys in order, bigint as decimals. */
export function canonical(value: unknown): string {
	return JSON.stringify(value, (_key, part: unknown) => {
		if (typeof part === "bigint") return part.toString();
		if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
		return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

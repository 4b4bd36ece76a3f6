import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import { knownCalls } from "../bulk/many-calls.ts";
import type { Call } from "../chain-client.ts";
import { addressAt, listAt, uintAt, uintWord, wordsIn } from "./abi-word.ts";
import { type Reading, type TrackedPool, unreadable } from "./adapter.ts";

/** What the contracts around one pool are asked, by the function's name; several calls where it is asked for each of some things. */
export type Questions<Name extends string> = Readonly<Record<Name, Call | readonly Call[]>>;

/**
 * Asks about all pools at once, at the end of a block: one round trip where the node has Multicall3. Only contracts of known code are to be asked this way;
 * what a token or a rate provider says is asked for by `tryCalls`.
 */
export async function askAbout<Name extends string>(
	{ client, pools, blockHash }: Reading,
	questions: (pool: Pool) => Questions<Name>,
): Promise<Answers<Name>[]> {
	const asked = pools.map((pool) => ({ pool, questions: Object.entries<Call | readonly Call[]>(questions(pool)) }));
	const calls = asked.flatMap((one) => one.questions.flatMap(([, call]) => call));
	const answers = await knownCalls(client, blockHash)(calls);
	let next = 0;
	return asked.map(({ pool, questions }) => {
		const named = new Map<string, readonly (string | null)[]>();
		for (const [name, call] of questions) {
			const count = Array.isArray(call) ? call.length : 1;
			named.set(name, answers.slice(next, next + count));
			next += count;
		}
		return new Answers<Name>(pool, named);
	});
}

/** What was answered about one pool. What is missing or has another form is an error that names it: {@link unreadable}. */
export class Answers<Name extends string> {
	readonly pool: Pool;
	readonly #named: ReadonlyMap<string, readonly (string | null)[]>;

	constructor(pool: Pool, named: ReadonlyMap<string, readonly (string | null)[]>) {
		this.pool = pool;
		this.#named = named;
	}

	/** Whether each of that question's calls was answered by at least one word. */
	has(name: Name): boolean {
		const answers = this.#named.get(name) ?? [];
		return answers.length > 0 && answers.every((answer) => answer !== null && wordsIn(answer) > 0);
	}

	/** The answer as it came, at least one word. */
	data(name: Name): string {
		return this.#data(name, 0);
	}

	/** The first word as 32 bytes of hex. */
	word(name: Name): string {
		return `0x${uintWord(this.uint(name))}`;
	}

	uint(name: Name, word = 0): bigint {
		return this.#uint(name, this.data(name), word);
	}

	flag(name: Name, word = 0): boolean {
		return this.uint(name, word) !== 0n;
	}

	address(name: Name, word = 0): string {
		this.uint(name, word);
		return addressAt(this.data(name), word);
	}

	/** The word at that index of each of the question's calls. */
	each(name: Name, word = 0): bigint[] {
		const answers = this.#named.get(name) ?? [];
		return answers.map((_, i) => this.#uint(name, this.#data(name, i), word));
	}

	/** One word of one of the question's calls. */
	of(name: Name, call: number, word: number): bigint {
		return this.#uint(name, this.#data(name, call), word);
	}

	/** The list that the word at that index points to. */
	list(name: Name, word = 0): bigint[] {
		const data = this.data(name);
		return this.#list(name, word, 1).map((at) => uintAt(data, at));
	}

	/** The same, of structures of so many words: of each the words in their order. */
	rows(name: Name, of: { readonly word: number; readonly width: number }): bigint[][] {
		const data = this.data(name);
		return this.#list(name, of.word, of.width).map((at) => Array.from({ length: of.width }, (_, i) => uintAt(data, at + i)));
	}

	#list(name: Name, word: number, width: number): number[] {
		const list = listAt(this.data(name), word, width);
		if (list === null) throw unreadable(this.pool, `${name} answered no list`);
		return list;
	}

	#data(name: Name, index: number): string {
		const answer = this.#named.get(name)?.[index];
		if (answer === undefined || answer === null || wordsIn(answer) === 0) throw unreadable(this.pool, `${name} did not answer`);
		return answer;
	}

	#uint(name: Name, data: string, word: number): bigint {
		if (word >= wordsIn(data)) throw unreadable(this.pool, `${name} answered ${wordsIn(data)} words`);
		return uintAt(data, word);
	}
}

/** What `read` makes of each; those that it refuses as no pool of their family are left out. */
export function legible<Item, Result>(items: readonly Item[], read: (item: Item) => Result): Result[] {
	return items.flatMap((item) => {
		try {
			return [read(item)];
		} catch (error) {
			if (error instanceof ArbError && error.code === "chain" && !error.retryable) return [];
			throw error;
		}
	});
}

/** A pool about which everything was asked; reading makes its state of the answers. */
export interface AnsweredPool {
	readonly pool: Pool;
	/** @throws ArbError `chain` for a pool that is not what it should be. */
	read(): TrackedPool;
}

export function readAll(answered: readonly AnsweredPool[]): TrackedPool[] {
	return answered.map((one) => one.read());
}

/** The pools among them that are what they should be, with the details that reading has found out. */
export function thoseReadable(answered: readonly AnsweredPool[]): Pool[] {
	return legible(answered, ({ pool, read }) => {
		const { state } = read();
		return "details" in state && state.details !== undefined ? { ...pool, details: state.details } : pool;
	});
}

import { id } from "ethers";
import { ArbError } from "../../../domain/errors.ts";
import type { OtherPoolState, Pool } from "../../../domain/pool.ts";
import { Engine } from "../../../rust-wasm/engine.ts";
import { knownCalls } from "../../bulk/many-calls.ts";
import { uintAt, uintWord, wordsIn } from "../abi-word.ts";
import type { Reading, TrackedPool } from "../adapter.ts";

const GET_DY = { int128: id("get_dy(int128,int128,uint256)").slice(0, 10), uint256: id("get_dy(uint256,uint256,uint256)").slice(0, 10) };
/** Amounts of a coin that are asked about, by its balance: three sizes, none of them round, so that rounding shows. */
export function amountsAsked(balance: bigint): readonly bigint[] {
	return [1_000_003n, 4_057n, 9n].map((share) => balance / share + 1n);
}

/** A pool as one of the contracts that it may be would have it. */
export interface Candidate {
	readonly pool: Pool;
	readonly tracked: TrackedPool;
}

/**
 * Which contract's text a pool follows no getter tells for certain. Of the candidates for each pool that one is taken by which the engine answers as the pool's own
 * `get_dy` does, for every direction and three sizes; a pool for which none does is left out. An empty one answers nothing: it is taken where `isKnown` holds.
 */
export async function vetted(
	reading: Reading,
	pools: readonly (readonly Candidate[])[],
	of: { readonly indices: "int128" | "uint256"; readonly isKnown?: (pool: Pool) => boolean },
): Promise<Candidate[]> {
	const block = await reading.client.block(reading.blockHash);
	const questions = pools.map((candidates) => questionsOf(candidates[0]?.tracked.state, of.indices));
	const answers = await knownCalls(
		reading.client,
		reading.blockHash,
	)(questions.flatMap((asked) => asked.map(({ pool, data }) => ({ to: pool, data }))));
	let next = 0;
	return pools.flatMap((candidates, i) => {
		const asked = questions[i] ?? [];
		const answered = asked.map((_, k) => answerOf(answers[next + k] ?? null));
		next += asked.length;
		if (answered.every((answer) => answer === null))
			return candidates.filter(({ pool, tracked }) => isEmpty(tracked.state) && of.isKnown?.(pool) === true).slice(0, 1);
		return candidates.find(({ tracked }) => answersAlike(tracked.state, asked, { answered, timestamp: block?.timestamp ?? null })) ?? [];
	});
}

interface Question {
	readonly pool: string;
	readonly data: string;
	readonly tokenIn: string;
	readonly tokenOut: string;
	readonly amountIn: bigint;
}

function questionsOf(state: TrackedPool["state"] | undefined, indices: "int128" | "uint256"): Question[] {
	if (state === undefined || !("tokens" in state) || !Array.isArray(state.balances)) return [];
	const { address, tokens } = state;
	const balances = state.balances.map(BigInt);
	return tokens.flatMap((tokenIn, from) =>
		tokens.flatMap((tokenOut, to) =>
			from === to
				? []
				: amountsAsked(balances[from] ?? 0n).map((amountIn) => {
						const data = GET_DY[indices] + uintWord(from) + uintWord(to) + uintWord(amountIn);
						return { pool: address, data, tokenIn, tokenOut, amountIn };
					}),
		),
	);
}

/** A pool that holds nothing of its coins. */
export function isEmpty(state: TrackedPool["state"]): boolean {
	return "balances" in state && Array.isArray(state.balances) && state.balances.every((balance) => balance === "0");
}

function answerOf(data: string | null): bigint | null {
	return data === null || wordsIn(data) === 0 ? null : uintAt(data, 0);
}

function answersAlike(
	state: TrackedPool["state"],
	questions: readonly Question[],
	of: { readonly answered: readonly (bigint | null)[]; readonly timestamp: number | null },
): boolean {
	using engine = new Engine();
	engine.setTime(of.timestamp);
	if (refusedAsNull(() => engine.upsertPools([state as OtherPoolState])) === null) return false;
	return questions.every((question, i) => refusedAsNull(() => engine.view(question)) === of.answered[i]);
}

/** Null where the engine refuses what it is given. */
function refusedAsNull<T>(act: () => T): T | null {
	try {
		return act();
	} catch (error) {
		if (error instanceof ArbError && (error.code === "engine" || error.code === "invalid_input")) return null;
		throw error;
	}
}

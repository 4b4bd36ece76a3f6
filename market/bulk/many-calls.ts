import type { Call, ChainClient } from "../chain-client.ts";
import { decodeAggregate3, encodeAggregate3 } from "./aggregate3.ts";
import { knowledgeOf } from "./knowledge.ts";
import { inPieces } from "./pieces.ts";
import { isExecutionFailure, RefusedError } from "./refusal.ts";

/** Answers of many calls at the end of a block, in their order; null where a call failed. */
export type AskMany = (calls: readonly Call[]) => Promise<readonly (string | null)[]>;

/** The same address on every chain that has it (mds1/multicall3). */
const MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11";

/** By Multicall3 where it is deployed, else call by call: for contracts whose code is known, as {@link multicalls} says. */
export function knownCalls(client: ChainClient, blockHash: string): AskMany {
	return (calls) =>
		knowledgeOf(client).read({
			multicall: () => multicalls(client, blockHash)(calls),
			single: () => singleCalls(client, blockHash)(calls),
		});
}

/** Call by call; {@link ChainClient.callAt} sends calls of one turn in batches. */
export function singleCalls(client: ChainClient, blockHash: string): AskMany {
	const ask = async (call: Call): Promise<string | null> => {
		try {
			const [answer = "0x"] = await client.callAt(blockHash, [call]);
			return answer;
		} catch (error) {
			if (isExecutionFailure(error)) return null;
			throw error;
		}
	};
	return (calls) => Promise.all(calls.map(ask));
}

/**
 * By the deployed Multicall3. A call that fails in there is asked again alone: it may only have been left too little gas (EIP-150). Its calls are no
 * static ones: a hostile contract among those asked could change what later calls see, so only pools of known factories should be read this way.
 *
 * @throws RefusedError where Multicall3 is not deployed at that block
 */
export function multicalls(client: ChainClient, blockHash: string): AskMany {
	const alone = singleCalls(client, blockHash);
	return async (calls) => {
		const answers: (string | null)[] = new Array(calls.length).fill(null);
		await inPieces({
			what: "Multicall3",
			count: calls.length,
			size: knowledgeOf(client).sizes.multicall,
			worthACall: 100,
			async ask(from, to) {
				const found = await aggregate(client, blockHash, calls.slice(from, to));
				for (const [i, answer] of found.entries()) answers[from + i] = answer;
				// Where the gas ends, everything from there on fails. Where all fails, it may be what was asked.
				const done = found.findLastIndex((answer) => answer !== null) + 1;
				return done === 0 ? found.length : done;
			},
		});
		const failed = calls.flatMap((call, i) => (answers[i] === null ? [{ call, i }] : []));
		const again = await alone(failed.map(({ call }) => call));
		for (const [k, { i }] of failed.entries()) answers[i] = again[k] ?? null;
		return answers;
	};
}

/** None where Multicall3 itself failed: as failures of its calls are allowed, it can only have run out of gas. */
async function aggregate(client: ChainClient, blockHash: string, calls: readonly Call[]): Promise<(string | null)[]> {
	let answer: string | undefined;
	try {
		[answer = "0x"] = await client.callAt(blockHash, [{ to: MULTICALL3, data: encodeAggregate3(calls) }]);
	} catch (error) {
		if (isExecutionFailure(error)) return [];
		throw error;
	}
	if (answer === "0x") throw new RefusedError(`Multicall3: not deployed at ${MULTICALL3}`);
	return decodeAggregate3(answer, calls.length);
}

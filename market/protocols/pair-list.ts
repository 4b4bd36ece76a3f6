import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import { tryCalls } from "../tried-calls.ts";
import { addressAt, intWord, uintAt } from "./abi-word.ts";

const ALL_PAIRS_LENGTH = "0x574f2ba3";
const ALL_PAIRS = "0x1e3dd18b";
const TOKEN0 = "0x0dfe1681";
const TOKEN1 = "0xd21220a7";

export interface ListedPair {
	readonly address: string;
	readonly tokens: readonly [string, string];
}

/**
 * Pairs from a factory's own list, from its `from`-th on (`UniswapV2Factory.allPairs`).
 *
 * @throws ArbError `configuration` where the factory keeps no such list; the node's errors.
 */
export async function listedPairs(
	client: Pick<ChainClient, "callAt">,
	of: { readonly factory: string; readonly from: number; readonly limit: number; readonly blockHash: string },
): Promise<{ readonly pairs: readonly ListedPair[]; readonly total: number }> {
	const { factory, blockHash } = of;
	const [length] = await tryCalls(client, blockHash, [{ to: factory, data: ALL_PAIRS_LENGTH, words: 1 }]);
	if (length === null || length === undefined) throw noList(factory);
	const total = Number(uintAt(length, 0));
	const numbers = Array.from({ length: Math.max(0, Math.min(of.limit, total - of.from)) }, (_, i) => of.from + i);
	const entries = numbers.map((number) => ({ to: factory, data: ALL_PAIRS + intWord(number), words: 1 }));
	const addresses = (await tryCalls(client, blockHash, entries)).map((answer) => {
		if (answer === null) throw noList(factory);
		return addressAt(answer, 0);
	});
	const tokens = await tokensOfPairs(client, { addresses, blockHash });
	return {
		total,
		pairs: addresses.flatMap((address, i) => {
			const pair = tokens[i];
			return pair === undefined || pair === null ? [] : [{ address, tokens: pair }];
		}),
	};
}

/** `token0` and `token1` of each contract; null for one that does not answer. */
export async function tokensOfPairs(
	client: Pick<ChainClient, "callAt">,
	{ addresses, blockHash }: { readonly addresses: readonly string[]; readonly blockHash: string },
): Promise<readonly (readonly [string, string] | null)[]> {
	const calls = addresses.flatMap((to) => [TOKEN0, TOKEN1].map((data) => ({ to, data, words: 1 })));
	const answers = await tryCalls(client, blockHash, calls);
	return addresses.map((_, i) => {
		const [token0, token1] = [answers[2 * i], answers[2 * i + 1]];
		return token0 && token1 ? [addressAt(token0, 0), addressAt(token1, 0)] : null;
	});
}

function noList(factory: string): ArbError {
	return new ArbError({
		code: "configuration",
		message: `the factory ${factory} lists no pairs (allPairsLength, allPairs); correct its address or family`,
		retryable: false,
	});
}

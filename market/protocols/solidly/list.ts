import { ArbError } from "../../../domain/errors.ts";
import type { Pool } from "../../../domain/pool.ts";
import { knownCalls } from "../../bulk/many-calls.ts";
import type { ChainClient } from "../../chain-client.ts";
import { addressAt, uintAt, uintWord, wordsIn } from "../abi-word.ts";
import { type DiscoveryScope, factoryOf, type ProtocolAdapter } from "../adapter.ts";

/** Getters by which a factory lists its pairs, and a pair tells its tokens and kind. */
interface ListGetters {
	readonly count: string;
	readonly item: string;
	/** Of a pair: where tokens and the flag of a stable pair are among the answers' words. */
	readonly facts: readonly { readonly get: string; readonly words: number }[];
	readonly read: (answers: readonly string[]) => { readonly tokens: readonly string[]; readonly stable: boolean };
}

/** Pairs by the factory's list, each asked for its tokens and kind; what does not answer as a pair is left out. */
export async function pairsListed(
	of: {
		readonly client: ChainClient;
		readonly scope: DiscoveryScope;
		readonly part: Parameters<NonNullable<ProtocolAdapter["enumerate"]>>[2];
	},
	getters: ListGetters,
): Promise<{ readonly pools: readonly Pool[]; readonly total: number }> {
	const { chainId, dex } = of.scope;
	const { from, limit } = of.part;
	const factory = factoryOf(dex);
	const ask = knownCalls(of.client, of.part.blockHash);
	const [count] = await ask([{ to: factory, data: getters.count }]);
	if (!count || wordsIn(count) === 0) {
		throw new ArbError({
			code: "chain",
			message: `dex ${dex.name} (${dex.family}): factory ${factory} does not tell how many pairs it has; check its address`,
			retryable: false,
		});
	}
	const total = Number(uintAt(count, 0));
	const numbers = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, i) => from + i);
	const listed = await ask(numbers.map((number) => ({ to: factory, data: getters.item + uintWord(number) })));
	const addresses = listed.flatMap((answer) => (answer && wordsIn(answer) > 0 ? [addressAt(answer, 0)] : []));
	const told = await ask(addresses.flatMap((to) => getters.facts.map(({ get }) => ({ to, data: get }))));
	const pools = addresses.flatMap((address, i): Pool[] => {
		const answers = getters.facts.flatMap(({ words }, k) => {
			const answer = told[i * getters.facts.length + k];
			return answer && wordsIn(answer) >= words ? [answer] : [];
		});
		if (answers.length < getters.facts.length) return [];
		const { tokens, stable } = getters.read(answers);
		return [{ chainId, address, family: dex.family, dex: dex.name, tokens, feePips: 0, tickSpacing: 0, details: { stable, factory } }];
	});
	return { pools, total };
}

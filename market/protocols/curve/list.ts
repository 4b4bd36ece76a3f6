import { id } from "ethers";
import { ArbError } from "../../../domain/errors.ts";
import type { Pool } from "../../../domain/pool.ts";
import { knownCalls } from "../../bulk/many-calls.ts";
import type { ChainClient } from "../../chain-client.ts";
import { addressAt, addressTopic, addressWord, listAt, uintAt, uintWord, wordsIn } from "../abi-word.ts";
import { type DiscoveryScope, factoryOf, type ProtocolAdapter } from "../adapter.ts";

const selector = (signature: string): string => id(signature).slice(0, 10);
const GET_REGISTRY = selector("get_registry()");
const POOL_COUNT = selector("pool_count()");
const POOL_LIST = selector("pool_list(uint256)");
const GET_COINS = selector("get_coins(address)");
const IS_META = selector("is_meta(address)");
const NOBODY = addressWord(0n);
/** Curve's own name for the native coin among a pool's coins. */
const NATIVE = `0x${"e".repeat(40)}`;

/**
 * Pools by the list of a factory or of the registry that the address provider leads to. Metapools are of other families, and swaps of the native coin itself take
 * another call: both are left out. Whether the others are of the dex's family is for `complete` to find out.
 *
 * @throws ArbError `chain` where the contract keeps no list.
 */
export async function poolsListed(
	client: ChainClient,
	{ chainId, dex }: DiscoveryScope,
	part: Parameters<NonNullable<ProtocolAdapter["enumerate"]>>[2] & { readonly exchange: "int128" | "uint256" },
): Promise<{ readonly pools: readonly Pool[]; readonly total: number }> {
	const ask = knownCalls(client, part.blockHash);
	const factory = factoryOf(dex);
	const [named] = await ask([{ to: factory, data: GET_REGISTRY }]);
	const registry = named && wordsIn(named) > 0 && uintAt(named, 0) !== 0n ? addressAt(named, 0) : factory;
	const [count] = await ask([{ to: registry, data: POOL_COUNT }]);
	if (!count || wordsIn(count) === 0) {
		throw new ArbError({
			code: "chain",
			message: `dex ${dex.name} (${dex.family}): ${registry} has no pool_count; put the factory or the address provider into the settings`,
			retryable: false,
		});
	}
	const total = Number(uintAt(count, 0));
	const numbers = Array.from({ length: Math.max(0, Math.min(part.limit, total - part.from)) }, (_, i) => part.from + i);
	const listed = await ask(numbers.map((number) => ({ to: registry, data: POOL_LIST + uintWord(number) })));
	const addresses = listed
		.flatMap((answer) => (answer && wordsIn(answer) > 0 ? [addressAt(answer, 0)] : []))
		.filter((address) => address !== NOBODY);
	const about = (get: string) => addresses.map((address) => ({ to: registry, data: get + addressTopic(address).slice(2) }));
	const answers = await ask([...about(GET_COINS), ...about(IS_META)]);
	const pools = addresses.flatMap((address, i): Pool[] => {
		const [coins, meta] = [answers[i], answers[addresses.length + i]];
		const tokens = coins ? coinsIn(coins) : [];
		const isMeta = meta && wordsIn(meta) > 0 && uintAt(meta, 0) !== 0n;
		if (isMeta || tokens.length < 2 || tokens.includes(NATIVE)) return [];
		const { family, name } = dex;
		return [{ chainId, address, family, dex: name, tokens, feePips: 0, tickSpacing: 0, details: { exchange: part.exchange } }];
	});
	return { pools, total };
}

/** A list, or a row of fixed length that ends with zeros: two to eight words, by factory. */
function coinsIn(answer: string): string[] {
	const list = uintAt(answer, 0) === 32n ? listAt(answer, 0) : Array.from({ length: wordsIn(answer) }, (_, i) => i);
	return (list ?? []).map((at) => addressAt(answer, at)).filter((address) => address !== NOBODY);
}

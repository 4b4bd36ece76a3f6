import { id } from "ethers";
import type { Pool, ProtocolFamily, UniswapV3PoolState } from "../../domain/pool.ts";
import type { ChainLog } from "../log.ts";
import { addressAt, intAt, uintAt } from "./abi-word.ts";
import { type CreationEvents, type DiscoveryScope, factoryOf, type ProtocolAdapter } from "./adapter.ts";
import { readBalances } from "./balances.ts";
import { afterV3Event, hasTicks, POSITION_TOPICS, SWAP } from "./concentrated/changes.ts";
import { readTicks, readVirtualReserves } from "./concentrated/reading.ts";

const POOL_CREATED = id("PoolCreated(address,address,uint24,int24,address)");

/**
 * Concentrated liquidity. Other events than those of `stateTopics` (Flash, Collect, SetFeeProtocol, observations) change nothing that a swap's amounts
 * depend on.
 */
export const uniswapV3: ProtocolAdapter = {
	families: ["uniswap-v3"],
	stateTopics: [...POSITION_TOPICS, SWAP],
	creation: (scope) => v3PoolCreated("uniswap-v3", scope),

	load: (reading) =>
		readTicks(reading, {
			form: "v3",
			stateOf({ address, dex, tokens: [token0 = "", token1 = ""], feePips }, ticked): UniswapV3PoolState {
				return { family: "uniswap-v3", ...{ address, dex, token0, token1, feePips }, ...ticked };
			},
		}),

	holdings: readBalances,
	reserves: (reading) => readVirtualReserves(reading, { form: "v3" }),
	apply: (tracked, log) => (hasTicks(tracked, "uniswap-v3") ? (afterV3Event(tracked, log, SWAP) ?? tracked) : tracked),
};

/** `PoolCreated` of Uniswap V3's factory and of those that copied it. */
export function v3PoolCreated(family: ProtocolFamily, { chainId, dex }: DiscoveryScope): CreationEvents {
	return {
		emitter: factoryOf(dex),
		topics: (tokens) => [POOL_CREATED, tokens, tokens],
		parse: (log) => ({
			...{ chainId, address: addressAt(log.data, 1), family, dex: dex.name, tokens: indexedTokens(log) },
			...{ feePips: Number(uintAt(log.topics[3] ?? "0x", 0)), tickSpacing: Number(intAt(log.data, 0)), details: {} },
		}),
	};
}

/** The two tokens that an event of a new pool has as its first indexed parameters. */
export function indexedTokens(log: ChainLog): Pool["tokens"] {
	return [addressAt(log.topics[1] ?? "0x", 0), addressAt(log.topics[2] ?? "0x", 0)];
}

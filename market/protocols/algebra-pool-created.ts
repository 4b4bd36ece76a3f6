import { id } from "ethers";
import type { ProtocolFamily } from "../../domain/pool.ts";
import { addressAt } from "./abi-word.ts";
import { type CreationEvents, type DiscoveryScope, factoryOf } from "./adapter.ts";
import { indexedTokens } from "./uniswap-v3.ts";

const POOL = id("Pool(address,address,address)");

/** `Pool` of Algebra's factories, V1 and Integral, which tells neither fee nor spacing. */
export function algebraPoolCreated(
	{ chainId, dex }: DiscoveryScope,
	of: { readonly family: ProtocolFamily; readonly tickSpacing: number },
): CreationEvents {
	return {
		emitter: factoryOf(dex),
		topics: (tokens) => [POOL, tokens, tokens],
		parse: (log) => ({
			...{ chainId, address: addressAt(log.data, 0), dex: dex.name, tokens: indexedTokens(log) },
			...{ feePips: 0, details: {}, ...of },
		}),
	};
}

import { ArbError } from "../../domain/errors.ts";
import { arbitrumOne } from "./arbitrum-one.ts";
import { avalanche } from "./avalanche.ts";
import { base } from "./base.ts";
import { bnbChain } from "./bnb-chain.ts";
import { type ChainFacts, chainFactsOf } from "./chain-facts.ts";
import { ethereum } from "./ethereum.ts";
import { gnosis } from "./gnosis.ts";
import { opMainnet } from "./op-mainnet.ts";
import { polygon } from "./polygon.ts";

/**
 * Every chain of the registry.
 *
 * Sources: tokens and feeds from `@bgd-labs/aave-address-book@4.44.22` (`tokenlist.json`, `src/Chainlink*.sol`); Multicall3, native coins and block times
 * from `viem@2.57.20` (`chains/definitions`), but BNB Chain's block time from its Fermi fork; sub-blocks and the express lane from docs.base.org
 * (flashblocks), docs.optimism.io (flashblocks) and docs.arbitrum.io (timeboost). What an EVM has is not taken from here: `arb doctor chain` tries it.
 */
export const CHAINS: readonly ChainFacts[] = [ethereum, arbitrumOne, opMainnet, base, polygon, bnbChain, avalanche, gnosis].map(
	chainFactsOf,
);

/**
 * A chain by its id or its name.
 *
 * @throws ArbError `not_found` that lists the chains there are
 */
export function chainFacts(idOrName: string): ChainFacts {
	const found = CHAINS.find((chain) => chain.name === idOrName || String(chain.chainId) === idOrName);
	if (found !== undefined) return found;
	const known = CHAINS.map((chain) => `${chain.name} (${chain.chainId})`).join(", ");
	throw new ArbError({ code: "not_found", message: `the registry has no chain ${idOrName}; it has ${known}`, retryable: false });
}

import type { ChainConfig } from "../config/chain.ts";
import { CHAINS, chainFacts } from "../config/chains/all.ts";
import type { ChainFacts } from "../config/chains/chain-facts.ts";
import { findChain } from "../config/configured-chains.ts";
import { ArbError } from "../domain/errors.ts";
import { configuredChains } from "./environment.ts";

/** A chain as a command knows it: by the registry's facts, by the chain file set up here, or by both. */
export interface ChosenChain {
	readonly chainId: number;
	readonly name: string;
	readonly facts: ChainFacts | null;
	readonly settings: ChainConfig | null;
}

/**
 * The chain of `--chain`, an id or a name; the first of CHAIN_FILE where it is not given.
 *
 * @throws ArbError `not_found` where neither registry nor chain file has it, `configuration` where none is given and no chain file is set
 */
export function chosenChain(idOrName: string | undefined): ChosenChain {
	const chains = configuredChains();
	if (idOrName === undefined) {
		const settings = chains?.[0] ?? null;
		if (settings === null) {
			throw new ArbError({
				code: "configuration",
				message: "which chain? give --chain, or set CHAIN_FILE; `npm start` sets it",
				retryable: false,
			});
		}
		const facts = CHAINS.find((chain) => chain.chainId === settings.chainId) ?? null;
		return { chainId: settings.chainId, name: settings.name, facts, settings };
	}
	const own = findChain(chains ?? [], idOrName);
	const facts = CHAINS.find(({ name, chainId }) => name === idOrName || String(chainId) === idOrName) ?? null;
	if (own !== undefined && facts === null) return { chainId: own.chainId, name: own.name, facts, settings: own };
	const { chainId, name } = facts ?? chainFacts(idOrName);
	return { chainId, name, facts, settings: findChain(chains ?? [], String(chainId)) ?? null };
}

/**
 * The node that a command asks: `--rpc-url`, or that of the chain file.
 *
 * @throws ArbError `configuration` where there is neither
 */
export function nodeUrl(chain: ChosenChain, rpcUrl: string | undefined): string {
	const url = rpcUrl ?? chain.settings?.rpcUrl;
	if (url !== undefined) return url;
	throw new ArbError({
		code: "configuration",
		message: `no node of chain ${chain.name} (${chain.chainId}) is set up: give --rpc-url, or set CHAIN_FILE to a file of that chain`,
		retryable: false,
	});
}

import type { ChainConfig } from "../config/chain.ts";
import { CHAINS, chainFacts } from "../config/chains/all.ts";
import type { ChainFacts } from "../config/chains/chain-facts.ts";
import { ArbError } from "../domain/errors.ts";
import { commandChain } from "./environment.ts";

/** A chain as a command knows it: by the registry's facts, by the chain file set up here, or by both. */
export interface ChosenChain {
	readonly chainId: number;
	readonly name: string;
	readonly facts: ChainFacts | null;
	readonly settings: ChainConfig | null;
}

/**
 * The chain of `--chain`, an id or a name; that of the chain file where it is not given.
 *
 * @throws ArbError `not_found` where neither registry nor chain file has it, `configuration` where none is given and no chain file is set
 */
export function chosenChain(idOrName: string | undefined): ChosenChain {
	const settings = commandChain();
	if (idOrName === undefined) {
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
	const isSettings = settings !== null && (settings.name === idOrName || String(settings.chainId) === idOrName);
	const facts = CHAINS.find(({ name, chainId }) => name === idOrName || String(chainId) === idOrName) ?? null;
	if (isSettings && facts === null) return { chainId: settings.chainId, name: settings.name, facts, settings };
	const { chainId, name } = facts ?? chainFacts(idOrName);
	return { chainId, name, facts, settings: settings?.chainId === chainId ? settings : null };
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

import { ArbError } from "../domain/errors.ts";
import { type ChainConfig, readChainConfig } from "./chain.ts";

/** At least one chain; the first is the one that is meant where none is named. */
export type ConfiguredChains = readonly [ChainConfig, ...ChainConfig[]];

/**
 * Reads the chains of `CHAIN_FILE`.
 *
 * @throws ArbError `configuration` where a file is bad, or two files are of one chain or one name
 */
export function readChains(files: readonly string[]): ConfiguredChains {
	const [first, ...others] = files.map((file) => readChainConfig(file));
	if (first === undefined) {
		throw new ArbError({ code: "configuration", message: "CHAIN_FILE names no file; `npm start` sets it", retryable: false });
	}
	const chains = [first, ...others] as const;
	for (const [index, { chainId, name }] of chains.entries()) {
		const twin = chains.findIndex((chain) => chain.chainId === chainId || chain.name === name);
		if (twin === index) continue;
		throw new ArbError({
			code: "configuration",
			message: `CHAIN_FILE: ${files[twin]} and ${files[index]} are both of chain ${chainId} or both called ${name}; give each chain one file`,
			retryable: false,
		});
	}
	return chains;
}

/** The chain of that id or name among the configured ones, if it is there. */
export function findChain(chains: readonly ChainConfig[], idOrName: string): ChainConfig | undefined {
	return chains.find((chain) => String(chain.chainId) === idOrName || chain.name === idOrName);
}

/**
 * The chain of that id or name.
 *
 * @throws ArbError `not_found` with the chains that there are
 */
export function namedChain(chains: readonly ChainConfig[], idOrName: string): ChainConfig {
	return findChain(chains, idOrName) ?? missing(chains, idOrName);
}

/**
 * The chain of a process that serves one: of that id or name, or the only one.
 *
 * @throws ArbError `configuration` where several are configured and none is named, `not_found` where the named one is not configured
 */
export function servedChain(chains: ConfiguredChains, idOrName: string | undefined): ChainConfig {
	if (idOrName !== undefined) return namedChain(chains, idOrName);
	if (chains.length === 1) return chains[0];
	throw new ArbError({
		code: "configuration",
		message: `CHAIN_FILE has ${chains.length} chains and this process serves one: say which by --chain (${listed(chains)})`,
		retryable: false,
	});
}

function missing(chains: readonly ChainConfig[], idOrName: string): never {
	throw new ArbError({
		code: "not_found",
		message: `chain ${idOrName} is not configured; configured: ${listed(chains)}`,
		retryable: false,
	});
}

function listed(chains: readonly ChainConfig[]): string {
	return chains.map((chain) => `${chain.name} (${chain.chainId})`).join(", ");
}

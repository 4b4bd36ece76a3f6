import type { ChainConfig } from "../chain.ts";
import { DEPLOYMENTS } from "./all.ts";
import type { Deployment } from "./deployment.ts";

/** The dexes that a chain file has beside the registry's, in the registry's form: all of them on a chain that the registry does not have. */
export function ownDeployments({ chainId, dexes }: Pick<ChainConfig, "chainId" | "dexes">): readonly Deployment[] {
	const known = new Set(DEPLOYMENTS.flatMap((row) => (row.chainId === chainId && row.factory !== undefined ? [row.factory] : [])));
	return dexes
		.filter((dex) => !known.has(dex.factory))
		.map(({ name, family, factory, feePips, startBlock, derivation, knownPool }) => ({
			...{ dex: name, family, chainId, factory, startBlock, source: "chain file" },
			fee: feePips === undefined ? { kind: "by-pool" } : { kind: "fixed", pips: feePips },
			...(derivation === undefined ? {} : { derivation }),
			...(knownPool === undefined ? {} : { knownPool }),
		}));
}

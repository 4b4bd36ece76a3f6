import type { ChainConfig } from "../chain.ts";
import { DEPLOYMENTS } from "./all.ts";
import type { Deployment } from "./deployment.ts";

/** The dexes that a chain file has beside the registry's, in the registry's form: all of them on a chain that the registry does not have. */
export function ownDeployments({ chainId, dexes }: Pick<ChainConfig, "chainId" | "dexes">): readonly Deployment[] {
	const known = new Set(DEPLOYMENTS.filter((row) => row.chainId === chainId).map(placeOf));
	return dexes
		.filter((dex) => !known.has(placeOf(dex)))
		.map(({ name, family, factory, vault, poolDeployer, feePips, startBlock, derivation, knownPool }) => ({
			...{ dex: name, family, chainId, startBlock, source: "chain file" },
			...(factory === undefined ? {} : { factory }),
			...(vault === undefined ? {} : { vault }),
			...(poolDeployer === undefined ? {} : { poolDeployer }),
			fee: feePips === undefined ? { kind: "by-pool" } : { kind: "fixed", pips: feePips },
			...(derivation === undefined ? {} : { derivation }),
			...(knownPool === undefined ? {} : { knownPool }),
		}));
}

/** What tells a row from others of its chain: a vault may have several factories, a factory pools of several families. */
function placeOf({ family, factory, vault }: Pick<Deployment, "family" | "factory" | "vault">): string {
	return [family, factory, vault].join(" ");
}

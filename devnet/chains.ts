import { ArbError } from "../domain/errors.ts";

/** A local chain: its id, its name (also that of its folder) and the time between its blocks. */
export interface DevnetChain {
	readonly chainId: number;
	readonly name: string;
	readonly blockMs: number;
}

/** The local chains: block times as on Ethereum's faster rollups, between them, and of a slow chain. The first is the one that runs alone. */
export const DEVNET_CHAINS = [
	{ chainId: 31337, name: "devnet", blockMs: 1_000 },
	{ chainId: 31338, name: "devnet-fast", blockMs: 250 },
	{ chainId: 31339, name: "devnet-slow", blockMs: 4_000 },
] as const satisfies readonly [DevnetChain, ...DevnetChain[]];

/** @throws ArbError `invalid_input` where no local chain has that name. */
export function devnetChain(name: string): DevnetChain {
	const found = DEVNET_CHAINS.find((chain) => chain.name === name);
	if (found !== undefined) return found;
	const names = DEVNET_CHAINS.map((chain) => chain.name).join(", ");
	throw new ArbError({ code: "invalid_input", message: `there is no local chain "${name}"; there are ${names}`, retryable: false });
}

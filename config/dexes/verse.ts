import type { Dex } from "./deployment.ts";

export const verse: Dex = {
	dex: "verse",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0xee3E9E46E34a27dC755a63e2849C9913Ee1A06E2",
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

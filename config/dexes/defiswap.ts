import type { Dex } from "./deployment.ts";

/** The factory keeps one fee for all pairs, `totalFeeBasisPoint`, and its owner may change it. */
export const defiswap: Dex = {
	dex: "defiswap",
	family: "uniswap-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x9DEB29c9a4c7A88a3C0257393b7f3335338D9A9D",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x69d637e77615df9f235f642acebbdad8963ef35c5523142078c9b8f9d0ceba7e",
			},
			knownPool: {
				address: "0x3Aa370AacF4CB08C7E1E7AA8E8FF9418D73C7e0F",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

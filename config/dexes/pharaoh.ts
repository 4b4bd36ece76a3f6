import type { Dex } from "./deployment.ts";

export const pharaohV1: Dex = {
	dex: "pharaoh-v1",
	family: "solidly-v1",
	fee: { kind: "by-pool" },
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0xAAA16c016BF556fcD620328f0759252E29b1AB57",
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

export const pharaohV3: Dex = {
	dex: "pharaoh-v3",
	family: "ramses-v3",
	fee: { kind: "by-pool" },
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0xAE6E5c62328ade73ceefD42228528b70c8157D0d",
			quoter: "0xB7297301b7CC659BB96D51754643A0Df6eEA2138",
			startBlock: 68700645,
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

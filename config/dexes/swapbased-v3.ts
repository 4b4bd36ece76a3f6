import type { Dex } from "./deployment.ts";

export const swapbasedV3: Dex = {
	dex: "swapbased-v3",
	family: "pancake-v3",
	fee: { kind: "by-pool" },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0xb5620F90e803C7F957A9EF351B8DB3C746021BEa",
			startBlock: 13766585,
			source: "@paraswap/dex-lib@5.0.6 build/dex/pancakeswap-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

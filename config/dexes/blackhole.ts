import type { Dex } from "./deployment.ts";

export const blackholeV2: Dex = {
	dex: "blackhole-v2",
	family: "solidly-v1",
	fee: { kind: "by-pool" },
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0xfE926062Fb99CA5653080d6C14fE945Ad68c265C",
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

export const blackholeCl: Dex = {
	dex: "blackhole-cl",
	family: "algebra-integral",
	fee: { kind: "dynamic" },
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0x512eb749541B7cf294be882D636218c84a5e9E5F",
			router: "0xaBfc48e8BED7b26762745f3139555F320119709d",
			quoter: "0x3e182bcf14Be6142b9217847ec1112e3c39Eb689",
			source: "@paraswap/dex-lib@5.0.6 build/dex/algebra-integral/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/blackhole-CL/index.js",
		},
	],
};

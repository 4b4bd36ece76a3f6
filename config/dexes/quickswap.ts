import type { Dex } from "./deployment.ts";

export const quickswapV2: Dex = {
	dex: "quickswap-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Polygon
		{
			chainId: 137,
			factory: "0x5757371414417b8C6CAad45bAeF941aBc7d3Ab32",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f",
			},
			knownPool: {
				address: "0x6e7a5FAFcec6BB1e78bAE2A1F0B612012BF14827",
				tokens: ["0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "quickswap-sdk@3.0.43 dist",
		},
	],
};

export const quickswapV3: Dex = {
	dex: "quickswap-v3",
	family: "algebra-v1",
	fee: { kind: "dynamic" },
	deployments: [
		// Polygon
		{
			chainId: 137,
			factory: "0x411b0fAcC3489691f28ad58c47006AF5E3Ab3A28",
			poolDeployer: "0x2D98E2FA9da15aa6dC9581AB097Ced7af697CB92",
			router: "0xf5b509bB0909a69B1c207E495f687a596C168E12",
			quoter: "0xa15F0D7377B2A0C0c10db057f641beD21028FC89",
			startBlock: 32610688,
			derivation: { by: "init-code", salt: "tokens", initCodeHash: "0x6ec6c9c8091d160c0aa74b2b14ba9c1717e95093bd3ac085cee99a49aab294a4" },
			knownPool: {
				address: "0xAE81FAc689A1b4b1e06e7ef4a2ab4CD8aC0A087D",
				tokens: ["0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/algebra/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

export const quickswapV4: Dex = {
	dex: "quickswap-v4",
	family: "algebra-integral",
	fee: { kind: "dynamic" },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0xC5396866754799B9720125B104AE01d935Ab9C7b",
			quoter: "0xA8a1dA1279ea63535c7B3BE8D20241483BC61009",
			startBlock: 30736835,
			source: "@paraswap/dex-lib@5.0.6 build/dex/algebra-integral/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/uniswapV3.js",
		},
	],
};

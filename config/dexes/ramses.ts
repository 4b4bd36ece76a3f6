import type { Dex } from "./deployment.ts";

export const ramsesV1: Dex = {
	dex: "ramses-v1",
	family: "solidly-v1",
	fee: { kind: "by-pool" },
	deployments: [
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xAAA20D08e59F6561f242b08513D36266C5A29415",
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

export const ramsesV2: Dex = {
	dex: "ramses-v2",
	family: "ramses-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xAA2cd7477c451E703f3B9Ba5663334914763edF8",
			quoter: "0xAA20EFF7ad2F523590dE6c04918DaAE0904E3b20",
			startBlock: 90593047,
			derivation: {
				by: "init-code",
				salt: "tokens-fee",
				initCodeHash: "0x1565b129f2d1790f12d45301b9b084335626f0c92410bc43130763b69971135d",
			},
			knownPool: {
				address: "0x1251ef3b87157B86f189bdEA80B54673b0b59698",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"],
				fee: 500,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

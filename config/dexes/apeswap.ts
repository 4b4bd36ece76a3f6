import type { Dex } from "./deployment.ts";

export const apeswap: Dex = {
	dex: "apeswap",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 2000 },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0x0841BD0B734E4F5853f0dD8d7Ea041c241fb0Da6",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0xf4ccce374816856d11f00e4069e7cada164065686fbef53c6167a63ec2fd8c5b",
			},
			knownPool: {
				address: "0x51e6D27FA57373d8d4C256231241053a70Cb1d93",
				tokens: ["0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c", "0xe9e7CEA3DedcA5984780Bafc599bD69ADd087D56"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xCf083Be4164828f00cAE704EC15a36D711491284",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x511f0f358fe530cda0859ec20becf391718fdf5a329be02f4c95361f3d6a42d8",
			},
			knownPool: {
				address: "0x6Cf8654e85AB489cA7e70189046D507ebA233613",
				tokens: ["0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270", "0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

import type { Derivation, Dex } from "./deployment.ts";

const derivation: Derivation = {
	by: "init-code",
	salt: "packed-tokens",
	initCodeHash: "0x57224589c67f3f30a6b0d7a1b54cf3153ab84563bc609ef41dfb34f8b2974d2d",
};

export const pancakeswapV2: Dex = {
	dex: "pancakeswap-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 2500 },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x1097053Fd2ea711dad45caCcc45EfF7548fCB362",
			derivation,
			knownPool: {
				address: "0x2E8135bE71230c6B1B4045696d41C09Db0414226",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
			},
			source: "@pancakeswap/v2-sdk@1.2.2 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x02a84c1b3BBD7401a5f7fa98a384EBC70bB5749E",
			derivation,
			knownPool: {
				address: "0x92363F9817f92a7ae0592A4cb29959A88d885cc8",
				tokens: ["0x4200000000000000000000000000000000000006", "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"],
			},
			source: "@pancakeswap/v2-sdk@1.2.2 dist/index.js",
			alsoIn: "sushi@7.3.15 _cjs/evm/config/features/pancakeswap-v2.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x02a84c1b3BBD7401a5f7fa98a384EBC70bB5749E",
			derivation,
			knownPool: {
				address: "0xA59bd260F9707EA44551c510F714cCD482Ec75D8",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"],
			},
			source: "@pancakeswap/v2-sdk@1.2.2 dist/index.js",
			alsoIn: "sushi@7.3.15 _cjs/evm/config/features/pancakeswap-v2.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0xcA143Ce32Fe78f1f7019d7d551a6402fC5350c73",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x00fb7f630766e6a796048ea87d01acd3068e8ff67d078148a3fa3f4a84f69bd5",
			},
			knownPool: {
				address: "0x16b9a82891338f9bA80E2D6970FddA79D1eb0daE",
				tokens: ["0x55d398326f99059fF775485246999027B3197955", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
			},
			source: "@pancakeswap/v2-sdk@1.2.2 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
	],
};

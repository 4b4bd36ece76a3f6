import type { Derivation, Dex } from "./deployment.ts";

/** `UniswapV2Pair` of `@uniswap/v2-core@1.0.1`, byte for byte. */
const derivation: Derivation = {
	by: "init-code",
	salt: "packed-tokens",
	initCodeHash: "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f",
};

export const uniswapV2: Dex = {
	dex: "uniswap-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f",
			router: "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D",
			startBlock: 10000835,
			derivation,
			knownPool: {
				address: "0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x0c3c1c532F1e39EdF36BE9Fe0bE1410313E074Bf",
			router: "0x4A7b5Da61326A6379179b40d00F57E5bbDC962c2",
			derivation,
			knownPool: {
				address: "0x4C43646304492A925E335f2b6d840C1489f17815",
				tokens: ["0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "0x4200000000000000000000000000000000000006"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x8909Dc15e40173Ff4699343b6eB8132c65e18eC6",
			router: "0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24",
			derivation,
			knownPool: {
				address: "0x8a1Ed8e124fdFBD534bF48baF732E26db9Cc0Cf4",
				tokens: ["0x55d398326f99059fF775485246999027B3197955", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x9e5A52f57b3038F1B8EeE45F28b3C1967e22799C",
			router: "0xedf6066a2b290C185783862C7F4776A2C8077AD1",
			derivation,
			knownPool: {
				address: "0x1f0c5400A3C7E357CC7c9A3D2f7Fe6DDF629D868",
				tokens: ["0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x8909Dc15e40173Ff4699343b6eB8132c65e18eC6",
			router: "0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24",
			derivation,
			knownPool: {
				address: "0x88A43bbDF9D098eEC7bCEda4e2494615dfD9bB9C",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xf1D7CC64Fb4452F05c498126312eBE29f30Fbcf9",
			router: "0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24",
			derivation,
			knownPool: {
				address: "0xF64Dfe17C8b87F012FCf50FbDA1D62bfA148366a",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x9e5A52f57b3038F1B8EeE45F28b3C1967e22799C",
			router: "0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24",
			derivation,
			knownPool: {
				address: "0x6239aE4D661379b71A90c4c79f0a95297342e391",
				tokens: ["0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"],
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
	],
};

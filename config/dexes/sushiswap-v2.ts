import type { Derivation, Dex } from "./deployment.ts";

const derivation: Derivation = {
	by: "init-code",
	salt: "packed-tokens",
	initCodeHash: "0xe18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303",
};

export const sushiswapV2: Dex = {
	dex: "sushiswap-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0xC0AEe478e3658e2610c5F7A4A2E1777cE9e4f2Ac",
			router: "0xd9e1cE17f2641f24aE83637ab66a2cca9C378B9F",
			derivation,
			knownPool: {
				address: "0x397FF1542f962076d0BFE58eA045FfA2d347ACa0",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0xFbc12984689e5f15626Bad03Ad60160Fe98B303C",
			router: "0x2ABf469074dc0b54d793850807E6eb5Faf2625b1",
			derivation,
			knownPool: {
				address: "0x010370653d85cFC3d9756fDE6A6Fb8A86Ff9EDE3",
				tokens: ["0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "0x4200000000000000000000000000000000000006"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0xc35DADB65012eC5796536bD9864eD8773aBc74C4",
			router: "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506",
			derivation,
			knownPool: {
				address: "0xDc558D64c29721d74C4456CfB4363a6e6660A9Bb",
				tokens: ["0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c", "0xe9e7CEA3DedcA5984780Bafc599bD69ADd087D56"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0xc35DADB65012eC5796536bD9864eD8773aBc74C4",
			router: "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506",
			derivation,
			knownPool: {
				address: "0x8C0C36c85192204c8d782F763fF5a30f5bA0192F",
				tokens: ["0x6A023CCd1ff6F2045C3309768eAd9E68F978f6e1", "0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xc35DADB65012eC5796536bD9864eD8773aBc74C4",
			router: "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506",
			derivation,
			knownPool: {
				address: "0x34965ba0ac2451A34a0471F04CCa3F990b8dea27",
				tokens: ["0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174", "0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x71524B4f93c58fcbF659783284E38825f0622859",
			router: "0x6BDED42c6DA8FBf0d2bA55B2fa120C5e0c8D7891",
			derivation,
			knownPool: {
				address: "0x2F8818D1B0f3e3E295440c1C0cDDf40aAA21fA87",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xc35DADB65012eC5796536bD9864eD8773aBc74C4",
			router: "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506",
			derivation,
			knownPool: {
				address: "0x905dfCD5649217c42684f23958568e533C711Aa3",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0xc35DADB65012eC5796536bD9864eD8773aBc74C4",
			router: "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506",
			derivation,
			knownPool: {
				address: "0x4ed65dAB34d5FD4b1eb384432027CE47E90E1185",
				tokens: ["0xA7D7079b0FEaD91F3e65f86E8915Cb59c1a4C664", "0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7"],
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v2.js",
		},
	],
};

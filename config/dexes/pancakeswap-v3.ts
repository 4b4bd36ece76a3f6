import type { Derivation, Dex } from "./deployment.ts";

/** `PancakeV3Pool`; created by a deployer of its own, so that the factory is not in the address. */
const derivation: Derivation = {
	by: "init-code",
	salt: "tokens-fee",
	initCodeHash: "0x6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2",
};

export const pancakeswapV3: Dex = {
	dex: "pancakeswap-v3",
	family: "pancake-v3",
	fee: {
		kind: "tiers",
		tiers: [
			{ pips: 100, tickSpacing: 1 },
			{ pips: 500, tickSpacing: 10 },
			{ pips: 2500, tickSpacing: 50 },
			{ pips: 10000, tickSpacing: 200 },
		],
	},
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865",
			poolDeployer: "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9",
			router: "0x1b81D678ffb9C0263b24A97847620C99d213eB14",
			quoter: "0xB048Bbc1Ee6b733FFfCFb9e9CeF7375518e25997",
			startBlock: 16950685,
			derivation,
			knownPool: {
				address: "0x1445F32D1A74872bA41f3D8cF4022E9996120b31",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
				fee: 100,
			},
			source: "@pancakeswap/v3-sdk@3.10.2 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/pancakeswap-v3/config.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865",
			poolDeployer: "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9",
			router: "0x1b81D678ffb9C0263b24A97847620C99d213eB14",
			quoter: "0xB048Bbc1Ee6b733FFfCFb9e9CeF7375518e25997",
			startBlock: 26956207,
			derivation,
			knownPool: {
				address: "0x36696169C63e42cd08ce11f5deeBbCeBae652050",
				tokens: ["0x55d398326f99059fF775485246999027B3197955", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
				fee: 500,
			},
			source: "@pancakeswap/v3-sdk@3.10.2 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/pancakeswap-v3/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865",
			poolDeployer: "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9",
			router: "0x1b81D678ffb9C0263b24A97847620C99d213eB14",
			quoter: "0xB048Bbc1Ee6b733FFfCFb9e9CeF7375518e25997",
			derivation,
			knownPool: {
				address: "0x72AB388E2E2F6FaceF59E3C3FA2C4E29011c2D38",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
				fee: 100,
			},
			source: "@pancakeswap/v3-sdk@3.10.2 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/pancakeswap-v3/config.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865",
			poolDeployer: "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9",
			router: "0x1b81D678ffb9C0263b24A97847620C99d213eB14",
			quoter: "0xB048Bbc1Ee6b733FFfCFb9e9CeF7375518e25997",
			derivation,
			knownPool: {
				address: "0xd9e2a1a61B6E61b275cEc326465d417e52C1b95c",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"],
				fee: 500,
			},
			source: "@pancakeswap/v3-sdk@3.10.2 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/pancakeswap-v3/config.js",
		},
	],
};

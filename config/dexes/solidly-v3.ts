import type { Dex } from "./deployment.ts";

export const solidlyV3: Dex = {
	dex: "solidly-v3",
	family: "solidly-v3",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x70Fe4a44EA505cFa3A57b95cF2862D4fd5F0f687",
			startBlock: 18044650,
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x70Fe4a44EA505cFa3A57b95cF2862D4fd5F0f687",
			startBlock: 115235065,
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x70Fe4a44EA505cFa3A57b95cF2862D4fd5F0f687",
			startBlock: 9672720,
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x70Fe4a44EA505cFa3A57b95cF2862D4fd5F0f687",
			startBlock: 173576189,
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

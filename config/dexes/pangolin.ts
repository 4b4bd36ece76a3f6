import type { Dex } from "./deployment.ts";

export const pangolinV2: Dex = {
	dex: "pangolin-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0xefa94DE7a4656D787667C749f7E1223D71E9FD88",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x40231f6b438bce0797c9ada29b718a87ea0a5cea3fe9a771abdd76bd41a3e545",
			},
			knownPool: {
				address: "0xd7538cABBf8605BdE1f4901B47B8D42c61DE0367",
				tokens: ["0x60781C2586D68229fde47564546784ab3fACA982", "0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "@pangolindex/sdk@5.8.8 dist",
		},
	],
};

export const pangolinV3: Dex = {
	dex: "pangolin-v3",
	family: "uniswap-v3",
	fee: {
		kind: "tiers",
		tiers: [
			{ pips: 100, tickSpacing: 1 },
			{ pips: 500, tickSpacing: 10 },
			{ pips: 2500, tickSpacing: 50 },
			{ pips: 8000, tickSpacing: 160 },
		],
	},
	off: "a fork of Uniswap V3 whose creation code is its own: its swap is not compared with the proven one",
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0x1128F23D0bc0A8396E9FBC3c0c68f5EA228B8256",
			quoter: "0xA86522CCc412dBC4FA10991900FE46De95983822",
			startBlock: 59708285,
			derivation: {
				by: "init-code",
				salt: "tokens-fee",
				initCodeHash: "0xa9bb1321d78097b23af97a9c07d5ec13e1adc404334585171c54ecccb5ad93b2",
			},
			knownPool: {
				address: "0x11476e10eB79ddfFa6F2585BE526d2bd840C3E20",
				tokens: ["0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"],
				fee: 2500,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

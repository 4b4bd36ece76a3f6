import type { Dex } from "./deployment.ts";

export const arenaDex: Dex = {
	dex: "arena-dex-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Avalanche
		{
			chainId: 43114,
			factory: "0xF16784dcAf838a3e16bEF7711a62D12413c39BD1",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0xe5982ea9aa099c260fbe1f626ddf304ecab74f9d85fb8c5277156486875ab7fe",
			},
			knownPool: {
				address: "0x3C5f68d2F72DEBBa4900c60f32EB8629876401f2",
				tokens: ["0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7", "0xB8d7710f7d8349A506b75dD184F05777c82dAd0C"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

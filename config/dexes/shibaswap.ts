import type { Dex } from "./deployment.ts";

export const shibaswap: Dex = {
	dex: "shibaswap",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x115934131916C8b277DD010Ee02de363c09d037c",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x65d1a3b1e46c6e4f1be1ad5f99ef14dc488ae0549dc97db9b30afe2241ce1c7a",
			},
			knownPool: {
				address: "0x20E95253e54490D8d30ea41574b24F741ee70201",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

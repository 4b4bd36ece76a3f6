import type { Dex } from "./deployment.ts";

export const equalizer: Dex = {
	dex: "equalizer",
	family: "solidly-v1",
	fee: { kind: "by-pool" },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0xEd8db60aCc29e14bC867a497D94ca6e3CeB5eC04",
			derivation: {
				by: "init-code",
				salt: "packed-tokens-stable",
				initCodeHash: "0x7ba31a081e879b8e7f06d4e8bf5ee26b5c2680669c5701f4cdbdcde51727b275",
			},
			knownPool: {
				address: "0xF3F1F5760a614B8146eec5D1c94658720c2425b9",
				tokens: ["0x4200000000000000000000000000000000000006", "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"],
				stable: false,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

import type { Dex } from "./deployment.ts";

export const honeyswap: Dex = {
	dex: "honeyswap",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// Gnosis
		{
			chainId: 100,
			factory: "0xA818b4F111Ccac7AA31D0BCc0806d64F2E0737D7",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x3f88503e8580ab941773b59034fb4b2a63e86dbc031b3633a925533ad3ed2b93",
			},
			knownPool: {
				address: "0x4505b262DC053998C10685DC5F9098af8AE5C8ad",
				tokens: ["0x71850b7E9Ee3f13Ab46d67167341E4bDc905Eef9", "0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

import type { Dex } from "./deployment.ts";

export const waultswap: Dex = {
	dex: "waultswap",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 2000 },
	deployments: [
		// Polygon
		{
			chainId: 137,
			factory: "0xa98ea6356A316b44Bf710D5f9b6b4eA0081409Ef",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x1cdc2246d318ab84d8bc7ae2a3d81c235f3db4e113f4c6fdc1e2211a9291be47",
			},
			knownPool: {
				address: "0x8312A29A91D9Fac706F4d2ADEB1FA4540faD1673",
				tokens: ["0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
	],
};

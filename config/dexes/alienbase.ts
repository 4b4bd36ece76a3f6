import type { Dex } from "./deployment.ts";

export const alienbaseV2: Dex = {
	dex: "alienbase-v2",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 1600 },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0x3E84D913803b02A4a7f027165E8cA42C14C0FdE7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
			alsoIn: "alienbase-xyz/docs contracts.md",
		},
	],
};

/** Its fee tiers differ from those of Uniswap V3; each pool tells its own. */
export const alienbaseV3: Dex = {
	dex: "alienbase-v3",
	family: "uniswap-v3",
	fee: { kind: "by-pool" },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0x0Fd83557b2be93617c9C1C1B6fd549401C74558C",
			router: "0x79EDABC464dCDcE8cBF1B60c003AceeF7e0282D9",
			startBlock: 7150708,
			derivation: {
				by: "init-code",
				salt: "tokens-fee",
				initCodeHash: "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54",
			},
			knownPool: {
				address: "0xB27f110571c96B8271d91ad42D33A391A75E6030",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
				fee: 750,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

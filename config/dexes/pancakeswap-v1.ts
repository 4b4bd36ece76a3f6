import type { Derivation, Dex } from "./deployment.ts";

const derivation: Derivation = {
	by: "init-code",
	salt: "packed-tokens",
	initCodeHash: "0xd0d4c4cd0848c93cb4fd1f498d7013ee6bfb25783ea21593d5834f5d250ece66",
};

export const pancakeswapV1: Dex = {
	dex: "pancakeswap-v1",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 2000 },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0xBCfCcbde45cE874adCB698cC183deBcF17952812",
			derivation,
			knownPool: {
				address: "0x1B96B92314C44b159149f7E0303511fB2Fc4774f",
				tokens: ["0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c", "0xe9e7CEA3DedcA5984780Bafc599bD69ADd087D56"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
	],
};

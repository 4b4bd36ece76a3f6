import type { Dex } from "./deployment.ts";

/** Each pair keeps its own fee, `swapFee` in thousandths. */
export const biswap: Dex = {
	dex: "biswap",
	family: "uniswap-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0x858E3312ed3A876947EA49d572A7C42DE08af7EE",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0xfea293c909d87cd4153593f077b76bb7e94340200f4ee84211ae8e4f9bd7ffdf",
			},
			knownPool: {
				address: "0x46492B26639Df0cda9b2769429845cb991591E0A",
				tokens: ["0x965F527D9159dCe6288a2219DB51fc6Eef120dD1", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
			},
			source: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

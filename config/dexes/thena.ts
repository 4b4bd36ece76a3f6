import type { Dex } from "./deployment.ts";

export const thenaV1: Dex = {
	dex: "thena-v1",
	family: "solidly-v1",
	fee: { kind: "by-pool" },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0xAFD89d21BdB66d00817d4153E055830B1c2B3970",
			derivation: {
				by: "init-code",
				salt: "packed-tokens-stable",
				initCodeHash: "0x8d3d214c094a9889564f695c3e9fa516dd3b50bc3258207acd7f8b8e6b94fb65",
			},
			knownPool: {
				address: "0x63Db6ba9E512186C2FAaDaCEF342FB4A40dc577c",
				tokens: ["0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c", "0xF4C8E32EaDEC4BFe97E0F595AdD0f4450a863a11"],
				stable: false,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

export const thenaFusion: Dex = {
	dex: "thena-fusion",
	family: "algebra-v1",
	fee: { kind: "dynamic" },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0x306F06C147f064A010530292A1EB6737c3e378e4",
			poolDeployer: "0xc89F69Baa3ff17a842AB2DE89E5Fc8a8e2cc7358",
			quoter: "0xeA68020D6A9532EeC42D4dB0f92B83580c39b2cA",
			startBlock: 26030310,
			derivation: { by: "init-code", salt: "tokens", initCodeHash: "0xd61302e7691f3169f5ebeca3a0a4ab8f7f998c01e55ec944e62cfb1109fd2736" },
			knownPool: {
				address: "0xD405b976Ac01023c9064024880999fC450A8668b",
				tokens: ["0x55d398326f99059fF775485246999027B3197955", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/quickswap/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

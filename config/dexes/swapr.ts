import type { Dex } from "./deployment.ts";

export const swaprV3: Dex = {
	dex: "swapr-v3",
	family: "algebra-v1",
	fee: { kind: "dynamic" },
	deployments: [
		// Gnosis
		{
			chainId: 100,
			factory: "0xA0864cCA6E114013AB0e27cbd5B6f4c8947da766",
			poolDeployer: "0xC1b576AC6Ec749d5Ace1787bF9Ec6340908ddB47",
			router: "0xfFB643E73f280B97809A8b41f7232AB401a04ee1",
			quoter: "0xcBaD9FDf0D2814659Eb26f600EFDeAF005Eda0F7",
			startBlock: 30096640,
			derivation: { by: "init-code", salt: "tokens", initCodeHash: "0xbce37a54eab2fcd71913a0d40723e04238970e7fc1159bfd58ad5b79531697e7" },
			knownPool: {
				address: "0x4A3FeC341BE7134b8ef9E9EDb6Bf63Ae2BA17F43",
				tokens: ["0x6A023CCd1ff6F2045C3309768eAd9E68F978f6e1", "0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/algebra/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV3.js",
		},
	],
};

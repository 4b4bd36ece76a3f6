import type { Dex } from "./deployment.ts";

export const velodromeV1: Dex = {
	dex: "velodrome-v1",
	family: "velodrome-v1",
	fee: { kind: "by-pool" },
	deployments: [
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x25CbdDb98b35ab1FF77413456B31EC81A6B6B746",
			derivation: {
				by: "init-code",
				salt: "packed-tokens-stable",
				initCodeHash: "0xc1ac28b1c4ebe53c0cff67bab5878c4eb68759bb1e9f73977cd266b247d149f0",
			},
			knownPool: {
				address: "0x79c912FEF520be002c2B6e57EC4324e260f38E50",
				tokens: ["0x4200000000000000000000000000000000000006", "0x7F5c764cBc14f9669B88837ca1490cCa17c31607"],
				stable: false,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

export const velodromeV2: Dex = {
	dex: "velodrome-v2",
	family: "velodrome-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// OP Mainnet
		{
			chainId: 10,
			factory: "0xF1046053aa5682b4F9a81b5481394DA16BE5FF5a",
			derivation: { by: "clone", salt: "packed-tokens-stable", implementation: "0x95885Af5492195F0754bE71AD1545Fe81364E531" },
			knownPool: {
				address: "0xF4F2657AE744354bAcA871E56775e5083F7276Ab",
				tokens: ["0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "0x4200000000000000000000000000000000000006"],
				stable: false,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 projects/velodrome-v2/index.js",
		},
	],
};

export const velodromeSlipstream: Dex = {
	dex: "velodrome-slipstream",
	family: "slipstream-cl",
	fee: { kind: "dynamic" },
	deployments: [
		// OP Mainnet
		{
			chainId: 10,
			factory: "0xCc0bDDB707055e04e497aB22a59c2aF4391cd12F",
			quoter: "0x89D8218ed5fF1e46d8dcd33fb0bbeE3be1621466",
			derivation: { by: "clone", salt: "tokens-tick-spacing", implementation: "0xc28aD28853A547556780BEBF7847628501A3bCbb" },
			knownPool: {
				address: "0x478946BcD4a5a22b316470F5486fAfb928C0bA25",
				tokens: ["0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "0x4200000000000000000000000000000000000006"],
				tickSpacing: 100,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
	],
};

import type { Dex } from "./deployment.ts";

/** The factory is the one in use; the vault knows the pools of the earlier ones too. */
export const balancerV2Weighted: Dex = {
	dex: "balancer-v2",
	family: "balancer-v2-weighted",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x897888115Ada5773E02aA29F775430BFB5F34c51",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0x6CaD2ea22BFA7F4C14Aae92E47F510Cd5C509bc7",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xFc8a407Bba312ac761D8BFe04CE1201904842B76",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x4C32a8a8fDa4E24139B51b456B42290f51d6A1c4",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xc7E5ED1054A24Ef31D827E6F86caA58B3Bc168d7",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x230a59F4d9ADc147480f03B0D3fFfeCd56c3289a",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
	],
};

/** Composable stable pools. */
export const balancerV2Stable: Dex = {
	dex: "balancer-v2",
	family: "balancer-v2-stable",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x5B42eC6D40f7B7965BE5308c70e2603c0281C1E9",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0x47B489bf5836f83ABD928C316F8e39bC0587B020",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xEAedc32a51c510d35ebC11088fD5fF2b47aACF2E",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x956CCab09898C0AF2aCa5e6C229c3aD4E93d9288",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x4bdCc2fb18AEb9e2d281b0278D946445070EAda7",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0xb9F8AB3ED3F3aCBa64Bc6cd2DcA74B7F38fD7B88",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
	],
};

/** One vault holds the pools of every family. */
const v3Vaults: Dex["deployments"] = [
	// Ethereum
	{
		chainId: 1,
		vault: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
		source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		alsoIn: "@balancer/sdk@6.1.1 dist/index.js",
	},
	// OP Mainnet
	{
		chainId: 10,
		vault: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
		source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		alsoIn: "@balancer/sdk@6.1.1 dist/index.js",
	},
	// Gnosis
	{
		chainId: 100,
		vault: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
		source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		alsoIn: "@balancer/sdk@6.1.1 dist/index.js",
	},
	// Base
	{
		chainId: 8453,
		vault: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
		source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		alsoIn: "@balancer/sdk@6.1.1 dist/index.js",
	},
	// Arbitrum One
	{
		chainId: 42161,
		vault: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
		source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		alsoIn: "@balancer/sdk@6.1.1 dist/index.js",
	},
	// Avalanche
	{
		chainId: 43114,
		vault: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
		source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		alsoIn: "@balancer/sdk@6.1.1 dist/index.js",
	},
];

export const balancerV3Weighted: Dex = {
	dex: "balancer-v3",
	family: "balancer-v3-weighted",
	fee: { kind: "by-pool" },
	deployments: v3Vaults,
};

export const balancerV3Stable: Dex = {
	dex: "balancer-v3",
	family: "balancer-v3-stable",
	fee: { kind: "by-pool" },
	deployments: v3Vaults,
};

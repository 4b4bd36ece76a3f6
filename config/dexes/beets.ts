import type { Dex } from "./deployment.ts";

/** Runs the vault of Balancer V2 on OP Mainnet. */
export const beetsWeighted: Dex = {
	dex: "beets",
	family: "balancer-v2-weighted",
	fee: { kind: "by-pool" },
	deployments: [
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x230a59F4d9ADc147480f03B0D3fFfeCd56c3289a",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
	],
};

export const beetsStable: Dex = {
	dex: "beets",
	family: "balancer-v2-stable",
	fee: { kind: "by-pool" },
	deployments: [
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x4bdCc2fb18AEb9e2d281b0278D946445070EAda7",
			vault: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@balancer/sdk@6.1.1 dist/index.js",
		},
	],
};

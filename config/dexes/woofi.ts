import type { Dex } from "./deployment.ts";

/** One pool for all tokens, at the same address everywhere. It was replaced before: the router knows the one in use (`wooPool`). */
export const woofi: Dex = {
	dex: "woofi-v2",
	family: "woofi-v2",
	fee: { kind: "dynamic" },
	off: "its published addresses disagree on which pool is in use",
	deployments: [
		// OP Mainnet
		{
			chainId: 10,
			vault: "0x5520385bFcf07Ec87C4c53A7d8d65595Dff69FA4",
			router: "0x4c4AF8DBc524681930a27b2F1Af5bcC8062E6fB7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/woo-fi-v2/config.js",
			alsoIn: "woonetwork/docs references/readme (the router; an earlier pool)",
		},
		// BNB Chain
		{
			chainId: 56,
			vault: "0x5520385bFcf07Ec87C4c53A7d8d65595Dff69FA4",
			router: "0x4c4AF8DBc524681930a27b2F1Af5bcC8062E6fB7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/woo-fi-v2/config.js",
			alsoIn: "woonetwork/docs references/readme (the router; an earlier pool)",
		},
		// Polygon
		{
			chainId: 137,
			vault: "0x5520385bFcf07Ec87C4c53A7d8d65595Dff69FA4",
			router: "0x4c4AF8DBc524681930a27b2F1Af5bcC8062E6fB7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/woo-fi-v2/config.js",
			alsoIn: "woonetwork/docs references/readme (the router; an earlier pool)",
		},
		// Base
		{
			chainId: 8453,
			vault: "0x5520385bFcf07Ec87C4c53A7d8d65595Dff69FA4",
			router: "0x4c4AF8DBc524681930a27b2F1Af5bcC8062E6fB7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/woo-fi-v2/config.js",
			alsoIn: "woonetwork/docs references/readme (the router; an earlier pool)",
		},
		// Arbitrum One
		{
			chainId: 42161,
			vault: "0x5520385bFcf07Ec87C4c53A7d8d65595Dff69FA4",
			router: "0x4c4AF8DBc524681930a27b2F1Af5bcC8062E6fB7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/woo-fi-v2/config.js",
			alsoIn: "woonetwork/docs references/readme (the router; an earlier pool)",
		},
		// Avalanche
		{
			chainId: 43114,
			vault: "0x5520385bFcf07Ec87C4c53A7d8d65595Dff69FA4",
			router: "0x4c4AF8DBc524681930a27b2F1Af5bcC8062E6fB7",
			source: "@paraswap/dex-lib@5.0.6 build/dex/woo-fi-v2/config.js",
			alsoIn: "woonetwork/docs references/readme (the router; an earlier pool)",
		},
	],
};

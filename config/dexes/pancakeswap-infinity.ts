import type { Dex } from "./deployment.ts";

export const pancakeswapInfinity: Dex = {
	dex: "pancakeswap-infinity",
	family: "pancake-infinity",
	fee: { kind: "by-pool" },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0xa0FfB9c1CE1Fe56963B0321B32E7A0302114058b",
			vault: "0x238a358808379702088667322f80aC48bAd5e6c4",
			quoter: "0xd0737C9762912dD34c3271197E362Aa736Df0926",
			source: "@pancakeswap/infinity-sdk@1.0.11 dist/index.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xa0FfB9c1CE1Fe56963B0321B32E7A0302114058b",
			vault: "0x238a358808379702088667322f80aC48bAd5e6c4",
			quoter: "0xd0737C9762912dD34c3271197E362Aa736Df0926",
			source: "@pancakeswap/infinity-sdk@1.0.11 dist/index.js",
		},
	],
};

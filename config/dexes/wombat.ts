import type { Dex } from "./deployment.ts";

/** The master of the rewards lists the pools. */
export const wombat: Dex = {
	dex: "wombat",
	family: "wombat-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0x489833311676B566f888119c29bd997Dc6C95830",
			source: "@paraswap/dex-lib@5.0.6 build/dex/wombat/config.js",
			alsoIn: "1inch/evm-helpers contracts/WombatPoolHelper.sol",
		},
	],
};

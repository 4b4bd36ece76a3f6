import type { Dex } from "./deployment.ts";

export const ambient: Dex = {
	dex: "ambient",
	family: "ambient",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			vault: "0xAaAaAAAaA24eEeb8d57D431224f73832bC34f688",
			quoter: "0xc2e1f740E11294C64adE66f69a1271C5B32004c8",
			source: "@crocswap-libs/sdk@2.0.14 dist/constants.js",
		},
	],
};

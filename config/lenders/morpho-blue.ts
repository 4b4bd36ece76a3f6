import type { LenderFile } from "./lender.ts";

export const morphoBlue: LenderFile = {
	lender: "morpho-blue",
	entry: "flashLoan(address,uint256,bytes)",
	fee: { kind: "none" },
	deployments: [
		// Ethereum
		{ chainId: 1, address: "0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb", source: "@morpho-org/morpho-ts@2.8.0 lib/cjs/addresses.js" },
		// Arbitrum One
		{ chainId: 42161, address: "0x6c247b1F6182318877311737BaC0844bAa518F5e", source: "@morpho-org/morpho-ts@2.8.0 lib/cjs/addresses.js" },
		// OP Mainnet
		{ chainId: 10, address: "0xce95AfbB8EA029495c66020883F87aaE8864AF92", source: "@morpho-org/morpho-ts@2.8.0 lib/cjs/addresses.js" },
		// Base
		{ chainId: 8453, address: "0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb", source: "@morpho-org/morpho-ts@2.8.0 lib/cjs/addresses.js" },
		// Polygon
		{ chainId: 137, address: "0x1bF0c2541F820E775182832f06c0B7Fc27A25f67", source: "@morpho-org/morpho-ts@2.8.0 lib/cjs/addresses.js" },
		// BNB Chain
		{ chainId: 56, address: "0x01b0Bd309AA75547f7a37Ad7B1219A898E67a83a", source: "@morpho-org/morpho-ts@2.8.0 lib/cjs/addresses.js" },
	],
};

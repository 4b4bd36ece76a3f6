import type { LenderFile } from "./lender.ts";

/** A loan holds the vault's one reentrancy guard: its route cannot swap in the vault. The fee is kept by the vault's `ProtocolFeesCollector`. */
export const balancerV2: LenderFile = {
	lender: "balancer-v2",
	entry: "flashLoan(address,address[],uint256[],bytes)",
	fee: { kind: "on-chain", read: "getProtocolFeesCollector().getFlashLoanFeePercentage()", unit: "wad" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
		// Base
		{
			chainId: 8453,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
		// Polygon
		{
			chainId: 137,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
		// Avalanche
		{
			chainId: 43114,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
		// Gnosis
		{
			chainId: 100,
			address: "0xBA12222222228d8Ba445958a75a0704d566BF2C8",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v2/config.js",
		},
	],
};

/** Debts are settled at the end of `unlock`: what is taken and given back costs nothing. */
export const balancerV3: LenderFile = {
	lender: "balancer-v3",
	entry: "unlock(bytes)",
	fee: { kind: "none" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			address: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			address: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			address: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		},
		// Base
		{
			chainId: 8453,
			address: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		},
		// Avalanche
		{
			chainId: 43114,
			address: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		},
		// Gnosis
		{
			chainId: 100,
			address: "0xbA1333333333a1BA1108E8412f11850A5C319bA9",
			source: "@paraswap/dex-lib@5.0.6 build/dex/balancer-v3/config.js",
		},
	],
};

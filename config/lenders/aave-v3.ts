import type { LenderFile } from "./lender.ts";

/** The main market of each chain. The premium is `FLASHLOAN_PREMIUM_TOTAL` of `Pool`. */
export const aaveV3: LenderFile = {
	lender: "aave-v3",
	entry: "flashLoanSimple(address,address,uint256,bytes,uint16)",
	fee: { kind: "on-chain", read: "FLASHLOAN_PREMIUM_TOTAL()", unit: "bps" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			address: "0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2",
			source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Ethereum",
		},
		// Arbitrum One
		{
			chainId: 42161,
			address: "0x794a61358D6845594F94dc1DB02A252b5b4814aD",
			source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Arbitrum",
		},
		// OP Mainnet
		{
			chainId: 10,
			address: "0x794a61358D6845594F94dc1DB02A252b5b4814aD",
			source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Optimism",
		},
		// Base
		{ chainId: 8453, address: "0xA238Dd80C259a72e81d7e4664a9801593F98d1c5", source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Base" },
		// Polygon
		{
			chainId: 137,
			address: "0x794a61358D6845594F94dc1DB02A252b5b4814aD",
			source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Polygon",
		},
		// BNB Chain
		{ chainId: 56, address: "0x6807dc923806fE8Fd134338EABCA509979a7e0cB", source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3BNB" },
		// Avalanche
		{
			chainId: 43114,
			address: "0x794a61358D6845594F94dc1DB02A252b5b4814aD",
			source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Avalanche",
		},
		// Gnosis
		{
			chainId: 100,
			address: "0xb50201558B00496A145fE76f7424749556E326D8",
			source: "@bgd-labs/aave-address-book@4.44.22 dist AaveV3Gnosis",
		},
	],
};

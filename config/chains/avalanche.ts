import type { ChainFactsInput } from "./chain-facts.ts";

/** The C-Chain; the time between its blocks varies. */
export const avalanche: ChainFactsInput = {
	chainId: 43114,
	name: "avalanche",
	native: { symbol: "AVAX", decimals: 18 },
	wrappedNative: "0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7",
	stablecoins: [
		{ symbol: "USDC", address: "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E", decimals: 6 },
		{ symbol: "USDC.e", address: "0xA7D7079b0FEaD91F3e65f86E8915Cb59c1a4C664", decimals: 6 },
		{ symbol: "USDt", address: "0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7", decimals: 6 },
		{ symbol: "DAI.e", address: "0xd586E7F844cEa2F87f50152665BCbc2C279D8d70", decimals: 18 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 11907934 },
	feeds: [
		{ pair: "AVAX/USD", address: "0x0A77230d17318075983913bC2145DB16C7366156" },
		{ pair: "ETH/USD", address: "0x976B3D034E162d8bD72D6b9C989d545b839003b0" },
		{ pair: "BTC/USD", address: "0x2779D32d5166BAaa2B2b658333bA7e6Ec0C65743" },
		{ pair: "USDC/USD", address: "0xF096872672F44d6EBA71458D74fe67F9a77a23B9" },
		{ pair: "USDT/USD", address: "0xEBE676ee90Fe1112671f19b6B7459bC678B67e8a" },
		{ pair: "DAI/USD", address: "0x51D7180edA2260cc4F6e4EebB82FEF5c3c2B8300" },
	],
	blockTimeMs: 1700,
	cancunBy: "Etna, December 2024",
	ordering: { kind: "priority-fee" },
};

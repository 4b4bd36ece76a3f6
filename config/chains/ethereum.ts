import type { ChainFactsInput } from "./chain-facts.ts";

/** Proof of stake with MEV-Boost: most blocks are built by whoever bids the proposer most. */
export const ethereum: ChainFactsInput = {
	chainId: 1,
	name: "ethereum",
	native: { symbol: "ETH", decimals: 18 },
	wrappedNative: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
	stablecoins: [
		{ symbol: "USDC", address: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", decimals: 6 },
		{ symbol: "USDT", address: "0xdAC17F958D2ee523a2206206994597C13D831ec7", decimals: 6 },
		{ symbol: "DAI", address: "0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 14353601 },
	feeds: [
		{ pair: "ETH/USD", address: "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419" },
		{ pair: "BTC/USD", address: "0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c" },
		{ pair: "USDC/USD", address: "0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6" },
		{ pair: "USDT/USD", address: "0x3E7d1eAB13ad0104d2750B8863b489D65364e32D" },
		{ pair: "DAI/USD", address: "0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9" },
	],
	blockTimeMs: 12000,
	cancunBy: "Dencun, 13 March 2024",
	ordering: { kind: "builder-auction", slotMs: 12_000 },
};

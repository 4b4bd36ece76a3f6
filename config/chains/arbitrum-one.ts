import type { ChainFactsInput } from "./chain-facts.ts";

/** Its documentation announces ordering by priority fees (with ArbOS 61) in place of the express lane: this row changes when the chain does. */
export const arbitrumOne: ChainFactsInput = {
	chainId: 42161,
	name: "arbitrum-one",
	native: { symbol: "ETH", decimals: 18 },
	wrappedNative: "0x82aF49447D8a07e3bd95BD0d56f35241523fBab1",
	stablecoins: [
		{ symbol: "USDC", address: "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", decimals: 6 },
		{ symbol: "USDC.e", address: "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8", decimals: 6 },
		{ symbol: "USDT0", address: "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9", decimals: 6 },
		{ symbol: "DAI", address: "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", decimals: 18 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 7654707 },
	feeds: [
		{ pair: "ETH/USD", address: "0x639Fe6ab55C921f74e7fac1ee960C0B6293ba612" },
		{ pair: "BTC/USD", address: "0x6ce185860a4963106506C203335A2910413708e9" },
		{ pair: "USDC/USD", address: "0x50834F3163758fcC1Df9973b6e91f0F0F0434aD3" },
		{ pair: "USDT/USD", address: "0x3f3f5dF88dC9F13eac63DF89EC16ef6e7E25DdE7" },
		{ pair: "DAI/USD", address: "0xc5C8E77B397E531B8EC06BFb0048328B30E9eCfB" },
	],
	sequencerUptimeFeed: "0xFdB631F5EE196F0ed6FAa767959853A9F217697D",
	settlesOn: 1,
	dataFee: "arbitrum",
	blockTimeMs: 250,
	cancunBy: "ArbOS 20 Atlas, March 2024",
	ordering: {
		kind: "first-come-first-served",
		expressLane: { auction: "0x5fcb496a31b7AE91e7c9078Ec662bd7A55cd3079", roundMs: 60_000, advantageMs: 200 },
	},
};

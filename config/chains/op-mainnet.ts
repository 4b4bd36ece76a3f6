import type { ChainFactsInput } from "./chain-facts.ts";

/** Blocks of two seconds, announced in flashblocks of 250 ms. */
export const opMainnet: ChainFactsInput = {
	chainId: 10,
	name: "op-mainnet",
	native: { symbol: "ETH", decimals: 18 },
	wrappedNative: "0x4200000000000000000000000000000000000006",
	stablecoins: [
		{ symbol: "USDC", address: "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", decimals: 6 },
		{ symbol: "USDC.e", address: "0x7F5c764cBc14f9669B88837ca1490cCa17c31607", decimals: 6 },
		{ symbol: "USDT", address: "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58", decimals: 6 },
		{ symbol: "DAI", address: "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", decimals: 18 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 4286263 },
	feeds: [
		{ pair: "ETH/USD", address: "0x13e3Ee699D1909E989722E753853AE30b17e08c5" },
		{ pair: "BTC/USD", address: "0xD702DD976Fb76Fffc2D3963D037dfDae5b04E593" },
		{ pair: "USDC/USD", address: "0x16a9FA2FDa030272Ce99B29CF780dFA30361E0f3" },
		{ pair: "USDT/USD", address: "0xECef79E109e997bCA29c1c0897ec9d7b03647F5E" },
		{ pair: "DAI/USD", address: "0x8dBa75e83DA73cc766A7e5a0ee71F656BAb470d6" },
	],
	sequencerUptimeFeed: "0x371EAD81c9102C9BF4874A9075FFFf170F2Ee389",
	settlesOn: 1,
	dataFee: "op-stack",
	blockTimeMs: 2000,
	cancunBy: "Ecotone, 14 March 2024",
	ordering: { kind: "pre-confirmed-sub-blocks", subBlockMs: 250 },
};

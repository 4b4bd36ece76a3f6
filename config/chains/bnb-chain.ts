import type { ChainFactsInput } from "./chain-facts.ts";

/** Validators take blocks from builders (BEP-322), every 450 ms since the Fermi fork (BEP-619, 14 January 2026). Its stablecoins have 18 decimals. */
export const bnbChain: ChainFactsInput = {
	chainId: 56,
	name: "bnb-chain",
	native: { symbol: "BNB", decimals: 18 },
	wrappedNative: "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c",
	stablecoins: [
		{ symbol: "USDT", address: "0x55d398326f99059fF775485246999027B3197955", decimals: 18 },
		{ symbol: "USDC", address: "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d", decimals: 18 },
		{ symbol: "FDUSD", address: "0xc5f0f7b66764F6ec8C8Dff7BA683102295E16409", decimals: 18 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 15921452 },
	feeds: [
		{ pair: "BNB/USD", address: "0x0567F2323251f0Aab15c8dFb1967E4e8A7D42aeE" },
		{ pair: "ETH/USD", address: "0x9ef1B8c0E4F7dc8bF5719Ea496883DC6401d5b2e" },
		{ pair: "BTC/USD", address: "0x264990fbd0A4796A3E3d8E37C4d5F87a3aCa5Ebf" },
		{ pair: "USDC/USD", address: "0x51597f405303C4377E36123cBc172b13269EA163" },
		{ pair: "USDT/USD", address: "0xB97Ad0E74fa7d920791E90258A6E2085088b4320" },
		{ pair: "DAI/USD", address: "0x132d3C0B1D2cEa0BC552588063bdBb210FDeecfA" },
	],
	blockTimeMs: 450,
	cancunBy: "Haber, June 2024",
	ordering: { kind: "builder-auction", slotMs: 450 },
};

import type { ChainFactsInput } from "./chain-facts.ts";

/** Its native coin was MATIC; the feed kept its address when it became POL. */
export const polygon: ChainFactsInput = {
	chainId: 137,
	name: "polygon",
	native: { symbol: "POL", decimals: 18 },
	wrappedNative: "0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270",
	stablecoins: [
		{ symbol: "USDC", address: "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", decimals: 6 },
		{ symbol: "USDC.e", address: "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174", decimals: 6 },
		{ symbol: "USDT", address: "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", decimals: 6 },
		{ symbol: "DAI", address: "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063", decimals: 18 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 25770160 },
	feeds: [
		{ pair: "POL/USD", address: "0xAB594600376Ec9fD91F8e885dADF0CE036862dE0" },
		{ pair: "ETH/USD", address: "0xF9680D99D6C9589e2a93a78A04A279e509205945" },
		{ pair: "BTC/USD", address: "0xc907E116054Ad103354f2D350FD2514433D57F6f" },
		{ pair: "USDC/USD", address: "0xfE4A8cc5b5B2366C1B58Bea3858e81843581b2F7" },
		{ pair: "USDT/USD", address: "0x0A6513e40db6EB1b165753AD52E80663aeA50545" },
		{ pair: "DAI/USD", address: "0x4746DeC9e833A82EC7C2C1356372CcF2cfcD2F3D" },
	],
	blockTimeMs: 2000,
	cancunBy: "Napoli, March 2024",
	ordering: { kind: "priority-fee" },
};

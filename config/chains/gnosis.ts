import type { ChainFactsInput } from "./chain-facts.ts";

/** Its native coin is a dollar: xDAI. */
export const gnosis: ChainFactsInput = {
	chainId: 100,
	name: "gnosis",
	native: { symbol: "XDAI", decimals: 18 },
	wrappedNative: "0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d",
	stablecoins: [
		{ symbol: "WXDAI", address: "0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d", decimals: 18 },
		{ symbol: "USDC", address: "0xDDAfbb505ad214D7b80b1f830fcCc89B60fb7A83", decimals: 6 },
		{ symbol: "USDC.e", address: "0x2a22f9c3b484c3629090FeED35F17Ff8F88f76F0", decimals: 6 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 21022491 },
	feeds: [
		{ pair: "DAI/USD", address: "0x678df3415fc31947dA4324eC63212874be5a82f8" },
		{ pair: "ETH/USD", address: "0xa767f745331D267c7751297D982b050c93985627" },
		{ pair: "BTC/USD", address: "0x6C1d7e76EF7304a40e8456ce883BC56d3dEA3F7d" },
		{ pair: "USDC/USD", address: "0x26C31ac71010aF62E6B486D1132E266D6298857D" },
		{ pair: "USDT/USD", address: "0x68811D7DF835B1c33e6EEae8E7C141eF48d48cc7" },
	],
	blockTimeMs: 5000,
	cancunBy: "Dencun, 11 March 2024",
	ordering: { kind: "priority-fee" },
};

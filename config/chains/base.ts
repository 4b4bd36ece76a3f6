import type { ChainFactsInput } from "./chain-facts.ts";

/** Blocks of two seconds, announced in flashblocks of 200 ms. */
export const base: ChainFactsInput = {
	chainId: 8453,
	name: "base",
	native: { symbol: "ETH", decimals: 18 },
	wrappedNative: "0x4200000000000000000000000000000000000006",
	stablecoins: [
		{ symbol: "USDC", address: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", decimals: 6 },
		{ symbol: "USDbC", address: "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA", decimals: 6 },
	],
	multicall: { address: "0xcA11bde05977b3631167028862bE2a173976CA11", startBlock: 5022 },
	feeds: [
		{ pair: "ETH/USD", address: "0x71041dddad3595F9CEd3DcCFBe3D1F4b0a16Bb70" },
		{ pair: "BTC/USD", address: "0x64c911996D3c6aC71f9b455B1E8E7266BcbD848F" },
		{ pair: "USDC/USD", address: "0x7e860098F58bBFC8648a4311b374B1D669a2bc6B" },
		{ pair: "USDT/USD", address: "0xf19d560eB8d2ADf07BD6D13ed03e1D11215721F9" },
		{ pair: "DAI/USD", address: "0x591e79239a7d679378eC8c847e5038150364C78F" },
	],
	sequencerUptimeFeed: "0xBCF85224fc0756B9Fa45aA7892530B47e10b6433",
	settlesOn: 1,
	dataFee: "op-stack",
	blockTimeMs: 2000,
	cancunBy: "Ecotone, 14 March 2024",
	ordering: { kind: "pre-confirmed-sub-blocks", subBlockMs: 200 },
};

import type { Dex } from "./deployment.ts";

export const traderJoeV1: Dex = {
	dex: "trader-joe-v1",
	family: "uniswap-v2",
	fee: { kind: "fixed", pips: 3000 },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0x4f8bdc85E3eec5b9dE67097c3f59B6Db025d9986",
			source: "@traderjoe-xyz/sdk@5.0.16 dist/index.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xaE4EC9901c3076D0DdBe76A520F9E90a6227aCB7",
			source: "@traderjoe-xyz/sdk@5.0.16 dist/index.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x9Ad6C38BE94206cA50bb0d90783181662f0Cfa10",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0x0bbca9af0511ad1a1da383135cf3a8d2ac620e549ef9f6ae3a4c33c2fed0af91",
			},
			knownPool: {
				address: "0xf4003F4efBE8691B60249E6afbD307aBE7758adb",
				tokens: ["0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"],
			},
			source: "@traderjoe-xyz/sdk@5.0.16 dist/index.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v2/config.js",
		},
	],
};

export const traderJoeLbV20: Dex = {
	dex: "trader-joe-lb-v2.0",
	family: "liquidity-book-v2.0",
	fee: { kind: "dynamic" },
	deployments: [
		// BNB Chain
		{
			chainId: 56,
			factory: "0x43646A8e839B2f2766392C1BF8f60F6e587B6960",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x1886D09C9Ade0c5DB822D85D21678Db67B6c2982",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x6E77932A92582f504FF6c4BdbCef7Da6c198aEEf",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
	],
};

export const traderJoeLbV21: Dex = {
	dex: "trader-joe-lb-v2.1",
	family: "liquidity-book-v2.1",
	fee: { kind: "dynamic" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0xDC8d77b69155c7E68A95a4fb0f06a71FF90B943a",
			router: "0x9A93a421b74F1c5755b83dD2C211614dC419C44b",
			quoter: "0x4d6Dbd1b52807C71b9a148E222b167247a7cA789",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x8e42f2F4101563bF679975178e880FD87d3eFd4e",
			router: "0xb4315e873dBcf96Ffd0acd8EA43f689D8c20fB30",
			quoter: "0xd76019A16606FDa4651f636D9751f500Ed776250",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x8e42f2F4101563bF679975178e880FD87d3eFd4e",
			router: "0xA6598A0160f6392950C7759371b6daC8EeC4F6A2",
			quoter: "0xd76019A16606FDa4651f636D9751f500Ed776250",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x8e42f2F4101563bF679975178e880FD87d3eFd4e",
			router: "0xb4315e873dBcf96Ffd0acd8EA43f689D8c20fB30",
			quoter: "0xd76019A16606FDa4651f636D9751f500Ed776250",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
	],
};

export const traderJoeLbV22: Dex = {
	dex: "trader-joe-lb-v2.2",
	family: "liquidity-book-v2.2",
	fee: { kind: "dynamic" },
	deployments: [
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xb43120c4745967fa9b93E79C149E66B0f2D6Fe0c",
			router: "0x013e138EF6008ae5FDFDE29700e3f2Bc61d21E3a",
			quoter: "0x9A550a522BBaDFB69019b0432800Ed17855A51C3",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0xb43120c4745967fa9b93E79C149E66B0f2D6Fe0c",
			router: "0x18556DA13313f3532c54711497A8FedAC273220E",
			quoter: "0x9A550a522BBaDFB69019b0432800Ed17855A51C3",
			source: "@traderjoe-xyz/sdk-v2@3.0.21 dist/index.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters registries/traderJoeV2.js",
		},
	],
};

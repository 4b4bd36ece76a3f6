import type { Dex } from "./deployment.ts";

export const uniswapV4: Dex = {
	dex: "uniswap-v4",
	family: "uniswap-v4",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			vault: "0x000000000004444c5dc75cB358380D2e3dE08A90",
			quoter: "0x52F0E24D1c21C8A0cB1e5a5dD6198556BD9E1203",
			startBlock: 21688329,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			vault: "0x9a13F98Cb987694C9F086b1F5eB990EeA8264Ec3",
			quoter: "0x1f3131A13296FB91C90870043742C3CDBFF1A8d7",
			startBlock: 130947675,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
		// BNB Chain
		{
			chainId: 56,
			vault: "0x28e2Ea090877bF75740558f6BFB36A5ffeE9e9dF",
			quoter: "0x9F75dD27D6664c475B90e105573E550ff69437B0",
			startBlock: 45970610,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
		// Polygon
		{
			chainId: 137,
			vault: "0x67366782805870060151383F4BbFF9daB53e5cD6",
			quoter: "0xb3d5c3Dfc3a7aEbFF71895A7191796BFFc2c81b9",
			startBlock: 66980384,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
		// Base
		{
			chainId: 8453,
			vault: "0x498581fF718922c3f8e6A244956aF099B2652b2b",
			quoter: "0x0d5e0F971ED27FBfF6c2837bf31316121532048D",
			startBlock: 25350988,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			vault: "0x360E68faCcca8cA495c1B759Fd9EEe466db9FB32",
			quoter: "0x3972C00f7ed4885e145823eb7C655375d275A1C5",
			startBlock: 297842872,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
		// Avalanche
		{
			chainId: 43114,
			vault: "0x06380C0e0912312B5150364B9DC4542BA0DbBc85",
			quoter: "0xbE40675BB704506a3c2Ccfb762DCFd1e979845C2",
			startBlock: 56195376,
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v4/config.js",
		},
	],
};

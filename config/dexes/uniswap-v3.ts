import type { Derivation, Dex } from "./deployment.ts";

/** `UniswapV3Pool` of `@uniswap/v3-core@1.0.1`, byte for byte. */
const derivation: Derivation = {
	by: "init-code",
	salt: "tokens-fee",
	initCodeHash: "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54",
};

export const uniswapV3: Dex = {
	dex: "uniswap-v3",
	family: "uniswap-v3",
	fee: {
		kind: "tiers",
		tiers: [
			{ pips: 100, tickSpacing: 1 },
			{ pips: 500, tickSpacing: 10 },
			{ pips: 3000, tickSpacing: 60 },
			{ pips: 10000, tickSpacing: 200 },
		],
	},
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x1F98431c8aD98523631AE4a59f267346ea31F984",
			router: "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45",
			quoter: "0xb27308f9F90D607463bb33eA1BeBb41C27CE5AB6",
			startBlock: 12369621,
			derivation,
			knownPool: {
				address: "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640",
				tokens: ["0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x1F98431c8aD98523631AE4a59f267346ea31F984",
			router: "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45",
			quoter: "0xb27308f9F90D607463bb33eA1BeBb41C27CE5AB6",
			startBlock: 0,
			derivation,
			knownPool: {
				address: "0x85149247691df622eaF1a8Bd0CaFd40BC45154a9",
				tokens: ["0x4200000000000000000000000000000000000006", "0x7F5c764cBc14f9669B88837ca1490cCa17c31607"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0xdB1d10011AD0Ff90774D0C6Bb92e5C5c8b4461F7",
			router: "0xB971eF87ede563556b2ED4b1C0b0019111Dd85d2",
			quoter: "0x78D78E420Da98ad378D7799bE8f4AF69033EB077",
			startBlock: 26324014,
			derivation,
			knownPool: {
				address: "0x6fe9E9de56356F7eDBfcBB29FAB7cd69471a4869",
				tokens: ["0x55d398326f99059fF775485246999027B3197955", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x1F98431c8aD98523631AE4a59f267346ea31F984",
			router: "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45",
			quoter: "0xb27308f9F90D607463bb33eA1BeBb41C27CE5AB6",
			startBlock: 22757547,
			derivation,
			knownPool: {
				address: "0xA374094527e1673A86dE625aa59517c5dE346d32",
				tokens: ["0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x33128a8fC17869897dcE68Ed026d694621f6FDfD",
			router: "0x2626664c2603336E57B271c5C0b26F421741e481",
			quoter: "0x3d4e44Eb1374240CE5F1B871ab261CD16335B76a",
			startBlock: 1371680,
			derivation,
			knownPool: {
				address: "0xd0b53D9277642d899DF5C87A3966A349A798F224",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x1F98431c8aD98523631AE4a59f267346ea31F984",
			router: "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45",
			quoter: "0xb27308f9F90D607463bb33eA1BeBb41C27CE5AB6",
			startBlock: 165,
			derivation,
			knownPool: {
				address: "0xC31E54c7a869B9FcBEcc14363CF510d1c41fa443",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x740b1c1de25031C31FF4fC9A62f554A55cdC1baD",
			router: "0xbb00FF08d01D300023C629E8fFfFcb65A5a578cE",
			quoter: "0xbe0F5544EC67e9B3b2D979aaA43f18Fd87E6257F",
			startBlock: 27832972,
			derivation,
			knownPool: {
				address: "0xfAe3f424a0a47706811521E3ee268f00cFb5c45E",
				tokens: ["0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"],
				fee: 500,
			},
			source: "@uniswap/sdk-core@7.19.4 dist/cjs/src/addresses.js",
			alsoIn: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0xe32F7dD7e3f098D518ff19A22d5f028e076489B1",
			router: "0xB5253c895361678FF5D0fFDdA81Dd02f1F7a81D6",
			quoter: "0x7E9cB3499A6cee3baBe5c8a3D328EA7FD36578f4",
			startBlock: 27416614,
			derivation,
			knownPool: {
				address: "0xe29f8626ABf208Db55c5d6f0C49e5089bDB2BAa8",
				tokens: ["0x6A023CCd1ff6F2045C3309768eAd9E68F978f6e1", "0x9C58BAcC331c9aa871AFD802DB6379a98e80CEdb"],
				fee: 3000,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/uniswap/index.js",
		},
	],
};

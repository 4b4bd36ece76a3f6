import type { Derivation, Dex } from "./deployment.ts";

/** The same creation code as the pools of Uniswap V3. */
const derivation: Derivation = {
	by: "init-code",
	salt: "tokens-fee",
	initCodeHash: "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54",
};

export const sushiswapV3: Dex = {
	dex: "sushiswap-v3",
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
			factory: "0xbACEB8eC6b9355Dfc0269C18bac9d6E2Bdc29C4F",
			startBlock: 16955547,
			derivation,
			knownPool: {
				address: "0x3cb60c075797f2C4f158c066F54B144A5c3F60AA",
				tokens: ["0x6B175474E89094C44Da98b954EedeAC495271d0F", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"],
				fee: 500,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x9c6522117e2ed1fE5bdb72bb0eD5E3f2bdE7DBe0",
			startBlock: 85432013,
			derivation,
			knownPool: {
				address: "0x79e11ef350D7C73925F8D0037c2Dd1b8cEd41533",
				tokens: ["0x4200000000000000000000000000000000000006", "0x7F5c764cBc14f9669B88837ca1490cCa17c31607"],
				fee: 500,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x126555dd55a39328F69400d6aE4F782Bd4C34ABb",
			startBlock: 26976538,
			derivation,
			knownPool: {
				address: "0xC0E2792774b2F602F74f6056ED95AB958d253823",
				tokens: ["0x55d398326f99059fF775485246999027B3197955", "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"],
				fee: 500,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0xf78031CBCA409F2FB6876BDFDBc1b2df24cF9bEf",
			startBlock: 27232871,
			derivation,
			knownPool: {
				address: "0x4c3b00293070073D71455F20FA9e5868CFfD8678",
				tokens: ["0x6A023CCd1ff6F2045C3309768eAd9E68F978f6e1", "0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d"],
				fee: 3000,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x917933899c6a5F8E37F31E19f92CdBFF7e8FF0e2",
			startBlock: 41024971,
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xc35DADB65012eC5796536bD9864eD8773aBc74C4",
			startBlock: 1759510,
			derivation,
			knownPool: {
				address: "0x57713F7716e0b0F65ec116912F834E49805480d2",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
				fee: 500,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x1af415a1EbA07a4986a52B6f2e7dE7003D82231e",
			startBlock: 75998697,
			derivation,
			knownPool: {
				address: "0x15E444da5b343c5A0931f5d3e85D158d1efC3D40",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"],
				fee: 500,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x3e603C14aF37EBdaD31709C4f848Fc6aD5BEc715",
			startBlock: 28186391,
			derivation,
			knownPool: {
				address: "0x4A5c0E100F830A1F6B76A42e6bb4Be2A7fE0d61B",
				tokens: ["0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"],
				fee: 500,
			},
			source: "sushi@7.3.15 _cjs/evm/config/features/sushiswap-v3.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters projects/sushiswap-v3/index.js",
		},
	],
};

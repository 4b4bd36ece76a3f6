import type { Dex } from "./deployment.ts";

export const camelotV2: Dex = {
	dex: "camelot-v2",
	family: "camelot-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x6EcCab422D763aC031210895C81787E87B43A652",
			derivation: {
				by: "init-code",
				salt: "packed-tokens",
				initCodeHash: "0xa856464ae65f7619087bc369daaf7e387dae1e5af69cfa7935850ebf754b04c1",
			},
			knownPool: {
				address: "0x84652bb2539513BAf36e225c930Fdd8eaa63CE27",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/camelot/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

export const camelotV3: Dex = {
	dex: "camelot-v3",
	family: "algebra-v1",
	fee: { kind: "dynamic" },
	deployments: [
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x1a3c9B1d2F0529D97f2afC5136Cc23e58f1FD35B",
			poolDeployer: "0x6Dd3FB9653B10e806650F107C3B5A0a6fF974F65",
			router: "0x1F721E2E82F6676FCE4eA07A5958cF098D339e18",
			quoter: "0x0Fc73040b26E9bC8514fA028D998E73A254Fa76E",
			derivation: { by: "init-code", salt: "tokens", initCodeHash: "0x6c1bebd370ba84753516bc1393c0d0a6c645856da55f5393ac8ab3d6dbc861d3" },
			knownPool: {
				address: "0x521aa84ab3fcc4c05cABaC24Dc3682339887B126",
				tokens: ["0x82aF49447D8a07e3bd95BD0d56f35241523fBab1", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"],
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/algebra/config.js",
		},
	],
};

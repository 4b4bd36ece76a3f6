import type { GasFit } from "./gas.ts";

/** Gas each, least squares over executions on the devnet; written by the command that its provenance names. */
export const GAS_COEFFICIENTS: GasFit = {
	gas: {
		balancerFrame: 84370,
		crossing: 18542,
		firstCrossing: 6117,
		observation: 4032,
		pairAccumulators: 10497,
		pairOneForZero: 53,
		poolOneForZero: -446,
		protocolFee: 5260,
		step: 5017,
		stepOneForZero: 100,
		sushiswapPair: 67619,
		tickBit: 17,
		tickChange: 2705,
		uniswapPair: 67247,
		uniswapPool: 70070,
		weth9Balance: 23,
		weth9Transfer: 313,
	},
	provenance: {
		command: "node scripts/fit-gas.ts",
		hardfork: "prague",
		deployment: "0x3d71e5e203dac866e7f279ae6559996be24e4c8ecd5b63bd023c0ce8da5fa00f",
		maxHops: 3,
		inSample: {
			rows: 2000,
			seed: 1,
			median: 0.00075,
			p95: 0.00348,
			max: 0.00746,
		},
		outOfSample: {
			rows: 1000,
			seed: 2,
			median: 0.00067,
			p95: 0.00332,
			max: 0.00735,
		},
	},
};

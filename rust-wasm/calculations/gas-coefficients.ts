import type { GasFit } from "./gas.ts";

/** Gas each, least squares over executions on the devnet; written by the command that its provenance names. */
export const GAS_COEFFICIENTS: GasFit = {
	gas: {
		balancerFrame: 84294,
		crossing: 18533,
		firstCrossing: 6057,
		loanFee: 9128,
		observation: 4004,
		pairAccumulators: 10474,
		pairOneForZero: 81,
		poolOneForZero: -402,
		protocolFee: 5293,
		step: 5135,
		stepOneForZero: 62,
		sushiswapPair: 67627,
		tickBit: 15,
		tickChange: 2659,
		uniswapPair: 67255,
		uniswapPool: 69991,
		weth9Balance: 16,
		weth9Transfer: 333,
	},
	provenance: {
		command: "node scripts/fit-gas.ts",
		hardfork: "prague",
		deployment: "0x3d71e5e203dac866e7f279ae6559996be24e4c8ecd5b63bd023c0ce8da5fa00f",
		maxHops: 3,
		inSample: {
			rows: 2000,
			seed: 1,
			median: 0.00072,
			p95: 0.00347,
			max: 0.01661,
		},
		outOfSample: {
			rows: 1000,
			seed: 2,
			median: 0.00069,
			p95: 0.00363,
			max: 0.01819,
		},
	},
};

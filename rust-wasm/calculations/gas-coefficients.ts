import type { GasFit } from "./gas.ts";

/** Gas each, least squares over executions on the devnet; written by the command that its provenance names. */
export const GAS_COEFFICIENTS: GasFit = {
	gas: {
		balancerFrame: 88108,
		crossing: 18397,
		firstCrossing: 6165,
		loanFee: 9104,
		observation: 4046,
		pairAccumulators: 10449,
		pairOneForZero: 147,
		poolOneForZero: -366,
		protocolFee: 5298,
		step: 5132,
		stepOneForZero: 81,
		sushiswapPair: 69451,
		tickBit: 20,
		tickChange: 2662,
		uniswapPair: 69082,
		uniswapPool: 71788,
		weth9Balance: 31,
		weth9Transfer: 324,
	},
	provenance: {
		command: "node scripts/fit-gas.ts",
		hardfork: "prague",
		deployment: "0x8a469213a1e1a3c6e04d0fb24e8d28dd1e83b44f743a4637a5b59fde42da14d2",
		maxHops: 3,
		inSample: {
			rows: 2000,
			seed: 1,
			median: 0.0008,
			p95: 0.00342,
			max: 0.01568,
		},
		outOfSample: {
			rows: 1000,
			seed: 2,
			median: 0.00075,
			p95: 0.00353,
			max: 0.01747,
		},
	},
};

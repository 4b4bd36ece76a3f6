import type { Candidate } from "../domain/candidate.ts";
import { messageOf } from "../domain/errors.ts";
import type { DetectDecision, DetectedHop, DetectFacts } from "../domain/lifecycle.ts";
import { balancerV2LoanFee, loanFeeOn } from "../domain/loan-fee.ts";
import type { PoolState, ProtocolFamily } from "../domain/pool.ts";
import type { Hop } from "../domain/route.ts";
import { Engine } from "../rust-wasm/engine.ts";
import { reject } from "./rejection.ts";

/** Gas of the executor's own frame with its flash loan, and of one hop by family; measured on the devnet, used until a simulation says better. */
const GAS_BASE = 160_000n;
const GAS_PER_HOP: Readonly<Partial<Record<ProtocolFamily, bigint>>> = { "uniswap-v2": 75_000n, "uniswap-v3": 125_000n };
/** Of a hop in a family that was not measured yet. */
const GAS_PER_UNMEASURED_HOP = 200_000n;

/** Expected gas of a route through these pools. */
export function estimateRouteGas(pools: readonly PoolState[]): bigint {
	return pools.reduce((sum, pool) => sum + (GAS_PER_HOP[pool.family] ?? GAS_PER_UNMEASURED_HOP), GAS_BASE);
}

/** The fee on a loan, rounded up as the Balancer V2 vault does (`FlashLoans._calculateFlashLoanFeeAmount`, `FixedPoint.mulUp`); `percentage` is of 1e18. */
export function flashLoanFee(amount: bigint, percentage: bigint): bigint {
	return loanFeeOn(amount, balancerV2LoanFee(percentage));
}

/** The exact integer optimum of the candidate's cycle on the candidate's own pool states, within what can be borrowed. */
export function decideDetect(candidate: Candidate, facts: DetectFacts): DetectDecision {
	using engine = new Engine();
	try {
		engine.upsertPools(candidate.pools);
		const optimum = engine.optimise(candidate.route, BigInt(facts.loanLiquidity));
		if (optimum === null || optimum.grossProfit <= 0n) {
			return reject("detect", "not_profitable", "no input gives more back than it takes on the candidate's states");
		}
		const fee = flashLoanFee(optimum.amountIn, BigInt(facts.flashLoanFeePercentage));
		if (optimum.grossProfit <= fee) {
			return reject("detect", "not_profitable", `gross profit ${optimum.grossProfit} does not cover the flash-loan fee ${fee}`);
		}
		return {
			kind: "proceed",
			amountIn: optimum.amountIn.toString(),
			amountOut: optimum.amountOut.toString(),
			grossProfit: optimum.grossProfit.toString(),
			flashLoanFee: fee.toString(),
			hops: candidate.route.map((hop, i) => ({
				amountIn: String(optimum.amounts[i]),
				amountOut: String(optimum.amounts[i + 1]),
				priceImpact: optimum.priceImpacts[i] ?? 0,
				...hopRates(engine, { hop, pool: candidate.pools[i], amountIn: optimum.amounts[i] ?? 0n }),
			})),
			gasEstimate: estimateRouteGas(candidate.pools).toString(),
			alternatives: optimum.alternatives.map((a) => ({ amountIn: a.amountIn.toString(), grossProfit: a.grossProfit.toString() })),
		};
	} catch (error) {
		return reject("detect", "engine_refused", messageOf(error));
	}
}

/** The rates of pools whose states do not tell them by themselves; Uniswap V2's and V3's do. */
function hopRates(
	engine: Engine,
	of: { readonly hop: Hop; readonly pool: PoolState | undefined; readonly amountIn: bigint },
): Pick<DetectedHop, "spotPrice" | "feeBps"> {
	if (of.pool === undefined || of.pool.family === "uniswap-v2" || of.pool.family === "uniswap-v3") return {};
	const { spot, best } = engine.swapRates({ pool: of.hop.pool, tokenIn: of.hop.tokenIn, tokenOut: of.hop.tokenOut, amountIn: of.amountIn });
	return { spotPrice: spot, feeBps: (1 - best / spot) * 10_000 };
}

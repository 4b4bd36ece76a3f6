import type { Candidate } from "../domain/candidate.ts";
import { messageOf } from "../domain/errors.ts";
import type { DetectDecision, DetectedHop, DetectFacts, LoanTerms, Proceed } from "../domain/lifecycle.ts";
import { balancerV2LoanFee, loanFeeOn } from "../domain/loan-fee.ts";
import type { LenderKind } from "../domain/plan.ts";
import type { PoolState, ProtocolFamily } from "../domain/pool.ts";
import type { Hop } from "../domain/route.ts";
import { Engine } from "../rust-wasm/engine.ts";
import { chooseLender, feeBps, loanFeeOf, lockedPools } from "./lender.ts";
import { reject } from "./rejection.ts";

/** Gas of the executor's own frame with its flash loan, and of one hop by family; `docs/execution.md` says which were measured and how. Used until a simulation says better. */
const GAS_BASE = 160_000n;
const GAS_PER_HOP: Readonly<Record<ProtocolFamily, bigint>> = {
	"uniswap-v2": 75_000n,
	"uniswap-v3": 125_000n,
	"pancake-v3": 145_000n,
	"slipstream-cl": 145_000n,
	"algebra-v1": 230_000n,
	"algebra-integral": 125_000n,
	"uniswap-v4": 125_000n,
	"velodrome-v1": 140_000n,
	"velodrome-v2": 160_000n,
	"aerodrome-v2": 160_000n,
	"camelot-v2": 130_000n,
	"balancer-v2-weighted": 90_000n,
	"balancer-v2-stable": 130_000n,
	"balancer-v3-weighted": 130_000n,
	"balancer-v3-stable": 135_000n,
	"curve-3pool": 115_000n,
	"stableswap-ng": 150_000n,
	"curve-crypto-v1": 350_000n,
	"twocrypto-ng": 220_000n,
	"tricrypto-ng": 300_000n,
};

/** What another lender than a Balancer V2 vault costs beyond it, by kind. */
const GAS_OF_LENDER: Readonly<Record<LenderKind, bigint>> = { "balancer-v2": 0n, "aave-v3": 75_000n, "morpho-blue": 7_000n };

/** Expected gas of one hop. */
export function estimateHopGas(family: ProtocolFamily): bigint {
	return GAS_PER_HOP[family];
}

/** Expected gas of a route through these pools. */
export function estimateRouteGas(pools: readonly Pick<PoolState, "family">[], lender: LenderKind = "balancer-v2"): bigint {
	return pools.reduce((sum, pool) => sum + estimateHopGas(pool.family), GAS_BASE + GAS_OF_LENDER[lender]);
}

/** The fee on a loan, rounded up as the Balancer V2 vault does (`FlashLoans._calculateFlashLoanFeeAmount`, `FixedPoint.mulUp`); `percentage` is of 1e18. */
export function flashLoanFee(amount: bigint, percentage: bigint): bigint {
	return loanFeeOn(amount, balancerV2LoanFee(percentage));
}

/**
 * The exact integer optimum of the candidate's cycle on the candidate's own pool states, within what can be borrowed; where the facts name several lenders, the one
 * that leaves most after its fee.
 */
export function decideDetect(candidate: Candidate, facts: DetectFacts): DetectDecision {
	using engine = new Engine();
	try {
		engine.upsertPools(candidate.pools);
		const found = facts.lenders === undefined ? fromOneLender(engine, candidate, facts) : fromBestLender(engine, candidate, facts.lenders);
		if ("kind" in found) return found;
		const { amounts, priceImpacts } = found;
		const [amountIn = 0n] = amounts;
		const amountOut = amounts.at(-1) ?? 0n;
		return {
			kind: "proceed",
			amountIn: amountIn.toString(),
			amountOut: amountOut.toString(),
			grossProfit: (amountOut - amountIn).toString(),
			flashLoanFee: found.fee.toString(),
			...(found.loan === undefined ? {} : { loan: found.loan }),
			hops: candidate.route.map((hop, i) => ({
				amountIn: String(amounts[i]),
				amountOut: String(amounts[i + 1]),
				priceImpact: priceImpacts[i] ?? 0,
				...hopRates(engine, { hop, pool: candidate.pools[i], amountIn: amounts[i] ?? 0n }),
			})),
			gasEstimate: estimateRouteGas(candidate.pools, found.loan?.lender ?? facts.lender).toString(),
			alternatives: found.alternatives.map((a) => ({ amountIn: a.amountIn.toString(), grossProfit: a.grossProfit.toString() })),
		};
	} catch (error) {
		return reject("detect", "engine_refused", messageOf(error));
	}
}

/** What is borrowed, and what it comes to hop by hop. */
interface Borrowing {
	readonly amounts: readonly bigint[];
	readonly priceImpacts: readonly number[];
	readonly fee: bigint;
	readonly loan?: Proceed<DetectDecision>["loan"];
	readonly alternatives: readonly { readonly amountIn: bigint; readonly grossProfit: bigint }[];
}
type Rejection = ReturnType<typeof reject>;

/** One Balancer V2 vault: sized without its fee, which was 0 wherever this was recorded. */
function fromOneLender(engine: Engine, candidate: Candidate, facts: DetectFacts): Borrowing | Rejection {
	if (lockedPools({ lender: facts.lender, address: facts.vault }, candidate.pools).length > 0) {
		return reject("detect", "no_flash_loan", `the only lender, ${facts.lender} ${facts.vault}, closes a pool of the route while it lends`);
	}
	const optimum = engine.optimise(candidate.route, BigInt(facts.loanLiquidity));
	if (optimum === null || optimum.grossProfit <= 0n) {
		return reject("detect", "not_profitable", "no input gives more back than it takes on the candidate's states");
	}
	const fee = flashLoanFee(optimum.amountIn, BigInt(facts.flashLoanFeePercentage));
	if (optimum.grossProfit <= fee) {
		return reject("detect", "not_profitable", `gross profit ${optimum.grossProfit} does not cover the flash-loan fee ${fee}`);
	}
	return { ...optimum, fee };
}

function fromBestLender(engine: Engine, candidate: Candidate, lenders: readonly LoanTerms[]): Borrowing | Rejection {
	const { best, offers, passedOver } = chooseLender(engine, { cycle: candidate.route, pools: candidate.pools, lenders });
	const terms = lenders.find(({ address }) => address === best?.lender);
	if (best === null || terms === undefined) {
		const reasons = passedOver.map(({ lender, reason }) => `${lender}: ${reason}`).join(", ");
		const code = passedOver.some(({ reason }) => reason === "not_profitable") ? "not_profitable" : "no_flash_loan";
		return reject("detect", code, `no lender leaves a profit on the candidate's states (${reasons})`);
	}
	return {
		...best,
		loan: { lender: terms.lender, address: terms.address, feeBps: feeBps(loanFeeOf(terms)) },
		alternatives: offers.slice(1).map(({ amount, grossProfit }) => ({ amountIn: amount, grossProfit })),
	};
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

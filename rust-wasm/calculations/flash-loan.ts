import { ArbError } from "../../domain/errors.ts";
import { type LoanFee, loanFeeOn } from "../../domain/loan-fee.ts";
import type { Engine, EngineHop } from "../engine.ts";
import { WORDS, writeWords } from "../limbs.ts";

/** Who lends a token, on which terms. */
export interface Lender {
	readonly name: string;
	readonly token: string;
	/** Base units that can be borrowed. */
	readonly available: bigint;
	readonly fee: LoanFee;
	/**
	 * Pools that are closed while the loan is out, by address: a Uniswap V3 pool that lends is locked for its own swaps (`lock`), and Balancer V2's
	 * vault guards loans and swaps by the same `nonReentrant`.
	 */
	readonly locks?: readonly string[];
}

/** The amount that leaves most with one lender; amounts in base units of the cycle's token. */
export interface LoanOffer {
	readonly lender: string;
	readonly amount: bigint;
	readonly fee: bigint;
	/** Output less input of the cycle. */
	readonly grossProfit: bigint;
	/** After the lender's fee; gas is not in it. */
	readonly netProfit: bigint;
	/** As in `RouteQuote`. */
	readonly amounts: readonly bigint[];
	readonly priceImpacts: readonly number[];
}

export type PassedOver = "other_token" | "locks_a_pool" | "nothing_available" | "not_profitable";

/** A point of the profit curve, base units; null where a pool refuses the amount. */
export interface ProfitPoint {
	readonly amount: bigint;
	readonly netProfit: bigint | null;
}

export interface FlashLoanChoice {
	readonly best: LoanOffer | null;
	/** One for each lender with whom the cycle earns, best first; of equals the one that borrows less, then the one named first. */
	readonly offers: readonly LoanOffer[];
	readonly passedOver: readonly { readonly lender: string; readonly reason: PassedOver }[];
	/** Of the best lender, ascending from 0 to twice the best amount or to what can be borrowed; the optimum is among the points. Empty without a best. */
	readonly curve: readonly ProfitPoint[];
}

/**
 * The amount and the lender that earn most on a cycle after the lender's fee.
 *
 * With `f` the output of the cycle and `φ` the fee's share, the profit `f(x) − x − fee(x)` is highest where the last unit pays for itself and its fee:
 * `f′(x) = 1 + φ`, a smaller amount than without the fee. The engine sizes the cycle behind the loan as one chain whose input is what is paid back, in
 * exact integers with the lender's own rounding. The profit is within a billionth or one base unit of the best, as `Engine.optimise`.
 *
 * @param points of the curve beside 0 and the optimum.
 * @throws ArbError `engine` for a route that is no cycle of loaded pools, `invalid_input` where `points` or a lender's `available` is out of range.
 */
export function optimiseFlashLoan(
	engine: Engine,
	of: { readonly cycle: readonly EngineHop[]; readonly lenders: readonly Lender[]; readonly points?: number },
): FlashLoanChoice {
	const { cycle, lenders, points = 64 } = of;
	if (!Number.isInteger(points) || points < 1 || points > 65_536) throw invalid(`points: ${points} is not a whole number from 1 to 65,536`);
	const token = cycle[0]?.tokenIn;
	const pools = new Set(cycle.map((hop) => hop.pool));
	const offers: LoanOffer[] = [];
	const passedOver: { readonly lender: string; readonly reason: PassedOver }[] = [];
	for (const { name, token: lent, available, fee, locks = [] } of lenders) {
		if (available < 0n) throw invalid(`available of ${name}: ${available} is negative`);
		const pass = (reason: PassedOver) => passedOver.push({ lender: name, reason });
		if (lent !== token) pass("other_token");
		else if (locks.some((pool) => pools.has(pool))) pass("locks_a_pool");
		else if (available === 0n) pass("nothing_available");
		else {
			const quote = engine.optimiseLoan(cycle, { fee, available });
			if (quote === null) pass("not_profitable");
			else offers.push(offerOf(name, fee, quote));
		}
	}
	offers.sort((a, b) => compare(b.netProfit, a.netProfit) || compare(a.amount, b.amount));
	const best = offers[0] ?? null;
	const lender = lenders.find(({ name }) => name === best?.lender);
	const curve = best === null || lender === undefined ? [] : profitCurve(engine, { cycle, lender, best: best.amount, points });
	return { best, offers, passedOver, curve };
}

function offerOf(
	lender: string,
	terms: LoanFee,
	{ amounts, priceImpacts }: { readonly amounts: readonly bigint[]; readonly priceImpacts: readonly number[] },
): LoanOffer {
	const amount = amounts[0] ?? 0n;
	const grossProfit = (amounts.at(-1) ?? 0n) - amount;
	const fee = loanFeeOn(amount, terms);
	return { lender, amount, fee, grossProfit, netProfit: grossProfit - fee, amounts, priceImpacts };
}

function profitCurve(
	engine: Engine,
	of: { readonly cycle: readonly EngineHop[]; readonly lender: Lender; readonly best: bigint; readonly points: number },
): readonly ProfitPoint[] {
	const { available, fee } = of.lender;
	const end = 2n * of.best < available ? 2n * of.best : available;
	const steps = Array.from({ length: of.points }, (_, i) => (end * BigInt(i + 1)) / BigInt(of.points));
	const inputs = [...new Set([...steps, of.best])].filter((amount) => amount > 0n).sort(compare);
	const amounts = new BigUint64Array(inputs.length * WORDS);
	for (const [i, amount] of inputs.entries()) writeWords(amounts, { offset: i * WORDS, words: WORDS }, amount);
	const numbers = engine.routeNumbers(of.cycle);
	const answers = engine.quoteRoutes({ lengths: Uint32Array.of(numbers.length), numbers, sizes: inputs.length, amounts });
	const sampled = inputs.map((amount, size): ProfitPoint => {
		const out = answers.output({ route: 0, size });
		return { amount, netProfit: out === null ? null : out - amount - loanFeeOn(amount, fee) };
	});
	return [{ amount: 0n, netProfit: 0n }, ...sampled];
}

function compare(a: bigint, b: bigint): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(message: string): ArbError {
	return new ArbError({ code: "invalid_input", message, retryable: false });
}

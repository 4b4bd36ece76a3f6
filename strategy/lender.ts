import type { LoanTerms } from "../domain/lifecycle.ts";
import type { LoanFee } from "../domain/loan-fee.ts";
import type { PoolState } from "../domain/pool.ts";
import type { Cycle } from "../domain/route.ts";
import { type FlashLoanChoice, type Lender, optimiseFlashLoan } from "../rust-wasm/calculations/flash-loan.ts";
import type { Engine } from "../rust-wasm/engine.ts";

const BPS = 10_000n;

/** The lender's fee as the sums of `loan-fee.ts` take it. */
export function loanFeeOf({ fee }: Pick<LoanTerms, "fee">): LoanFee {
	return { share: BigInt(fee.share), of: BigInt(fee.of), rounding: BigInt(fee.rounding) };
}

/** A fee in basis points, rounded up: a bound, and a feature. */
export function feeBps({ share, of }: LoanFee): number {
	return Number((share * BPS + of - 1n) / of);
}

/** The lender and the amount that leave most of a cycle after the lender's fee; lenders are named by their addresses. */
export function chooseLender(
	engine: Engine,
	of: { readonly cycle: Cycle; readonly pools: readonly PoolState[]; readonly lenders: readonly LoanTerms[] },
): FlashLoanChoice {
	const token = of.cycle[0]?.tokenIn ?? "";
	const lenders = of.lenders.map(
		(terms): Lender => ({
			...{ name: terms.address, token, available: BigInt(terms.liquidity), fee: loanFeeOf(terms) },
			locks: lockedPools(terms, of.pools),
		}),
	);
	return optimiseFlashLoan(engine, { cycle: of.cycle, lenders, points: 1 });
}

/** A Balancer V2 vault guards loans and swaps by one lock: while it lends, its own pools are closed. One that does not say its vault counts as its own. */
export function lockedPools({ lender, address }: Pick<LoanTerms, "lender" | "address">, pools: readonly PoolState[]): readonly string[] {
	if (lender !== "balancer-v2") return [];
	return pools
		.filter(({ family }) => family === "balancer-v2-weighted" || family === "balancer-v2-stable")
		.filter((pool) => vaultOf(pool) === null || vaultOf(pool) === address)
		.map((pool) => pool.address);
}

function vaultOf(pool: PoolState): string | null {
	const vault = "details" in pool && typeof pool.details === "object" ? pool.details.vault : undefined;
	return typeof vault === "string" ? vault.toLowerCase() : null;
}

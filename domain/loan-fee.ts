import { ArbError } from "./errors.ts";

/** What a lender takes for a flash loan: `⌊(amount × share + rounding) ÷ of⌋` base units of the borrowed token. */
export interface LoanFee {
	readonly share: bigint;
	readonly of: bigint;
	/** 0 rounds down, half of `of` half up, `of − 1` up. */
	readonly rounding: bigint;
}

/** Morpho Blue's `flashLoan`, which takes nothing. */
export const NO_LOAN_FEE: LoanFee = { share: 0n, of: 1n, rounding: 0n };

/** One, in Balancer's fixed-point numbers (`FixedPoint.ONE`). */
const BALANCER_ONE = 10n ** 18n;
/** One in Aave's `PercentageMath.PERCENTAGE_FACTOR`. */
const BPS = 10_000n;
const PIPS = 1_000_000n;

/** Balancer V2's vault (`FlashLoans._calculateFlashLoanFeeAmount`, `FixedPoint.mulUp`): `percentage` of 1e18, rounded up; 0 as long as governance leaves it. */
export function balancerV2LoanFee(percentage: bigint): LoanFee {
	return fee({ share: percentage, of: BALANCER_ONE, rounding: BALANCER_ONE - 1n }, "percentage");
}

/**
 * Aave V3's premium (`FLASHLOAN_PREMIUM_TOTAL`, 5 basis points on most chains). `FlashLoanLogic` rounds it half up (`percentMul`) in the pools of the first
 * releases and up (`percentMulCeil`) in later ones: read which from the deployed pool's own source.
 */
export function aaveV3LoanFee({ premiumBps, rounding }: { readonly premiumBps: bigint; readonly rounding: "half-up" | "up" }): LoanFee {
	return fee({ share: premiumBps, of: BPS, rounding: rounding === "up" ? BPS - 1n : BPS / 2n }, "premiumBps");
}

/** `UniswapV3Pool.flash` (`FullMath.mulDivRoundingUp`): the pool's own swap fee, in pips. */
export function uniswapV3LoanFee(feePips: bigint): LoanFee {
	return fee({ share: feePips, of: PIPS, rounding: PIPS - 1n }, "feePips");
}

/** The fee on a loan, base units of its token. */
export function loanFeeOn(amount: bigint, { share, of, rounding }: LoanFee): bigint {
	return (amount * share + rounding) / of;
}

function fee(of: LoanFee, field: string): LoanFee {
	if (of.share < 0n || of.share > of.of) {
		throw new ArbError({
			code: "invalid_input",
			message: `${field}: ${of.share} is not between 0 and ${of.of}, the whole amount`,
			retryable: false,
		});
	}
	return of;
}

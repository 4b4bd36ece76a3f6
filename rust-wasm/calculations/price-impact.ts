import type { Engine, PoolQuestion } from "../engine.ts";
import { refusal } from "../refusal.ts";
import { type Interval, priceInterval, type Volatility } from "./price-uncertainty.ts";

/** Rates are output per input, base units of both tokens; shares are relative, 0.01 is 1 %. */
export interface PredictedImpact {
	readonly amountOut: bigint;
	/** Of an infinitesimal amount, before the LP fee. */
	readonly spotRate: number;
	/** Of this swap. */
	readonly executionRate: number;
	/** The spot rate after it; see `SwapRates.after`. */
	readonly rateAfter: number;
	/** The LP fee's share of the input. */
	readonly fee: number;
	/** 1 − execution rate ÷ spot rate after the fee: what our own size costs. */
	readonly impact: number;
	/** 1 − execution rate ÷ spot rate: fee and size. */
	readonly impactWithFee: number;
	/** 1 − rate after ÷ spot rate: how far the swap moves the pool. */
	readonly priceMove: number;
	/** At execution, where a volatility is given; else null. */
	readonly atExecution: ImpactInterval | null;
}

export interface ImpactInterval {
	readonly spotRate: Interval;
	readonly executionRate: Interval;
	/** 1 − execution rate then ÷ spot rate now; negative where the market has moved in our favour by more than the swap costs. */
	readonly impactWithFee: Interval;
}

/**
 * What a swap does to a pool's price, and what the pool's price may do before it is executed.
 *
 * With a volatility, the spot rate at execution is lognormal around today's ({@link priceInterval}); the swap's own impact stays what it is, so the execution rate is
 * moved by the same factor. That leaves out how others' trades change the depth: along a constant product a price that moves by `m` changes the impact by
 * a factor of about `√m`, a part of second order.
 *
 * @throws ArbError `engine` as `Engine.quote`, `amount_too_small` where the swap pays nothing; `invalid_input` for a volatility out of range.
 */
export function predictImpact(engine: Engine, question: PoolQuestion & { readonly volatility?: Volatility }): PredictedImpact {
	const { volatility, ...swap } = question;
	const amountOut = engine.quote(swap);
	if (amountOut === 0n) throw refusal("amount_too_small", `swap of ${swap.amountIn} of ${swap.tokenIn} in pool ${swap.pool} pays nothing`);
	const { spot, best, after } = engine.swapRates(swap);
	const executionRate = Number(amountOut) / Number(swap.amountIn);
	const impactWithFee = 1 - executionRate / spot;
	return {
		amountOut,
		spotRate: spot,
		executionRate,
		rateAfter: after,
		fee: 1 - best / spot,
		impact: 1 - executionRate / best,
		impactWithFee,
		priceMove: 1 - after / spot,
		atExecution: volatility === undefined ? null : atExecution({ spotRate: spot, executionRate }, volatility),
	};
}

function atExecution(now: { readonly spotRate: number; readonly executionRate: number }, volatility: Volatility): ImpactInterval {
	const executionRate = priceInterval(now.executionRate, volatility);
	return {
		spotRate: priceInterval(now.spotRate, volatility),
		executionRate,
		impactWithFee: { low: 1 - executionRate.high / now.spotRate, high: 1 - executionRate.low / now.spotRate },
	};
}

import { ArbError } from "../../domain/errors.ts";
import type { Engine, EngineHop } from "../engine.ts";
import { refusal } from "../refusal.ts";

const PPM = 1_000_000n;

/** Natural logarithms, so that they add up: `ln(spot rate ÷ execution rate) = feePart + impactPart`. 0.01 is about 1 %. */
export interface RateLoss {
	/** Output per input before the LP fee, of an infinitesimal amount. */
	readonly spotRate: number;
	/** Output per input of this amount. */
	readonly executionRate: number;
	readonly feePart: number;
	readonly impactPart: number;
}

export interface HopSlippage extends RateLoss {
	readonly pool: string;
	/** Base units. */
	readonly amountIn: bigint;
	readonly amountOut: bigint;
	/**
	 * Relative change of the route's output per relative change of this pool's spot rate by a small trade of somebody else: 0.9 means that a rate 1 % worse costs
	 * 0.9 % of the output.
	 */
	readonly sensitivity: number;
}

export interface RouteSlippage extends RateLoss {
	readonly hops: readonly HopSlippage[];
	readonly amountOut: bigint;
	/** Least output that the tolerance allows, base units, rounded down. */
	readonly minimumOut: bigint;
}

/**
 * Where a route loses against its spot rates, hop by hop and in all, and how its output reacts to each pool's price.
 *
 * The output of hop `i` reacts to its own spot rate by `1 − impact ÷ 2`: exact along a constant product and within a range of concentrated liquidity, where
 * `out = L kx P ÷ (L + kx √P)`; for other curves right to first order in the size. Every later hop passes on the elasticity of its output by its input, marginal rate × input ÷ output.
 *
 * @param of.tolerancePpm share of the quoted output that may be missing, in millionths.
 * @throws ArbError `engine` as `Engine.quoteRoute`, `amount_too_small` where a hop pays nothing; `invalid_input` for `tolerancePpm` out of range.
 */
export function multiHopSlippage(
	engine: Engine,
	of: { readonly route: readonly EngineHop[]; readonly amountIn: bigint; readonly tolerancePpm: number },
): RouteSlippage {
	const { route, amountIn, tolerancePpm } = of;
	if (!Number.isInteger(tolerancePpm) || tolerancePpm < 0 || tolerancePpm > 1_000_000) {
		throw new ArbError({
			code: "invalid_input",
			message: `tolerancePpm: ${tolerancePpm} is not a whole number from 0 to 1,000,000`,
			retryable: false,
		});
	}
	const { amounts } = engine.quoteRoute(route, amountIn);
	const parts = route.map(({ pool, tokenIn, tokenOut }, i) => {
		const [input = 0n, output = 0n] = amounts.slice(i, i + 2);
		if (output === 0n) throw refusal("amount_too_small", `hop ${i}: ${input} of ${tokenIn} in pool ${pool} pays nothing`);
		const { spot, best, marginal } = engine.swapRates({ pool, tokenIn, tokenOut, amountIn: input });
		const executionRate = Number(output) / Number(input);
		return {
			hop: {
				pool,
				amountIn: input,
				amountOut: output,
				spotRate: spot,
				executionRate,
				feePart: Math.log(spot / best),
				impactPart: Math.log(best / executionRate),
			},
			elasticity: marginal / executionRate,
			own: 1 - (1 - executionRate / best) / 2,
		};
	});
	let passedOn = 1;
	const hops = parts
		.toReversed()
		.map(({ hop, elasticity, own }): HopSlippage => {
			const sensitivity = own * passedOn;
			passedOn *= elasticity;
			return { ...hop, sensitivity };
		})
		.toReversed();
	const amountOut = amounts.at(-1) ?? 0n;
	return {
		hops,
		amountOut,
		minimumOut: (amountOut * (PPM - BigInt(tolerancePpm))) / PPM,
		spotRate: hops.reduce((rate, hop) => rate * hop.spotRate, 1),
		executionRate: Number(amountOut) / Number(amountIn),
		feePart: hops.reduce((sum, hop) => sum + hop.feePart, 0),
		impactPart: hops.reduce((sum, hop) => sum + hop.impactPart, 0),
	};
}

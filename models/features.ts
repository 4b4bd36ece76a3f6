import { type Amount, parseAmount } from "../domain/amount.ts";
import { ArbError } from "../domain/errors.ts";
import type { DetectedHop, FeatureInput } from "../domain/lifecycle.ts";
import {
	isConcentrated,
	type OtherPoolState,
	type PoolState,
	type TickedState,
	type UniswapV2PoolState,
	type UniswapV3PoolState,
} from "../domain/pool.ts";
import type { Hop } from "../domain/route.ts";

/** One number of the feature vector. */
interface Feature {
	readonly name: string;
	readonly unit: string;
	readonly description: string;
}

/**
 * What the models see, in the order in which they see it. A trained file is bound to this version: a change of a name, of the order, or of what a
 * number means is a new version, and needs new models. `models/feature-schema.json` is the same list for Python
 * (`models/training/write-schema.ts`).
 *
 * Everything here is known before a submission. Nothing of a transaction's end (gas used, amounts received, its block, its position) may be added:
 * such numbers contain the label.
 */
export const FEATURE_SCHEMA: { readonly version: number; readonly features: readonly Feature[] } = {
	version: 1,
	features: [
		{ name: "hop_count", unit: "count", description: "swaps of the route" },
		{
			name: "v2_hop_share",
			unit: "ratio",
			description: "share of the hops in constant-product pools; the rest are concentrated-liquidity pools",
		},
		{ name: "dex_count", unit: "count", description: "different dexes on the route" },
		{ name: "lp_fee_sum", unit: "bps", description: "pool fees of all hops together" },
		{ name: "lp_fee_max", unit: "bps", description: "highest pool fee of a hop" },
		{
			name: "spot_gap",
			unit: "bps",
			description: "gain of an infinitesimal trade around the cycle, pool fees paid: the gap that every searcher sees",
		},
		{ name: "amount_in_log10", unit: "log10 native coins", description: "size of the trade" },
		{ name: "gross_profit_log10", unit: "log10 native coins", description: "gross profit; below 1 wei counts as 1 wei" },
		{ name: "gross_return", unit: "bps", description: "gross profit relative to the amount in" },
		{ name: "flash_fee_share", unit: "ratio", description: "flash-loan fee relative to the gross profit" },
		{ name: "gas_estimate", unit: "1000 gas", description: "gas that such a route is expected to use" },
		{
			name: "gas_cost_log10",
			unit: "log10 native coins",
			description: "expected gas cost with the L1 data fee; below 1 wei counts as 1 wei",
		},
		{ name: "profit_to_gas_log10", unit: "log10 ratio", description: "gross profit after the flash-loan fee relative to the gas cost" },
		{ name: "net_profit_asinh", unit: "asinh gwei", description: "expected net profit, signed" },
		{ name: "base_fee_log10", unit: "log10 gwei", description: "next block's base fee; below 1 wei counts as 1 wei" },
		{
			name: "base_fee_change",
			unit: "ratio",
			description: "next base fee relative to the candidate's block's, minus 1: how full the block was",
		},
		{ name: "priority_fee_share", unit: "ratio", description: "what recent blocks paid on top, as a share of the whole gas price" },
		{ name: "impact_max", unit: "ratio", description: "highest price impact of a hop" },
		{ name: "impact_sum", unit: "ratio", description: "price impacts of all hops together" },
		{ name: "size_to_depth_max", unit: "log10 ratio", description: "amount in relative to the (virtual) reserve, in the thinnest pool" },
		{ name: "size_to_depth_min", unit: "log10 ratio", description: "amount in relative to the (virtual) reserve, in the deepest pool" },
		{
			name: "tick_distance_min",
			unit: "ln(1 + ticks)",
			description:
				"ticks to the next initialised one in the direction of the swap, nearest of all hops; the range's end where none is known; 12 without such pools",
		},
		{
			name: "optimum_flatness",
			unit: "ratio",
			description: "mean gross profit of the other sizes considered, relative to the best; 1 where none was",
		},
		{ name: "age_blocks", unit: "blocks", description: "head's number minus the candidate's" },
		{ name: "found_after", unit: "s", description: "from the block's timestamp to the moment the search returned, held within 0 and 60" },
		{ name: "recent_ends_log", unit: "ln(1 + count)", description: "recent submissions of the chain whose end is known" },
		{ name: "recent_settled_share", unit: "ratio", description: "of those, settled; (n + 1) / (all + 3)" },
		{ name: "recent_reverted_share", unit: "ratio", description: "of those, reverted; (n + 1) / (all + 3)" },
		{ name: "recent_dropped_share", unit: "ratio", description: "of those, dropped; (n + 1) / (all + 3)" },
	],
};

/** ln(1 + ticks) of 163,000 ticks, a price factor of ten million: farther than any trade goes. */
const NO_TICK = 12;
const WEI_PER_COIN = 1e18;
const WEI_PER_GWEI = 1e9;

/**
 * Computes the features of one opportunity, one number for each name of {@link FEATURE_SCHEMA}. Pure. A number may come out as NaN or infinite
 * where the input makes no sense (an empty pool, an unknown price): {@link findBadFeature} names it, {@link featureVector} refuses it.
 *
 * Floats, because features rank and never move money.
 *
 * @throws ArbError `invalid_input` where an amount is no decimal integer.
 */
export function computeFeatures(input: FeatureInput): Record<string, number> {
	const { candidate, price, detect, recent } = input;
	const hops = candidate.route.map((hop, i) => describeHop(hop, candidate.pools[i], detect.hops[i]));
	const fees = hops.map((hop) => hop.feeBps);
	const impacts = detect.hops.map((hop) => hop.priceImpact);
	const depths = hops.map((hop) => hop.sizeToDepthLog10);

	const weiPerUnit = float(price.startTokenPrice.numeratorWei) / float(price.startTokenPrice.denominatorUnits);
	const amountInWei = float(detect.amountIn) * weiPerUnit;
	const grossWei = float(detect.grossProfit) * weiPerUnit;
	const flashFeeWei = (amountInWei * input.flashLoanFeeBps) / 10_000;
	const baseFee = float(price.nextBaseFeePerGasWei);
	const priorityFee = float(price.priorityFeePerGasWei);
	const gasCostWei = float(detect.gasEstimate) * (baseFee + priorityFee) + float(price.l1DataFeeWei);
	const ends = recent.settled + recent.reverted + recent.dropped;
	const spotGain = hops.reduce((product, hop) => product * hop.spotPriceAfterFee, 1) - 1;
	const best = float(detect.grossProfit);

	return {
		hop_count: hops.length,
		v2_hop_share: candidate.route.filter((hop) => hop.family === "uniswap-v2").length / hops.length,
		dex_count: new Set(candidate.route.map((hop) => hop.dex)).size,
		lp_fee_sum: sum(fees),
		lp_fee_max: Math.max(...fees),
		spot_gap: spotGain * 10_000,
		amount_in_log10: log10AtLeastOneWei(amountInWei, WEI_PER_COIN),
		gross_profit_log10: log10AtLeastOneWei(grossWei, WEI_PER_COIN),
		gross_return: (grossWei / amountInWei) * 10_000,
		flash_fee_share: flashFeeWei / grossWei,
		gas_estimate: float(detect.gasEstimate) / 1000,
		gas_cost_log10: log10AtLeastOneWei(gasCostWei, WEI_PER_COIN),
		profit_to_gas_log10: log10AtLeastOneWei(grossWei - flashFeeWei, 1) - log10AtLeastOneWei(gasCostWei, 1),
		net_profit_asinh: Math.asinh((grossWei - flashFeeWei - gasCostWei) / WEI_PER_GWEI),
		base_fee_log10: log10AtLeastOneWei(baseFee, WEI_PER_GWEI),
		base_fee_change: relativeChange(baseFee, float(candidate.block.baseFeePerGasWei)),
		priority_fee_share: baseFee + priorityFee === 0 ? 0 : priorityFee / (baseFee + priorityFee),
		impact_max: Math.max(...impacts),
		impact_sum: sum(impacts),
		size_to_depth_max: Math.max(...depths),
		size_to_depth_min: Math.min(...depths),
		tick_distance_min: Math.min(...hops.map((hop) => hop.tickDistanceLog)),
		optimum_flatness:
			detect.alternatives.length === 0 ? 1 : sum(detect.alternatives.map((a) => float(a.grossProfit) / best)) / detect.alternatives.length,
		age_blocks: input.headNumber - candidate.block.number,
		found_after: clamp(candidate.foundAtMs / 1000 - candidate.block.timestamp, { low: 0, high: 60 }),
		recent_ends_log: Math.log1p(ends),
		recent_settled_share: (recent.settled + 1) / (ends + 3),
		recent_reverted_share: (recent.reverted + 1) / (ends + 3),
		recent_dropped_share: (recent.dropped + 1) / (ends + 3),
	};
}

/** The first feature, in schema order, that is missing, NaN or infinite (also as a 32-bit float, which is what the models get); null where all are fine. */
export function findBadFeature(features: Readonly<Record<string, number>>): string | null {
	for (const { name } of FEATURE_SCHEMA.features) {
		const value = features[name];
		if (value === undefined || !Number.isFinite(Math.fround(value))) return name;
	}
	return null;
}

/**
 * The features as the models take them: `[FEATURE_SCHEMA.features.length]`, schema order, 32-bit.
 *
 * @throws ArbError `model` that names the first feature that is missing, NaN or infinite.
 */
export function featureVector(features: Readonly<Record<string, number>>): Float32Array {
	const bad = findBadFeature(features);
	if (bad !== null) {
		throw new ArbError({
			code: "model",
			message: `feature ${bad} is ${features[bad]}, which no model can judge; look at the candidate's amounts, pools and prices`,
			retryable: false,
		});
	}
	return Float32Array.from(FEATURE_SCHEMA.features, ({ name }) => features[name] ?? Number.NaN);
}

interface HopShape {
	readonly feeBps: number;
	/** Output units per input unit for an infinitesimal trade, pool fee paid. */
	readonly spotPriceAfterFee: number;
	readonly sizeToDepthLog10: number;
	readonly tickDistanceLog: number;
}

/** A hop without its pool's state or amount describes itself by NaN, so that the opportunity is rejected by a feature's name. */
function describeHop(hop: Hop, pool: PoolState | undefined, detected: DetectedHop | undefined): HopShape {
	if (pool === undefined || detected === undefined) {
		return { feeBps: Number.NaN, spotPriceAfterFee: Number.NaN, sizeToDepthLog10: Number.NaN, tickDistanceLog: Number.NaN };
	}
	if (pool.family !== "uniswap-v2" && pool.family !== "uniswap-v3") return describeOther(hop, pool, detected);
	const { amountIn } = detected;
	const zeroForOne = hop.tokenIn.toLowerCase() === pool.token0.toLowerCase();
	const { reserveIn, reserveOut } = virtualReserves(pool, zeroForOne);
	return {
		feeBps: pool.feePips / 100,
		spotPriceAfterFee: (reserveOut / reserveIn) * (1 - pool.feePips / 1_000_000),
		sizeToDepthLog10: Math.log10(float(amountIn) / reserveIn),
		tickDistanceLog: pool.family === "uniswap-v3" ? Math.log1p(nextTickDistance(pool, zeroForOne)) : NO_TICK,
	};
}

/**
 * A family whose reserves do not tell its price: by the rates that the engine found, as deep as the constant-product pool in which the same amount has the
 * same impact (impact = in / (reserve + in)). An impact of 0 counts as one of a billionth.
 */
function describeOther(
	hop: Hop,
	pool: OtherPoolState,
	{ priceImpact, spotPrice = Number.NaN, feeBps = Number.NaN }: DetectedHop,
): HopShape {
	const impact = Math.max(priceImpact, 1e-9);
	const distance = tickDistance(hop, pool);
	return {
		feeBps,
		spotPriceAfterFee: spotPrice * (1 - feeBps / 10_000),
		sizeToDepthLog10: Math.log10(impact / (1 - impact)),
		tickDistanceLog: distance === null ? NO_TICK : Math.log1p(distance),
	};
}

function tickDistance(hop: Hop, pool: OtherPoolState): number | null {
	return isConcentrated(pool) ? nextTickDistance(pool, hop.tokenIn.toLowerCase() === pool.tokens[0]?.toLowerCase()) : null;
}

/** Reserves of a pair, or what the active liquidity amounts to (Uniswap V3 whitepaper, 6.2.1: x = L / √P, y = L · √P). */
function virtualReserves(
	pool: UniswapV2PoolState | UniswapV3PoolState,
	zeroForOne: boolean,
): { readonly reserveIn: number; readonly reserveOut: number } {
	const [reserve0, reserve1] =
		pool.family === "uniswap-v2"
			? [float(pool.reserve0), float(pool.reserve1)]
			: concentrated(float(pool.liquidity), float(pool.sqrtPriceX96));
	return zeroForOne ? { reserveIn: reserve0, reserveOut: reserve1 } : { reserveIn: reserve1, reserveOut: reserve0 };
}

function concentrated(liquidity: number, sqrtPriceX96: number): [number, number] {
	const sqrtPrice = sqrtPriceX96 / 2 ** 96;
	return [liquidity / sqrtPrice, liquidity * sqrtPrice];
}

/** The price falls when token0 comes in (`UniswapV3Pool.swap`), so the next tick is then the one at or below the current. */
function nextTickDistance(pool: TickedState, zeroForOne: boolean): number {
	if (zeroForOne) {
		const below = pool.ticks.findLast(([tick]) => tick <= pool.tick);
		return pool.tick - (below?.[0] ?? pool.tickLower);
	}
	const above = pool.ticks.find(([tick]) => tick > pool.tick);
	return (above?.[0] ?? pool.tickUpper) - pool.tick;
}

function float(amount: Amount): number {
	return Number(parseAmount(amount, "feature input"));
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

/** `unit` is in wei; an amount below 1 wei, which has no logarithm, counts as 1 wei. NaN stays NaN. */
function log10AtLeastOneWei(wei: number, unit: number): number {
	return Math.log10(Math.max(wei, 1) / unit);
}

/** A chain without a base fee stays without one: no change. */
function relativeChange(next: number, last: number): number {
	return next === last ? 0 : next / last - 1;
}

function clamp(value: number, bounds: { readonly low: number; readonly high: number }): number {
	return Math.min(Math.max(value, bounds.low), bounds.high);
}

import type { TickedState } from "../../../domain/pool.ts";
import { squareRoot } from "../../prices/ratio.ts";
import { priceAtTick } from "../../prices/tick-price.ts";

const Q96 = 1n << 96n;

/**
 * What a pool's liquidity is in both tokens at its price, each range between neighbouring ticks for itself and rounded down (white paper of Uniswap V3, 6.29 and
 * 6.30): a few units less than positions would be paid, fees that wait for their owners not counted. Liquidity outside the known ticks is left out.
 */
export function heldByTicks(state: TickedState): readonly [bigint, bigint] {
	const price = BigInt(state.sqrtPriceX96);
	if (price === 0n) return [0n, 0n];
	const above = ranges(state, {
		ticks: state.ticks.filter(([tick]) => tick > state.tick),
		end: state.tickUpper,
		sign: 1n,
	});
	const below = ranges(state, {
		ticks: state.ticks.filter(([tick]) => tick <= state.tick).reverse(),
		end: state.tickLower,
		sign: -1n,
	});
	return [
		above.reduce((sum, { liquidity, from, to }) => (to > from ? sum + (liquidity * Q96 * (to - from)) / to / from : sum), 0n),
		below.reduce((sum, { liquidity, from, to }) => (from > to ? sum + (liquidity * (from - to)) / Q96 : sum), 0n),
	];
}

interface Range {
	readonly liquidity: bigint;
	/** Square roots of prices as Q64.96, in the direction of the walk. */
	readonly from: bigint;
	readonly to: bigint;
}

/** The ranges from the price over `ticks` to `end`; crossing a tick upwards adds its net liquidity, downwards takes it away. */
function ranges(
	state: TickedState,
	walk: { readonly ticks: TickedState["ticks"]; readonly end: number; readonly sign: bigint },
): readonly Range[] {
	const found: Range[] = [];
	let liquidity = BigInt(state.liquidity);
	let from = BigInt(state.sqrtPriceX96);
	for (const [tick, net] of [...walk.ticks, [walk.end, "0"] as const]) {
		const to = sqrtPriceAt(tick);
		found.push({ liquidity, from, to });
		liquidity += walk.sign * BigInt(net);
		from = to;
	}
	return found;
}

/** The square root of a tick's price as Q64.96, rounded down: within a unit of TickMath's. */
function sqrtPriceAt(tick: number): bigint {
	const { numerator, denominator } = priceAtTick(tick);
	return squareRoot((numerator << 192n) / denominator);
}

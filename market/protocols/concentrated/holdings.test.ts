import { describe, expect, it } from "vitest";
import type { TickedState } from "../../../domain/pool.ts";
import { heldByTicks } from "./holdings.ts";

const ONE = 1n << 96n;

function state(of: Partial<TickedState>): TickedState {
	const range = { tickSpacing: 1, tickLower: -887_272, tickUpper: 887_272 };
	return { ...range, sqrtPriceX96: ONE.toString(), tick: 0, liquidity: "0", ticks: [], ...of };
}

/** Liquidity between two ticks, at price 1. */
function position(lower: number, upper: number, liquidity: bigint): TickedState {
	const isInRange = lower <= 0 && 0 < upper;
	return state({
		liquidity: (isInRange ? liquidity : 0n).toString(),
		ticks: [
			[lower, `${liquidity}`],
			[upper, `-${liquidity}`],
		],
	});
}

describe("heldByTicks", () => {
	const L = 10n ** 24n;
	/** √1.0001^t in doubles. */
	const root = (tick: number) => 1.0001 ** (tick / 2);

	it.each([
		["around the price", -1_000, 2_000, [1 - 1 / root(2_000), 1 - root(-1_000)]],
		["that begins at the price", 0, 600, [1 - 1 / root(600), 0]],
		["above the price", 300, 600, [1 / root(300) - 1 / root(600), 0]],
		["below the price", -600, -300, [0, root(-300) - root(-600)]],
		["that ends at the price", -600, 0, [0, 1 - root(-600)]],
	] as const)("is what a position %s is worth in both tokens", (_, lower, upper, shares) => {
		const held = heldByTicks(position(lower, upper, L)).map((amount) => Number(amount) / Number(L));
		for (const [i, share] of shares.entries()) expect(held[i]).toBeCloseTo(share, 12);
	});

	it("adds up ranges of several positions, each within a unit", () => {
		const both = state({ liquidity: `${3n * L}`, ticks: [[-600, `${L}`], [-60, `${2n * L}`], [120, `${-L}`], [900, `${-2n * L}`]] }); // biome-ignore format: a table
		const parts = [position(-600, 120, L), position(-60, 900, 2n * L)].map(heldByTicks);
		for (const side of [0, 1] as const) {
			const sum = parts.reduce((total, amounts) => total + amounts[side], 0n);
			const difference = sum - heldByTicks(both)[side];
			expect(difference >= -3n && difference <= 3n).toBe(true);
		}
	});

	it("counts up to the ends of what is known, and nothing before there is a price", () => {
		const known = state({ tickLower: -256, tickUpper: 511, liquidity: `${L}` });
		expect(heldByTicks(known)).toEqual(heldByTicks(position(-256, 511, L)));
		expect(heldByTicks(state({ sqrtPriceX96: "0", liquidity: "0" }))).toEqual([0n, 0n]);
	});
});

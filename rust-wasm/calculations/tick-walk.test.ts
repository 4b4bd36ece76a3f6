import { describe, expect, it } from "vitest";
import type { UniswapV3PoolState } from "../../domain/pool.ts";
import { Engine } from "../engine.ts";
import { walkTicks } from "./tick-walk.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

/** Spacing 10: a word of the bitmap is 2,560 ticks wide, and the price stands in word 0. */
const STATE = {
	address: "0xpool",
	tick: 1_234,
	tickSpacing: 10,
	tickLower: -20_000,
	tickUpper: 20_000,
	ticks: [
		[-2_570, "1"],
		[1_230, "1"],
		[1_240, "1"],
		[2_560, "-1"],
		[2_600, "-2"],
	],
} as const;

describe("the walk of a swap", () => {
	it.each([
		{ what: "that stays above the tick below it", zeroForOne: true, endTick: 1_230, steps: 1, words: 1, crossed: [] },
		{ what: "that stays below the tick above it", zeroForOne: false, endTick: 1_239, steps: 1, words: 1, crossed: [] },
		{
			what: "down through the tick that the price stands on the upper side of",
			zeroForOne: true,
			endTick: 1_229,
			steps: 2,
			words: 1,
			crossed: [1_230],
		},
		{ what: "up onto a tick, which counts as crossed", zeroForOne: false, endTick: 1_240, steps: 2, words: 1, crossed: [1_240] },
		// 2,550 is the word's last tick: reached without being initialised.
		{ what: "up over a word's edge", zeroForOne: false, endTick: 2_555, steps: 3, words: 2, crossed: [1_240] },
		{ what: "up into the next word's first tick", zeroForOne: false, endTick: 2_560, steps: 4, words: 2, crossed: [1_240, 2_560] },
		// Edges at 0 and -2,560, then the initialised tick right below the second one.
		{ what: "down over two edges", zeroForOne: true, endTick: -2_571, steps: 5, words: 3, crossed: [1_230, -2_570] },
	])("$what takes $steps rounds in $words words", ({ zeroForOne, endTick, steps, words, crossed }) => {
		expect(walkTicks(STATE, { zeroForOne, endTick })).toMatchObject({ steps, words, crossed, isTickMoved: true });
	});

	it("counts the bits of the ticks that the rounds aim at", () => {
		// 1,230 is 0b10011001110, then the word's edge 0.
		expect(walkTicks(STATE, { zeroForOne: true, endTick: 1_230 }).tickBits).toBe(6);
		expect(walkTicks(STATE, { zeroForOne: true, endTick: 1_229 }).tickBits).toBe(6);
		// -2,570 is 0b101000001010 without its sign, after 1,230, 0 and -2,560 (0b101000000000); the last round aims at -5,120 (0b1010000000000).
		expect(walkTicks(STATE, { zeroForOne: true, endTick: -2_571 }).tickBits).toBe(6 + 0 + 2 + 4 + 2);
	});

	it("knows a swap that leaves the tick where it was", () => {
		expect(walkTicks(STATE, { zeroForOne: false, endTick: 1_234 })).toMatchObject({ steps: 1, isTickMoved: false });
	});

	it.each([
		{ what: "against the direction", zeroForOne: true, endTick: 1_235 },
		{ what: "outside the known ticks", zeroForOne: false, endTick: 20_001 },
		{ what: "that is no integer", zeroForOne: false, endTick: 1_240.5 },
	])("refuses an end $what by the field's name", ({ zeroForOne, endTick }) => {
		expect(() => walkTicks(STATE, { zeroForOne, endTick })).toThrow(/^endTick /);
	});

	it(`crosses the ticks whose liquidity the engine then swaps with (seed ${seed})`, () => {
		const random = generator(seed);
		using engine = new Engine();
		let crossings = 0;
		for (let round = 0; round < 200; round++) {
			const state = randomState(random);
			engine.upsertPools([state]);
			const zeroForOne = random() < 0.5;
			const amountIn = BigInt(Math.round(10 ** (9 + 9 * random())));
			const swap = engine.swapV3({ pool: state.address, tokenIn: zeroForOne ? state.token0 : state.token1, amountIn });
			const { crossed } = walkTicks(state, { zeroForOne, endTick: swap.tick });
			const net = new Map(state.ticks);
			const change = crossed.reduce((sum, tick) => sum + BigInt(net.get(tick) ?? "0"), 0n);
			expect(BigInt(state.liquidity) + (zeroForOne ? -change : change)).toBe(swap.liquidity);
			crossings += crossed.length;
		}
		expect(crossings).toBeGreaterThan(100);
	});
});

/** A position around the price that is never left, and others of random ranges. */
function randomState(random: () => number): UniswapV3PoolState {
	const tickSpacing = [1, 10, 60, 200][Math.floor(random() * 4)] ?? 60;
	const tick = Math.floor(random() * 2_000) - 1_000;
	const net = new Map<number, bigint>();
	let liquidity = 0n;
	for (let position = 0; position < 12; position++) {
		const width = position === 0 ? 500_000 : Math.ceil(3_000 * random());
		const middle = position === 0 ? 0 : tick + (random() - 0.5) * 4_000;
		const lower = Math.floor((middle - width) / tickSpacing) * tickSpacing;
		const upper = Math.ceil((middle + width) / tickSpacing) * tickSpacing;
		const amount = BigInt(Math.round(1e17 * (0.5 + random())));
		net.set(lower, (net.get(lower) ?? 0n) + amount);
		net.set(upper, (net.get(upper) ?? 0n) - amount);
		if (lower <= tick && tick < upper) liquidity += amount;
	}
	const ticks = [...net].filter(([, value]) => value !== 0n).sort(([a], [b]) => a - b);
	return {
		...{ family: "uniswap-v3", address: "0xpool", dex: "uniswap-v3", token0: "0xa", token1: "0xb", feePips: 3_000, tickSpacing, tick },
		...{ tickLower: -887_272, tickUpper: 887_272, liquidity: liquidity.toString() },
		sqrtPriceX96: BigInt(Math.round(1.0001 ** ((tick + 0.5) / 2) * 2 ** 96)).toString(),
		ticks: ticks.map(([at, value]) => [at, value.toString()] as const),
	};
}

/** Mulberry32. */
function generator(from: number): () => number {
	let state = from;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

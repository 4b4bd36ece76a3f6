import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { afterSwap, balancesAt, inputTowards, invariantOf, stablePrice, stableReserve } from "./stable-invariant.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const FREE = { share: 0, of: "input" } as const;

describe("the stable invariant", () => {
	it("is the sum of equal balances, and less of unequal ones", () => {
		expect(invariantOf({ ann: 400, balances: [100, 100, 100] })).toBeCloseTo(300, 10);
		expect(invariantOf({ ann: 400, balances: [50, 100, 150] })).toBeLessThan(300);
	});

	it("pays what mainnet's 3pool answered at block 24,407,242", () => {
		// Recorded of 0xbEbc44782C7dB0a1A60Cb6fe97d0b483032FF1C7: balances, A = 4000, fee 1,500,000 / 10^10, and get_dy(1, 2, 1383123557927).
		const pool = { ann: 4000 * 3, balances: [27_137_121.100372139, 27_662_471.158553, 108_298_644.409129] };
		const after = afterSwap(pool, { from: 1, to: 2, amountIn: 1_383_123.557927, fee: { share: 0.00015, of: "output" } });
		expect((pool.balances[2] ?? 0) - (after.balances[2] ?? 0)).toBeCloseTo(1_383_863.675206, 4);
		expect(after.balances[1]).toBe(27_662_471.158553 + 1_383_123.557927);
	});

	it("prices as a small swap pays", () => {
		const pool = { ann: 300, balances: [1e6, 3e6] };
		const after = afterSwap(pool, { from: 0, to: 1, amountIn: 1, fee: FREE });
		expect(3e6 - (after.balances[1] ?? 0)).toBeCloseTo(stablePrice(pool, { from: 0, to: 1 }), 5);
		// Of the coin that the pool has most of, more than one is paid for one of the other.
		expect(stablePrice(pool, { from: 0, to: 1 })).toBeGreaterThan(1);
	});

	it(`is as deep as the constant product that a small input moves alike, seed ${seed}`, () => {
		const random = createRandom(seed, "stable reserve");
		for (let round = 0; round < 100; round++) {
			const pool = { ann: random.logUniform(50, 20_000), balances: Array.from({ length: 4 }, () => random.logUniform(1e6, 2e7)) };
			const pair = { from: 1, to: 3 };
			const amountIn = stableReserve(pool, pair) * 1e-8;
			const moved = stablePrice(afterSwap(pool, { ...pair, amountIn, fee: FREE }), pair) / stablePrice(pool, pair) - 1;
			expect(moved / -2e-8).toBeCloseTo(1, 3);
		}
	});

	it(`has balances for any prices near each other, seed ${seed}`, () => {
		const random = createRandom(seed, "stable invariant");
		for (let round = 0; round < 200; round++) {
			const count = 2 + Math.floor(random.next() * 4);
			const prices = Array.from({ length: count }, () => 2 * (1 + 0.03 * (random.next() - 0.5)));
			const pool = { ann: random.logUniform(50, 20_000) };
			const balances = balancesAt({ ann: pool.ann, prices, worth: 1e8 });
			expect(balances.reduce((sum, balance, i) => sum + balance * (prices[i] ?? 0), 0)).toBeCloseTo(1e8, -1);
			for (let coin = 1; coin < count; coin++) {
				const price = stablePrice({ ann: pool.ann, balances }, { from: 0, to: coin });
				expect(Math.abs(price / ((prices[0] ?? 0) / (prices[coin] ?? 0)) - 1)).toBeLessThan(1e-9);
			}
		}
	});

	it(`finds the input that brings a pair to a price, whichever side pays the fee, seed ${seed}`, () => {
		const random = createRandom(seed, "stable input");
		for (let round = 0; round < 100; round++) {
			const pool = { ann: random.logUniform(100, 10_000), balances: Array.from({ length: 3 }, () => random.logUniform(1e6, 5e6)) };
			const fee = { share: 0.0004, of: random.next() < 0.5 ? "input" : "output" } as const;
			const pair = { from: 0, to: 2 };
			const price = stablePrice(pool, pair) * (1 - random.logUniform(1e-5, 1e-2));
			const amountIn = inputTowards(pool, { ...pair, price, fee });
			expect(Math.abs(stablePrice(afterSwap(pool, { ...pair, amountIn, fee }), pair) / price - 1)).toBeLessThan(1e-9);
		}
	});

	it("refuses a price that no input leads to", () => {
		const pool = { ann: 400, balances: [1e6, 1e6] };
		expect(() => inputTowards(pool, { from: 0, to: 1, price: -1, fee: FREE })).toThrow(
			/no input of coin 0 brings its price in coin 1 to -1/,
		);
	});
});

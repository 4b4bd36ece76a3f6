import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ratio } from "./ratio.ts";
import { floorChanges, type TvlPool, TvlTable } from "./tvl.ts";

const DOLLAR = 10n ** 18n;
/** Two thousand dollars for 10^18 base units; a dollar for 10^6. */
const WETH = { price: ratio(2_000n, 1n), capAttodollars: null };
const USDC = { price: ratio(DOLLAR, 10n ** 6n), capAttodollars: null };

const PAIR: TvlPool = { address: "0xaa", dex: "v2", tokens: ["weth", "usdc"], amounts: [3n * 10n ** 18n, 6_000n * 10n ** 6n] };
const THREE: TvlPool = { address: "0xbb", dex: "curve", tokens: ["usdc", "dai", "weth"], amounts: [10n ** 6n, 5n, 10n ** 18n] };
const LONE: TvlPool = { address: "0xcc", dex: "v2", tokens: ["junk", "usdc"], amounts: [10n ** 30n, 7n * 10n ** 6n] };

describe("the value of what pools hold", () => {
	it("adds up by pool, dex and chain, exactly and in doubles", () => {
		const table = new TvlTable([PAIR, THREE, LONE]);
		table.setPrice("weth", WETH);
		table.setPrice("usdc", USDC);
		table.recompute();
		// Doubles rank: they are right to their last bits.
		const rounded = (usd: number) => Number(usd.toPrecision(12));
		expect(["0xaa", "0xbb", "0xcc"].map((pool) => rounded(table.poolUsd(pool)))).toEqual([12_000, 2_001, 7]);
		expect(["v2", "curve", "none"].map((dex) => rounded(table.dexUsd(dex)))).toEqual([12_007, 2_001, 0]);
		expect(rounded(table.chainUsd)).toBe(14_008);
		expect(table.rows()).toEqual([
			{ scope: "pool", name: "0xaa", microUsd: 12_000_000_000n, isPartial: false },
			{ scope: "pool", name: "0xbb", microUsd: 2_001_000_000n, isPartial: true },
			{ scope: "pool", name: "0xcc", microUsd: 7_000_000n, isPartial: true },
			{ scope: "dex", name: "v2", microUsd: 12_007_000_000n, isPartial: true },
			{ scope: "dex", name: "curve", microUsd: 2_001_000_000n, isPartial: true },
			{ scope: "chain", name: "all", microUsd: 14_008_000_000n, isPartial: true },
		]);
	});

	it("follows prices and amounts, and forgets a price that is gone", () => {
		const table = new TvlTable([PAIR]);
		table.setPrice("weth", WETH);
		table.setPrice("usdc", USDC);
		table.recompute();
		table.setPrice("weth", { price: ratio(1_000n, 1n), capAttodollars: null });
		expect(table.poolUsd("0xaa")).toBe(12_000);
		table.recompute();
		expect(table.poolUsd("0xaa")).toBe(9_000);
		table.setAmounts("0xaa", [0n, 10n ** 6n]);
		table.recompute();
		expect([table.poolUsd("0xaa"), table.chainUsd]).toEqual([1, 1]);
		table.setPrice("usdc", null);
		table.recompute();
		expect(table.chainUsd).toBe(0);
		expect(table.rows()[0]).toEqual({ scope: "pool", name: "0xaa", microUsd: 0n, isPartial: true });
	});

	it("counts no more of a token that pools alone price than the depth that its price rests on", () => {
		const table = new TvlTable([LONE]);
		table.setPrice("usdc", USDC);
		table.setPrice("junk", { price: ratio(1n, 1n), capAttodollars: 7n * DOLLAR });
		table.recompute();
		expect(table.poolUsd("0xcc")).toBe(14);
		expect(table.rows()[0]).toMatchObject({ microUsd: 14_000_000n, isPartial: false });
	});

	it("is the same in doubles as exactly, to twelve digits", () => {
		const amount = fc.bigInt({ min: 0n, max: 10n ** 30n });
		const price = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.bigInt({ min: 1n, max: 10n ** 12n }));
		fc.assert(
			fc.property(amount, amount, price, price, (first, second, a, b) => {
				const table = new TvlTable([{ address: "p", dex: "d", tokens: ["a", "b"], amounts: [first, second] }]);
				table.setPrice("a", { price: ratio(...a), capAttodollars: null });
				table.setPrice("b", { price: ratio(...b), capAttodollars: 10n ** 40n });
				table.recompute();
				const exact = Number(table.rows()[0]?.microUsd) / 1e6;
				// The exact value is rounded down to a millionth of a dollar.
				expect(Math.abs(table.poolUsd("p") - exact)).toBeLessThanOrEqual(1e-6 + exact * 1e-12);
			}),
		);
	});

	it("refuses a pool twice, amounts that do not fit, and pools that it does not know", () => {
		expect(() => new TvlTable([PAIR, PAIR])).toThrow("a pool is in the list twice");
		expect(() => new TvlTable([{ ...PAIR, amounts: [1n] }])).toThrow("amounts: pool 0xaa has 2 tokens");
		expect(() => new TvlTable([PAIR]).poolUsd("0xdd")).toThrow("pool 0xdd is not in the table");
	});
});

describe("the floor", () => {
	const row = (name: string, usd: number) => ({ scope: "pool" as const, name, microUsd: BigInt(usd * 1e6), isPartial: false });

	it.each([
		["a pool just below it leaves", 999.999999, false, "leaving"],
		["a pool at it stays", 1_000, false, "neither"],
		["a pool that left does not come back at it", 1_000, true, "neither"],
		["a pool that left does not come back just above it", 1_099, true, "neither"],
		["a pool that left comes back with a tenth more", 1_100, true, "returning"],
		["a pool that left and is still below it stays out", 10, true, "neither"],
	] as const)("%s", (_, usd, isOut, expected) => {
		const changes = floorChanges({ rows: [row("p", usd)], floorUsd: 1_000, left: new Set(isOut ? ["p"] : []), undecided: new Set() });
		expect(changes).toEqual({ leaving: expected === "leaving" ? ["p"] : [], returning: expected === "returning" ? ["p"] : [] });
	});

	it("leaves pools as they are while a price that they depend on is refused", () => {
		const rows = [row("in", 1), row("out", 9_999)];
		const changes = floorChanges({ rows, floorUsd: 1_000, left: new Set(["out"]), undecided: new Set(["in", "out"]) });
		expect(changes).toEqual({ leaving: [], returning: [] });
	});

	it("is for pools, not for the sums of dexes and chain", () => {
		const rows = [
			{ ...row("v2", 1), scope: "dex" as const },
			{ ...row("all", 1), scope: "chain" as const },
		];
		expect(floorChanges({ rows, floorUsd: 1_000, left: new Set(), undecided: new Set() })).toEqual({ leaving: [], returning: [] });
	});
});

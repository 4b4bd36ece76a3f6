import { describe, expect, it } from "vitest";
import { depthPrices, type PoolDepth } from "./depth.ts";
import { ratio } from "./ratio.ts";

function pool(
	address: string,
	tokens: readonly [string, string],
	reserves: readonly [bigint, bigint],
	held?: readonly [bigint, bigint],
): PoolDepth {
	return {
		pool: { address, tokens },
		...{ reserve0: reserves[0], reserve1: reserves[1] },
		...(held === undefined ? {} : { held }),
	};
}

function priced(pools: readonly PoolDepth[], bounds: { readonly minDepthWei?: bigint; readonly maxHops?: number } = {}) {
	return depthPrices({ anchor: "eth", pools, minDepthWei: bounds.minDepthWei ?? 1n, maxHops: bounds.maxHops ?? 3 });
}

describe("prices by depth", () => {
	it("come from the deepest pool against the anchor, whichever side it is on, of equal ones from the first", () => {
		const found = priced([
			pool("shallow", ["eth", "usd"], [10n, 30_000n]),
			pool("deep", ["usd", "eth"], [250_000n, 100n]),
			pool("as deep", ["eth", "usd"], [100n, 260_000n]),
		]);
		expect(found.get("usd")).toEqual({ price: ratio(1n, 2_500n), depthWei: 100n, way: ["deep"] });
	});

	it("lead over several pools, each worth what its known side is worth", () => {
		const found = priced([pool("1", ["eth", "usd"], [100n, 250_000n]), pool("2", ["usd", "x"], [50_000n, 7n])]);
		expect(found.get("x")).toEqual({ price: ratio(50_000n, 7n * 2_500n), depthWei: 20n, way: ["1", "2"] });
	});

	it("take the way whose shallowest pool is deepest, even where it is longer", () => {
		const pools = [pool("direct", ["eth", "x"], [3n, 3n]), pool("1", ["eth", "usd"], [100n, 100n]), pool("2", ["usd", "x"], [50n, 25n])];
		expect(priced(pools).get("x")).toMatchObject({ way: ["1", "2"], depthWei: 50n, price: ratio(2n, 1n) });
		expect(priced(pools, { maxHops: 1 }).get("x")).toMatchObject({ way: ["direct"], depthWei: 3n });
	});

	it("end after so many pools, and at pools that are too shallow", () => {
		const chain = ["eth", "a", "b", "c"].map((token, i, all) => pool(`${i}`, [token, all[i + 1] ?? "d"], [10n, 10n]));
		expect([...priced(chain).keys()]).toEqual(["a", "b", "c"]);
		expect([...priced(chain, { maxHops: 4 }).keys()]).toEqual(["a", "b", "c", "d"]);
		expect(priced(chain, { minDepthWei: 11n }).size).toBe(0);
	});

	it("count a pool's depth by what it holds where its virtual reserves are more", () => {
		const found = priced([
			pool("concentrated", ["eth", "usd"], [10n ** 9n, 10n ** 9n], [5n, 5n]),
			pool("pair", ["eth", "usd"], [100n, 200n]),
		]);
		expect(found.get("usd")).toMatchObject({ way: ["pair"], depthWei: 100n });
	});

	it("give nothing to a token that is deep only in itself, nor by a pool with an empty side", () => {
		const found = priced([pool("1", ["eth", "junk"], [1n, 10n ** 30n]), pool("empty", ["eth", "none"], [100n, 0n])], { minDepthWei: 2n });
		expect(found.size).toBe(0);
	});

	it("never price the anchor itself", () => {
		const found = priced([pool("1", ["eth", "usd"], [100n, 100n]), pool("2", ["eth", "usd"], [5n, 1n])]);
		expect(found.has("eth")).toBe(false);
	});
});

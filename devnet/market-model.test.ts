import { describe, expect, it } from "vitest";
import { bestGap } from "./gap-search.ts";
import { MarketModel, type MarketPool } from "./market-model.ts";
import { createRandom } from "./random.ts";
import { observed, readPoolFacts, tokenPrices } from "./seeding.ts";

const facts = readPoolFacts();
const prices = tokenPrices(facts);
const STABLE = new Set(["USDC", "USDT", "DAI"]);

function startPools(): MarketPool[] {
	return facts.pools.map((fact) => {
		const price = (prices.get(fact.token0) ?? 0) / (prices.get(fact.token1) ?? 0);
		const { liquidity } = observed(fact);
		return {
			...{ address: fact.mainnetAddress, token0: fact.token0, token1: fact.token1, feePips: fact.feePips, price, liquidity },
			crowd: "first",
		};
	});
}

function gapOf(pools: readonly MarketPool[]) {
	return bestGap(
		pools
			.filter((pool) => pool.token0 === "WETH" || pool.token1 === "WETH")
			.map((pool) => {
				const [reserve0, reserve1] = [pool.liquidity / Math.sqrt(pool.price), pool.liquidity * Math.sqrt(pool.price)];
				const isWethToken0 = pool.token0 === "WETH";
				return {
					...{ address: pool.address, isV3: false, feePips: pool.feePips, isWethToken0 },
					token: isWethToken0 ? pool.token1 : pool.token0,
					weth: isWethToken0 ? reserve0 : reserve1,
					other: isWethToken0 ? reserve1 : reserve0,
				};
			}),
	);
}

describe("the market's model", () => {
	const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

	const randoms = (use: string) => ({ first: createRandom(seed, use), second: createRandom(seed, `${use} second`) });

	it(`opens a gap worth taking every two to four blocks, and prices stay sane for hours, seed ${seed}`, () => {
		const model = new MarketModel({ randoms: randoms("test"), prices, stable: STABLE, weth: "WETH" });
		let pools = startPools();
		const blocks = 7_200;
		let gaps = 0;
		let inBand = 0;
		for (let block = 0; block < blocks; block++) {
			for (const target of model.step(pools)) {
				pools = pools.map((pool) => (pool.address === target.pool ? { ...pool, price: target.price } : pool));
			}
			// Whoever arbitrages brings the pools together again: here, both to where neither earns.
			const gap = gapOf(pools);
			if (gap !== null && gap.profit > 5e15) {
				gaps++;
				if (gap.profit < 4e17) inBand++;
				const shallow = gap.buy.weth < gap.sell.weth ? gap.buy.address : gap.sell.address;
				pools = pools.map((pool) =>
					pool.address === shallow ? { ...pool, price: model.reference(pool.token0) / model.reference(pool.token1) } : pool,
				);
			}
		}
		expect(blocks / gaps).toBeGreaterThan(1.5);
		expect(blocks / gaps).toBeLessThan(4);
		expect(inBand / gaps).toBeGreaterThan(0.9);
		for (const [index, start] of startPools().entries()) {
			const ratio = (pools[index]?.price ?? 0) / start.price;
			expect(ratio, `${start.token0}/${start.token1} ${start.feePips}`).toBeGreaterThan(0.9);
			expect(ratio, `${start.token0}/${start.token1} ${start.feePips}`).toBeLessThan(1.1);
		}
	});

	it("does the same again with the same seed", () => {
		const run = () => {
			const model = new MarketModel({ randoms: randoms("test"), prices, stable: STABLE, weth: "WETH" });
			return Array.from({ length: 20 }, () => model.step(startPools()));
		};
		expect(run()).toEqual(run());
	});

	it("closes gaps that nobody takes", () => {
		const model = new MarketModel({ randoms: randoms("closing"), prices, stable: STABLE, weth: "WETH" });
		const sushi = startPools().find((pool) => pool.token0 === "LINK" && pool.liquidity < 1e22);
		if (sushi === undefined) throw new Error("pools.json has a shallow LINK pool");
		const pools = startPools().map((pool) =>
			pool === sushi || pool.address === sushi.address ? { ...pool, price: pool.price * 1.04 } : pool,
		);
		const closed = Array.from({ length: 200 }, () => model.step(pools)).some((targets) =>
			targets.some((target) => target.pool === sushi.address && target.cause === "closing" && target.price < sushi.price * 1.01),
		);
		expect(closed).toBe(true);
	});

	it(`lets the first crowd do the same whatever the second does, and that one trade as well, seed ${seed}`, () => {
		const others = startPools()
			.filter((pool) => pool.feePips === 3000)
			.map((pool) => ({ ...pool, address: `other ${pool.address}`, liquidity: pool.liquidity / 2, crowd: "second" as const }));
		const ofSecond: MarketPool = { ...others[0], address: "other of a token of its own", token0: "sUSD", token1: "WETH" } as MarketPool;
		const run = (pools: readonly MarketPool[], tokens = prices) => {
			const model = new MarketModel({ randoms: randoms("crowds"), prices: tokens, stable: STABLE, weth: "WETH" });
			return Array.from({ length: 200 }, () => model.step(pools)).flat();
		};
		const together = run([ofSecond, ...others, ...startPools()]);
		const isOther = ({ pool }: { readonly pool: string }): boolean => pool.startsWith("other ");
		expect(together.filter((target) => !isOther(target))).toEqual(
			run(startPools(), new Map([...prices].filter(([symbol]) => symbol !== ofSecond.token0))),
		);
		const causes = new Set(together.filter(isOther).map((target) => target.cause));
		expect([...causes]).toEqual(expect.arrayContaining(["shock", "noise"]));
		// References follow from the first crowd's anchors alone.
		expect(causes).not.toContain("anchor");
	});
});

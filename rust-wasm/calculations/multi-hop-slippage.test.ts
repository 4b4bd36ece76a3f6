import { afterEach, beforeEach, expect, it } from "vitest";
import type { UniswapV2PoolState } from "../../domain/pool.ts";
import { Engine } from "../engine.ts";
import { concentrated, hop, pair, token } from "../testing/pools.ts";
import { multiHopSlippage } from "./multi-hop-slippage.ts";

let engine: Engine;
beforeEach(() => {
	engine = new Engine();
});
afterEach(() => engine[Symbol.dispose]());

const UNIT = 10n ** 18n;
const a = pair(1, { reserve0: (1_000n * UNIT).toString(), reserve1: (2_000_000n * UNIT).toString() });
const b = concentrated(2, { token0: token(1), token1: token(2), liquidity: (5_000_000n * UNIT).toString(), feePips: 100 });
const c = pair(3, {
	token0: token(2),
	token1: token(3),
	reserve0: (900_000n * UNIT).toString(),
	reserve1: (30n * UNIT).toString(),
	feePips: 2500,
});
const route = [hop(a, token(0)), hop(b, token(1)), hop(c, token(2))];
const amountIn = 20n * UNIT;

it("adds up: the parts of the hops to those of the route, and these to the whole loss against the spot rates", () => {
	engine.upsertPools([a, b, c]);
	const { hops, ...whole } = multiHopSlippage(engine, { route, amountIn, tolerancePpm: 5_000 });
	expect(hops.map(({ amountOut }) => amountOut)).toEqual(engine.quoteRoute(route, amountIn).amounts.slice(1));
	expect(hops.map(({ feePart }) => 1 - Math.exp(-feePart)).map((fee) => Math.round(fee * 1e6))).toEqual([3_000, 100, 2_500]);
	expect(whole.feePart).toBeCloseTo(-Math.log(0.997 * 0.9999 * 0.9975), 12);
	expect(whole.feePart + whole.impactPart).toBeCloseTo(Math.log(whole.spotRate / whole.executionRate), 12);
	for (const of of hops) expect(of.feePart + of.impactPart).toBeCloseTo(Math.log(of.spotRate / of.executionRate), 12);
	expect(hops.every(({ impactPart }) => impactPart > 0)).toBe(true);
	expect(whole.amountOut).toBe(hops.at(-1)?.amountOut);
});

it("rounds the least output down to base units", () => {
	engine.upsertPools([pair(1, { reserve0: "1000000", reserve1: "1000000", feePips: 0 })]);
	const of = (tolerancePpm: number) => multiHopSlippage(engine, { route: [hop(a, token(0))], amountIn: 1001n, tolerancePpm }).minimumOut;
	expect([0, 1, 5_000, 1_000_000].map(of)).toEqual([999n, 998n, 994n, 0n]);
	expect(999n).toBe(engine.quoteRoute([hop(a, token(0))], 1001n).amounts[1]);
});

/** The pair after a trade of somebody else that moves its price by a share, along x · y = k. */
function moved(state: UniswapV2PoolState, by: number): UniswapV2PoolState {
	const root = Math.sqrt(1 + by);
	const scale = (reserve: string, factor: number) => ((BigInt(reserve) * BigInt(Math.round(factor * 1e15))) / 10n ** 15n).toString();
	return { ...state, reserve0: scale(state.reserve0, 1 / root), reserve1: scale(state.reserve1, root) };
}

it("tells how the output reacts to each pool's price, as quotes on moved pools do", () => {
	engine.upsertPools([a, b, c]);
	const { hops, amountOut } = multiHopSlippage(engine, { route, amountIn, tolerancePpm: 0 });
	// Less than a tick.
	const by = 9e-5;
	const answers = [
		[moved(a, by), moved(a, -by)],
		[by, -by].map((share) => ({
			...b,
			sqrtPriceX96: BigInt(Math.round(Math.sqrt(1 + share) * 2 ** 52) * 2 ** 44).toString(),
			tick: share > 0 ? 0 : -1,
		})),
		[moved(c, by), moved(c, -by)],
	].map((states) => {
		const [up = 0, down = 0] = states.map((state) => {
			engine.upsertPools([a, b, c, state]);
			return Number(engine.quoteRoute(route, amountIn).amounts.at(-1));
		});
		engine.upsertPools([a, b, c]);
		return (up - down) / (2 * by) / Number(amountOut);
	});
	for (const [i, { sensitivity }] of hops.entries()) expect(sensitivity).toBeCloseTo(answers[i] ?? Number.NaN, 6);
	// Later hops dampen what happens earlier.
	expect(hops[0]?.sensitivity).toBeLessThan(0.96);
});

it("refuses a hop that pays nothing and a tolerance that is no share, by name", () => {
	engine.upsertPools([a, b, pair(3, { ...c, reserve1: "3" })]);
	expect(() => multiHopSlippage(engine, { route, amountIn: 1n, tolerancePpm: 0 })).toThrow(/^amount_too_small: hop 2: /);
	for (const tolerancePpm of [-1, 0.5, 1_000_001]) {
		expect(() => multiHopSlippage(engine, { route, amountIn, tolerancePpm })).toThrow(/^tolerancePpm: /);
	}
});

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { UniswapV3PoolState } from "../domain/pool.ts";
import { Engine } from "./engine.ts";
import type { Golden, V3Answer, V3Golden } from "./golden-answers.ts";

const root = join(import.meta.dirname, "..");
const golden = JSON.parse(readFileSync(join(root, "tests/fixtures/golden-v2-v3.json"), "utf8")) as Golden;
const data = join(root, "../shared/data/golden");

const [token0, token1] = ["0x0000000000000000000000000000000000000001", "0x0000000000000000000000000000000000000002"];
const pool = "0x00000000000000000000000000000000000000aa";

const engine = new Engine();
afterAll(() => engine[Symbol.dispose]());

function stateOf({ feePips, tickSpacing, sqrtPriceX96, tick, liquidity, ticks }: V3Golden): UniswapV3PoolState {
	const known = { tickLower: -887_272, tickUpper: 887_272 };
	return {
		family: "uniswap-v3",
		address: pool,
		dex: "golden",
		token0,
		token1,
		feePips,
		tickSpacing,
		sqrtPriceX96,
		tick,
		liquidity,
		...known,
		ticks,
	};
}

/** The engine's answer in the form of the recorded one. */
function answered(asked: V3Answer): V3Answer {
	const { zeroForOne, amountIn, limit, after } = asked;
	const question = { zeroForOne, amountIn, ...(limit === undefined ? {} : { limit }) };
	const query = { pool, tokenIn: zeroForOne ? token0 : token1, amountIn: BigInt(amountIn) };
	try {
		const swap = engine.swapV3(limit === undefined ? query : { ...query, sqrtPriceLimitX96: BigInt(limit) });
		if (swap.amountIn === query.amountIn) {
			// The remembered steps and the loop must agree wherever the whole input is taken.
			expect(engine.quote(query)).toBe(swap.amountOut);
		}
		const amountOut = swap.amountOut.toString();
		if (after === undefined) return { ...question, amountOut };
		return {
			...question,
			amountOut,
			after: [swap.amountIn.toString(), swap.sqrtPriceX96.toString(), swap.tick, swap.liquidity.toString()],
		};
	} catch (error) {
		const name = error instanceof Error ? error.message.split(":")[0] : "";
		if (name !== "price_limit" && name !== "amount_too_small") throw error;
		return { ...question, revert: name };
	}
}

describe("answers of real contracts", () => {
	it(`gives each of ${golden.v2.length} recorded V2 outputs to the wei`, () => {
		const wrong = golden.v2.flatMap((answer) => {
			const [source, feePips, reserve0, reserve1, zeroForOne, amountIn, amountOut] = answer;
			engine.upsertPools([{ family: "uniswap-v2", address: pool, dex: source, token0, token1, feePips, reserve0, reserve1 }]);
			const out = engine.quote({ pool, tokenIn: zeroForOne ? token0 : token1, amountIn: BigInt(amountIn) });
			return out === BigInt(amountOut) ? [] : [{ answer, out }];
		});
		expect(wrong).toEqual([]);
	});

	it(`gives each recorded V3 swap on ${golden.v3.length} states to the wei, with price, tick and liquidity afterwards`, () => {
		for (const state of golden.v3) {
			engine.upsertPools([stateOf(state)]);
			expect(state.answers.map(answered)).toEqual(state.answers);
		}
	});

	it.skipIf(!existsSync(data))("are all in the fixture (skipped where ../shared/data is absent)", () => {
		const script = join(root, "scripts/derive-golden.ts");
		expect(execFileSync(process.execPath, [script, "--check"], { encoding: "utf8" })).toContain(`${golden.v2.length} V2 answers`);
	});
});

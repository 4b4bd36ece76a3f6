import { AbiCoder, id } from "ethers";
import { describe, expect, it } from "vitest";
import type { UniswapV3PoolState } from "../../domain/pool.ts";
import type { ChainLog } from "../log.ts";
import { intWord } from "./abi-word.ts";
import type { TrackedPool } from "./adapter.ts";
import { uniswapV3 } from "./uniswap-v3.ts";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const abi = AbiCoder.defaultAbiCoder();

function tracked(state: Partial<UniswapV3PoolState> = {}, gross: readonly (readonly [number, bigint])[] = []): TrackedPool {
	return {
		state: {
			family: "uniswap-v3",
			address: ADDRESS,
			dex: "uniswap-v3",
			token0: "0x01",
			token1: "0x02",
			feePips: 3000,
			tickSpacing: 60,
			sqrtPriceX96: (1n << 96n).toString(),
			tick: 0,
			liquidity: "1000",
			tickLower: -887_272,
			tickUpper: 887_272,
			ticks: [],
			...state,
		},
		liquidityGross: new Map(gross),
	};
}

function log(topics: readonly string[], data: string): ChainLog {
	return { address: ADDRESS, topics, data, blockNumber: 1, blockHash: "0x", logIndex: 0 };
}

function mint(lower: number, upper: number, amount: bigint): ChainLog {
	const topics = [
		id("Mint(address,address,int24,int24,uint128,uint256,uint256)"),
		`0x${intWord(1)}`,
		`0x${intWord(lower)}`,
		`0x${intWord(upper)}`,
	];
	return log(topics, abi.encode(["address", "uint128", "uint256", "uint256"], [`0x${"22".repeat(20)}`, amount, 5, 6]));
}

function burn(lower: number, upper: number, amount: bigint): ChainLog {
	const topics = [id("Burn(address,int24,int24,uint128,uint256,uint256)"), `0x${intWord(1)}`, `0x${intWord(lower)}`, `0x${intWord(upper)}`];
	return log(topics, abi.encode(["uint128", "uint256", "uint256"], [amount, 5, 6]));
}

function swap(to: { readonly sqrtPriceX96: bigint; readonly liquidity: bigint; readonly tick: number }): ChainLog {
	const data = abi.encode(["int256", "int256", "uint160", "uint128", "int24"], [-1, 2, to.sqrtPriceX96, to.liquidity, to.tick]);
	return log([id("Swap(address,address,int256,int256,uint160,uint128,int24)"), `0x${intWord(1)}`, `0x${intWord(2)}`], data);
}

function afterLogs(pool: TrackedPool, ...logs: readonly ChainLog[]): TrackedPool {
	return logs.reduce((current, next) => {
		const applied = uniswapV3.apply(current, next);
		if (applied === "reload") throw new Error("a reload was asked for");
		return applied;
	}, pool);
}

describe("uniswapV3.apply", () => {
	for (const [name, range, liquidity] of [
		["counts a position whose lower tick is the current one", [0, 60], "1500"],
		["does not count a position whose upper tick is the current one", [-60, 0], "1000"],
		["counts a position around the price", [-60, 60], "1500"],
		["does not count a position above the price", [60, 120], "1000"],
	] as const) {
		it(name, () => {
			const { state } = afterLogs(tracked(), mint(range[0], range[1], 500n));
			expect(state).toMatchObject({
				liquidity,
				ticks: [
					[range[0], "500"],
					[range[1], "-500"],
				],
			});
		});
	}

	it("keeps a tick whose net amount is 0 while positions still end there, and drops it with the last", () => {
		const adjacent = afterLogs(tracked(), mint(-60, 0, 500n), mint(0, 60, 500n));
		expect(adjacent.state).toMatchObject({
			ticks: [
				[-60, "500"],
				[0, "0"],
				[60, "-500"],
			],
		});
		const one = afterLogs(adjacent, burn(0, 60, 500n));
		expect(one.state).toMatchObject({
			liquidity: "1000",
			ticks: [
				[-60, "500"],
				[0, "-500"],
			],
		});
		expect(afterLogs(one, burn(-60, 0, 500n)).state).toMatchObject({ ticks: [] });
	});

	it("changes nothing by a burn of 0", () => {
		const pool = tracked();
		expect(uniswapV3.apply(pool, burn(-60, 60, 0n))).toBe(pool);
	});

	it("takes price, liquidity and tick whole from a swap, and keeps the tick apart from the price", () => {
		const { state } = afterLogs(tracked(), swap({ sqrtPriceX96: 1n << 96n, liquidity: 77n, tick: -1 }));
		expect(state).toMatchObject({ sqrtPriceX96: (1n << 96n).toString(), liquidity: "77", tick: -1 });
	});

	it("ignores ticks outside the range that is known", () => {
		const { state } = afterLogs(tracked({ tickLower: -600, tickUpper: 600 }), mint(-1200, 60, 500n));
		expect(state).toMatchObject({ liquidity: "1500", ticks: [[60, "-500"]] });
	});

	it("asks for a reload before the price leaves the range that is known, and where a burn takes more than there is", () => {
		const known = tracked({ tickSpacing: 1, tickLower: -4096, tickUpper: 4351 });
		expect(uniswapV3.apply(known, swap({ sqrtPriceX96: 1n, liquidity: 1n, tick: 3000 }))).not.toBe("reload");
		expect(uniswapV3.apply(known, swap({ sqrtPriceX96: 1n, liquidity: 1n, tick: 3400 }))).toBe("reload");
		expect(uniswapV3.apply(known, swap({ sqrtPriceX96: 1n, liquidity: 1n, tick: -3100 }))).toBe("reload");
		expect(uniswapV3.apply(tracked(), burn(-60, 60, 1n))).toBe("reload");
	});
});

import { type PoolState, tokensOf, type UniswapV2PoolState, type UniswapV3PoolState } from "../../domain/pool.ts";
import type { Hop } from "../../domain/route.ts";

/** An address from a number; tokens start at 0x1000. */
export const address = (number: number) => `0x${number.toString(16).padStart(40, "0")}`;
export const token = (number: number) => address(0x1000 + number);

/** A pair of `token(0)` and `token(1)` unless the state says otherwise. */
export function pair(
	number: number,
	state: Partial<UniswapV2PoolState> & Pick<UniswapV2PoolState, "reserve0" | "reserve1">,
): UniswapV2PoolState {
	const rest = { dex: "uniswap-v2", token0: token(0), token1: token(1), feePips: 3000 };
	return { family: "uniswap-v2", address: address(number), ...rest, ...state };
}

/** A pool at a price of 1 with one position over the whole range. */
export function concentrated(
	number: number,
	state: Partial<UniswapV3PoolState> & Pick<UniswapV3PoolState, "liquidity">,
): UniswapV3PoolState {
	return {
		family: "uniswap-v3",
		address: address(number),
		dex: "uniswap-v3",
		token0: token(0),
		token1: token(1),
		feePips: 500,
		tickSpacing: 10,
		sqrtPriceX96: (1n << 96n).toString(),
		tick: 0,
		tickLower: -887_272,
		tickUpper: 887_272,
		ticks: [
			[-887_270, state.liquidity],
			[887_270, `-${state.liquidity}`],
		],
		...state,
	};
}

export function hop(state: PoolState, tokenIn: string): Hop {
	const [token0 = "", token1 = ""] = tokensOf(state);
	const tokenOut = tokenIn === token0 ? token1 : token0;
	return { pool: state.address, family: state.family, dex: state.dex, tokenIn, tokenOut };
}

/** Numbers from 0 to below 1, the same for the same seed: xorshift with 32 bits. */
export function randomNumbers(seed: number): () => number {
	let state = seed >>> 0 || 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) / 2 ** 32;
	};
}

import { parseAmount } from "../domain/amount.ts";
import type { TickedState, UniswapV3PoolState } from "../domain/pool.ts";
import { fitsUnsigned, writeWords } from "./limbs.ts";
import { refusal } from "./refusal.ts";

type PackableV3 = TickedState & Pick<UniswapV3PoolState, "address" | "feePips">;

/** A concentrated-liquidity pool as it crosses into the engine's memory. */
export interface PackedV3 {
	/** Fee in pips, tick spacing, tick, lowest and highest known tick. */
	readonly shape: Int32Array;
	/** sqrtPriceX96 in four words, liquidity in two. */
	readonly words: BigUint64Array;
	readonly ticks: Int32Array;
	/** Two words of two's complement per tick. */
	readonly nets: BigUint64Array;
}

/** @throws ArbError `invalid_input` for a field that is no integer, `engine` (`invalid_state`, `overflow`) for one that does not fit */
export function packV3(state: PackableV3): PackedV3 {
	const sqrtPrice = parseAmount(state.sqrtPriceX96, `sqrtPriceX96 of ${state.address}`);
	const liquidity = parseAmount(state.liquidity, `liquidity of ${state.address}`);
	if (!fitsUnsigned(sqrtPrice, 160) || !fitsUnsigned(liquidity, 128)) {
		throw refusal("overflow", `sqrtPriceX96 ${sqrtPrice} or liquidity ${liquidity} of pool ${state.address}`);
	}
	const shape = [state.feePips, state.tickSpacing, state.tick, state.tickLower, state.tickUpper];
	if (!shape.every(fitsInt32) || !state.ticks.every(([tick]) => fitsInt32(tick))) {
		throw refusal("invalid_state", `fee, spacing and ticks (${shape.join(", ")}) of pool ${state.address} must be integers`);
	}
	const words = new BigUint64Array(6);
	writeWords(words, { offset: 0, words: 4 }, sqrtPrice);
	writeWords(words, { offset: 4, words: 2 }, liquidity);
	const ticks = new Int32Array(state.ticks.length);
	const nets = new BigUint64Array(state.ticks.length * 2);
	for (const [i, [tick, text]] of state.ticks.entries()) {
		const net = parseAmount(text, `liquidityNet at tick ${tick} of ${state.address}`);
		if (BigInt.asIntN(128, net) !== net) throw refusal("overflow", `liquidityNet ${net} at tick ${tick} of pool ${state.address}`);
		ticks[i] = tick;
		writeWords(nets, { offset: i * 2, words: 2 }, net);
	}
	return { shape: Int32Array.from(shape), words, ticks, nets };
}

/** Typed arrays would cut a fraction or a larger number off without a word. */
export function fitsInt32(value: number): boolean {
	return (value | 0) === value;
}

import { AbiCoder, Interface, id, zeroPadValue } from "ethers";
import type { DeskCall } from "../../devnet/desk.ts";
import { type ConcentratedState, isConcentrated, type Pool, type PoolState } from "../../domain/pool.ts";
import { intAt } from "../../market/protocols/abi-word.ts";

const abi = AbiCoder.defaultAbiCoder();
/** TickMath.MIN_SQRT_RATIO and MAX_SQRT_RATIO, one inside: no limit. */
const NO_LIMIT = { zeroForOne: 4295128740n, oneForZero: 1461446703485210103287273052203988822378723970341n };

const POOL = new Interface([
	"function mint(address recipient, int24 lower, int24 upper, uint128 amount, bytes data)",
	"function mint(address sender, address recipient, int24 lower, int24 upper, uint128 amount, bytes data)",
	"function burn(int24 lower, int24 upper, uint128 amount)",
	"function burn(int24 lower, int24 upper, uint128 amount, bytes data)",
	"function swap(address recipient, bool zeroForOne, int256 amount, uint160 limit, bytes data)",
]);
const KEY = "(address currency0, address currency1, uint24 fee, int24 tickSpacing, address hooks)";
export const MANAGER = new Interface([
	"function unlock(bytes data)",
	`function initialize(${KEY} key, uint160 sqrtPriceX96)`,
	`function modifyLiquidity(${KEY} key, (int24 lower, int24 upper, int256 change, bytes32 salt) change, bytes data)`,
	`function swap(${KEY} key, (bool zeroForOne, int256 amount, uint160 limit) params, bytes data)`,
	`function donate(${KEY} key, uint256 amount0, uint256 amount1, bytes data)`,
	`function updateDynamicLPFee(${KEY} key, uint24 fee)`,
	`function setProtocolFee(${KEY} key, uint24 fee)`,
	"function setProtocolFeeController(address controller)",
	"function extsload(bytes32 slot) view returns (bytes32)",
]);
const SWAPS: ReadonlySet<string> = new Set(
	[
		"Swap(address,address,int256,int256,uint160,uint128,int24)",
		"Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)",
		"Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)",
	].map((signature) => id(signature)),
);

export interface Range {
	readonly lower: number;
	readonly upper: number;
}

/** A V4 pool's key. */
export function keyOf({ details, tickSpacing }: Pick<Pool, "details" | "tickSpacing">): readonly unknown[] {
	return [details.currency0, details.currency1, details.fee, tickSpacing, details.hooks];
}

/** A call of the manager that the desk makes while it is unlocked, and pays. */
export function unlocked(pool: Pick<Pool, "details">, data: string): DeskCall {
	const { manager, currency0, currency1 } = pool.details;
	const locked = abi.encode(["bytes[]", "address[]"], [[data], [currency0, currency1]]);
	return { to: String(manager), data: MANAGER.encodeFunctionData("unlock", [locked]) };
}

export function mint(pool: Pool, desk: string, of: Range & { readonly liquidity: bigint }): DeskCall {
	const { lower, upper, liquidity } = of;
	if (pool.family === "uniswap-v4") return modify(pool, { ...of, change: liquidity });
	const isAlgebra = pool.family === "algebra-v1" || pool.family === "algebra-integral";
	const data = isAlgebra
		? POOL.encodeFunctionData("mint(address,address,int24,int24,uint128,bytes)", [desk, desk, lower, upper, liquidity, "0x"])
		: POOL.encodeFunctionData("mint(address,int24,int24,uint128,bytes)", [desk, lower, upper, liquidity, "0x"]);
	return { to: pool.address, data };
}

export function burn(pool: Pool, of: Range & { readonly liquidity: bigint }): DeskCall {
	const { lower, upper, liquidity } = of;
	if (pool.family === "uniswap-v4") return modify(pool, { ...of, change: -liquidity });
	const data =
		pool.family === "algebra-integral"
			? POOL.encodeFunctionData("burn(int24,int24,uint128,bytes)", [lower, upper, liquidity, "0x"])
			: POOL.encodeFunctionData("burn(int24,int24,uint128)", [lower, upper, liquidity]);
	return { to: pool.address, data };
}

function modify(pool: Pool, of: Range & { readonly change: bigint }): DeskCall {
	const change = [of.lower, of.upper, of.change, zeroPadValue("0x", 32)];
	return unlocked(pool, MANAGER.encodeFunctionData("modifyLiquidity", [keyOf(pool), change, "0x"]));
}

/** A swap of an exact input without a price limit. */
export function swap(pool: Pool, desk: string, of: { readonly zeroForOne: boolean; readonly amountIn: bigint }): DeskCall {
	const limit = of.zeroForOne ? NO_LIMIT.zeroForOne : NO_LIMIT.oneForZero;
	if (pool.family === "uniswap-v4") {
		return unlocked(pool, MANAGER.encodeFunctionData("swap", [keyOf(pool), [of.zeroForOne, -of.amountIn, limit], "0x"]));
	}
	return { to: pool.address, data: POOL.encodeFunctionData("swap", [desk, of.zeroForOne, of.amountIn, limit, "0x"]) };
}

/** What a swap's event says went in and out; both positive. */
export function swapped(logs: readonly { readonly topics: readonly string[]; readonly data: string }[]): {
	readonly amountIn: bigint;
	readonly amountOut: bigint;
} {
	const event = logs.find(({ topics: [topic = ""] }) => SWAPS.has(topic));
	if (event === undefined) throw new Error("no swap was logged");
	const amounts = [intAt(event.data, 0), intAt(event.data, 1)];
	// Of a V4 pool from the swapper's side, of the others from the pool's.
	const sign = event.topics[0] === id("Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)") ? -1n : 1n;
	const [a = 0n, b = 0n] = amounts.map((amount) => amount * sign);
	return a > 0n ? { amountIn: a, amountOut: -b } : { amountIn: b, amountOut: -a };
}

/** Narrows; the test fails where the pool has no ticks. */
export function ticked(state: PoolState): ConcentratedState {
	if (!isConcentrated(state)) throw new Error(`${state.address} has no ticks`);
	return state;
}

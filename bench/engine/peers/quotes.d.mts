export function v2Route(reserves: readonly (readonly [bigint, bigint])[]): (amountIn: bigint) => bigint;
export function v3Pool(state: {
	readonly feePips: number;
	readonly sqrtPriceX96: bigint;
	readonly liquidity: bigint;
	readonly tick: number;
	readonly ticks: readonly (readonly [number, bigint])[];
}): (amountIn: bigint) => Promise<bigint>;

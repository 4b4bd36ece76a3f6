interface ReadOptions {
	/** Bytes of calldata that one call takes. */
	readonly batchSize: number;
	readonly blockNumber: bigint;
}

interface ConcentratedState {
	readonly sqrtPriceX96: bigint;
	readonly tick: number;
	readonly liquidity: bigint;
	readonly ticks: readonly (readonly [tick: number, gross: bigint, net: bigint])[];
}

/** The creation code of the Multicall3 that is deployed on most chains. */
export const multicall3Bytecode: `0x${string}`;

export function multicallReader(of: { readonly url: string; readonly address: string; readonly chainId: number }): {
	reserves(pairs: readonly string[], options: ReadOptions): Promise<readonly (readonly [bigint, bigint])[]>;
	concentrated(
		pools: readonly { readonly address: string; readonly tickSpacing: number }[],
		wordsOf: (tick: number, tickSpacing: number) => { readonly lowestWord: number; readonly highestWord: number },
		options: ReadOptions,
	): Promise<readonly ConcentratedState[]>;
};

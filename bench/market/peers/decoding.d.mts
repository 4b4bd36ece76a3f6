/** Pools of the logs as a node answers them: formatted and decoded as viem's own actions do. */
export function decodedPools(logs: readonly object[]): readonly {
	readonly address: string;
	readonly tokens: readonly [string, string];
	readonly feePips?: number;
	readonly tickSpacing?: number;
}[];

/** An ERC-20 on one chain. Addresses are lower case inside the system and checksummed on output. */
export interface Token {
	readonly chainId: number;
	readonly address: string;
	readonly symbol: string;
	readonly decimals: number;
}

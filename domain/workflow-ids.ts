/** `arb-{chainId}-{blockNumber}-{blockHash, 8 digits}-{routeHash, 16 digits}`: one lifecycle per route and block. */
export function lifecycleWorkflowId(of: {
	readonly chainId: number;
	readonly blockNumber: number;
	readonly blockHash: string;
	readonly routeHash: string;
}): string {
	return `arb-${of.chainId}-${of.blockNumber}-${of.blockHash.slice(2, 10)}-${of.routeHash.slice(2, 18)}`;
}

export function chainWorkflowId(chainId: number): string {
	return `chain-${chainId}`;
}

export function walletWorkflowId(chainId: number, address: string): string {
	return `wallet-${chainId}-${address.toLowerCase()}`;
}

export function epochWorkflowId(chainId: number): string {
	return `epoch-${chainId}`;
}

/** Of the schedule and, with the time behind it, of the workflows that it starts. */
export function tvlScheduleId(chainId: number): string {
	return `tvl-${chainId}`;
}

/** Of the schedule that discovers pools and, with the time behind it, of the workflows that it starts. */
export function poolsScheduleId(chainId: number): string {
	return `pools-${chainId}`;
}

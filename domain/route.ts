import { concat, keccak256, solidityPacked } from "ethers";
import type { ProtocolFamily } from "./pool.ts";

/** One swap in one pool, from one token to another. */
export interface Hop {
	readonly pool: string;
	readonly family: ProtocolFamily;
	readonly dex: string;
	readonly tokenIn: string;
	readonly tokenOut: string;
}

/** A route that ends in the token that it starts with. */
export type Cycle = readonly Hop[];

/** The cycle rotated so that the hop with the smallest pool address comes first: one form for all its starts. */
export function canonicalRotation(cycle: Cycle): Cycle {
	let first = 0;
	for (let i = 1; i < cycle.length; i++) {
		if ((cycle[i] as Hop).pool.toLowerCase() < (cycle[first] as Hop).pool.toLowerCase()) first = i;
	}
	return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/** What stands for the route of a cycle behind another's transaction: it is not the cycle that stands open on the block itself. */
export function routeHashBehind(hash: string, transactionHash: string): string {
	return keccak256(concat([hash, transactionHash]));
}

/** keccak256 over the canonical rotation's packed (pool, tokenIn) pairs; direction matters, the start does not. */
export function routeHash(cycle: Cycle): string {
	const canonical = canonicalRotation(cycle);
	return keccak256(
		solidityPacked(
			// A Uniswap V4 pool's name is its id of 32 bytes.
			canonical.flatMap((hop) => [hop.pool.length === 66 ? "bytes32" : "address", "address"]),
			canonical.flatMap((hop) => [hop.pool.toLowerCase(), hop.tokenIn.toLowerCase()]),
		),
	);
}

import type { Block } from "../block.ts";

/**
 * The highest of the claimed heads that `need` endpoints vouch for, or null. Who shows a block vouches for it and for its parent: an endpoint that is one
 * block ahead confirms the others' head without another question.
 */
export function vouchedHead<B extends Pick<Block, "number" | "hash" | "parentHash">>(claims: readonly B[], need: number): B | null {
	let best: B | null = null;
	for (const claim of claims) {
		if (best !== null && claim.number <= best.number) continue;
		const vouching = claims.filter((other) => other.hash === claim.hash || other.parentHash === claim.hash).length;
		if (vouching >= need) best = claim;
	}
	return best;
}

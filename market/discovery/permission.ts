import type { Database } from "../../db/connection.ts";
import { decidePermissions } from "../../db/discovery.ts";
import { type Permission, type RegisteredPool, readTokens } from "../../db/registry.ts";
import type { Pool } from "../../domain/pool.ts";
import { type DiscoveredChain, sourceOf } from "./scope.ts";

/** What a pool's permission follows from. */
export interface Admission {
	/** The chain's tokens, as they were inspected, by address. */
	readonly tokens: ReadonlyMap<string, Permission>;
	/** The rows of the chain's dexes. */
	readonly sources: ReadonlySet<string>;
}

/** What the settings say, with the tokens as they were last inspected: those that never were are not allowed. */
export async function storedAdmission(db: Database, chain: DiscoveredChain): Promise<Admission> {
	const inspected = await readTokens(db, chain.chainId);
	return admissionOf(chain, inspected);
}

export function admissionOf(chain: DiscoveredChain, inspected: readonly ({ readonly address: string } & Permission)[]): Admission {
	const known = new Map(inspected.map((row) => [row.address, row]));
	const pending = { allowed: false, reason: "it was not inspected yet" };
	return {
		tokens: new Map(chain.tokens.map(({ address }) => [address, known.get(address) ?? pending])),
		sources: new Set(chain.dexes.map(sourceOf)),
	};
}

/** A pool may be searched where its dex is one of the chain's, all its tokens are, and none of them is excluded. */
export function permissionOf(
	pool: Pick<RegisteredPool, "address" | "dex" | "tokens" | "source">,
	{ tokens, sources }: Admission,
): Permission {
	if (!sources.has(pool.source)) {
		return { allowed: false, reason: `dex ${pool.dex}, as the pool was found by it, is not among the chain's dexes (${pool.source})` };
	}
	// A composable pool of Balancer lists its own token among the others; nobody swaps it.
	for (const address of pool.tokens.filter((token) => token !== pool.address)) {
		const token = tokens.get(address);
		if (token === undefined) return { allowed: false, reason: `token ${address} is not among the chain's tokens` };
		if (!token.allowed) return { allowed: false, reason: `token ${address} is excluded: ${token.reason}` };
	}
	return { allowed: true, reason: "" };
}

/** Brings the stored permissions up to date with the settings and the tokens as they were last inspected; returns the pools that may be searched, by address. */
export async function permitStored(db: Database, chain: DiscoveredChain): Promise<readonly Pool[]> {
	let admission: Admission | null = null;
	const decided = await decidePermissions(db, {
		chainId: chain.chainId,
		amongTokens: chain.tokens.map((token) => token.address),
		decide: (pool, inspected) => {
			admission ??= admissionOf(chain, inspected);
			return permissionOf(pool, admission);
		},
	});
	return decided.filter(({ allowed }) => allowed).map(plainPool);
}

/** The pool without what the registry keeps beside it. */
export function plainPool({ chainId, address, family, dex, tokens, feePips, tickSpacing, details }: Pool): Pool {
	return { chainId, address, family, dex, tokens, feePips, tickSpacing, details };
}

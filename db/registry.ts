import { and, arrayContained, eq, gt, inArray, or, type SQL, sql } from "drizzle-orm";
import type { Pool } from "../domain/pool.ts";
import type { Token } from "../domain/token.ts";
import type { TokenExclusion, TokenNote } from "../domain/token-facts.ts";
import { type Database, inTransaction, type Session } from "./connection.ts";
import { pools, tokens } from "./schema.ts";

/** May routes use it; `reason` says why not. */
export interface Permission {
	readonly allowed: boolean;
	readonly reason: string;
}

/** What an inspection found of a token, beside the permission that follows from it. */
export interface TokenInspection {
	/** Null where it is allowed. */
	readonly reasonCode: TokenExclusion | null;
	readonly notes: readonly TokenNote[];
	/** Null where it was never inspected. */
	readonly inspectedAtBlock: number | null;
}

/** Rows per statement: Postgres takes 65,535 parameters. */
const BATCH = 2_000;

/** Stores discovered pools; a known one takes the new permission. Addresses in lower case. */
export async function upsertPools(
	db: Database,
	discovered: readonly (Pool & Permission & { readonly discoveredAtBlock: number })[],
): Promise<void> {
	await inTransaction(db, async (tx) => {
		for (let from = 0; from < discovered.length; from += BATCH) {
			await tx
				.insert(pools)
				.values(discovered.slice(from, from + BATCH).map((pool) => ({ ...pool, tokens: [...pool.tokens] })))
				.onConflictDoUpdate({
					target: [pools.chainId, pools.address],
					set: { allowed: sql`excluded.allowed`, reason: sql`excluded.reason`, updatedAt: sql`now()` },
				});
		}
	});
}

/** Stores tokens; a known one takes the new permission and inspection. Addresses in lower case. */
export async function upsertTokens(db: Database, known: readonly (Token & Permission & Partial<TokenInspection>)[]): Promise<void> {
	await inTransaction(db, async (tx) => {
		for (let from = 0; from < known.length; from += BATCH) {
			await tx
				.insert(tokens)
				.values(known.slice(from, from + BATCH))
				.onConflictDoUpdate({
					target: [tokens.chainId, tokens.address],
					set: {
						allowed: sql`excluded.allowed`,
						reason: sql`excluded.reason`,
						reasonCode: sql`excluded.reason_code`,
						notes: sql`excluded.notes`,
						inspectedAtBlock: sql`excluded.inspected_at_block`,
						updatedAt: sql`now()`,
					},
				});
		}
	});
}

/** A pool as the registry has it: with its permission, and with the row of the chain's dexes that it was found by. */
export type RegisteredPool = Pool & Permission & { readonly source: string };

/** Which of a chain's pools: all, the allowed ones, those at some addresses, or the allowed ones and all others whose tokens are all among some. */
export type PoolChoice =
	| "all"
	| "allowed"
	| { readonly addresses: readonly string[] }
	| { readonly amongTokens: readonly string[] }
	/** Allowed ones that were stored or changed after a time of the database. */
	| { readonly allowedSince: Date };

/** A chain's pools, by address. */
export async function readPools(
	db: { readonly drizzle: Session },
	chainId: number,
	choice: PoolChoice = "all",
): Promise<readonly RegisteredPool[]> {
	return await db.drizzle
		.select({
			chainId: pools.chainId,
			address: pools.address,
			family: pools.family,
			dex: pools.dex,
			tokens: pools.tokens,
			feePips: pools.feePips,
			tickSpacing: pools.tickSpacing,
			details: pools.details,
			allowed: pools.allowed,
			reason: pools.reason,
			source: pools.source,
		})
		.from(pools)
		.where(and(eq(pools.chainId, chainId), isChosen(choice)))
		.orderBy(pools.address);
}

function isChosen(choice: PoolChoice): SQL | undefined {
	if (choice === "all") return undefined;
	if (choice === "allowed") return eq(pools.allowed, true);
	if ("addresses" in choice) return inArray(pools.address, [...choice.addresses]);
	if ("allowedSince" in choice) return and(eq(pools.allowed, true), gt(pools.updatedAt, choice.allowedSince));
	// The pool's own token, which a composable pool of Balancer lists among the others, is no token of the chain.
	const others = sql<string[]>`array_remove(${pools.tokens}, ${pools.address})`;
	return or(eq(pools.allowed, true), arrayContained(others, sql.param([...choice.amongTokens], pools.tokens)));
}

/** A chain's tokens, by address. */
export async function readTokens(
	db: { readonly drizzle: Session },
	chainId: number,
): Promise<readonly (Token & Permission & TokenInspection)[]> {
	return await db.drizzle
		.select({
			chainId: tokens.chainId,
			address: tokens.address,
			symbol: tokens.symbol,
			decimals: tokens.decimals,
			allowed: tokens.allowed,
			reason: tokens.reason,
			reasonCode: tokens.reasonCode,
			notes: tokens.notes,
			inspectedAtBlock: tokens.inspectedAtBlock,
		})
		.from(tokens)
		.where(eq(tokens.chainId, chainId))
		.orderBy(tokens.address);
}

/** Those of the given pools that are known and allowed. */
export async function allowedPools(
	db: Database,
	of: { readonly chainId: number; readonly pools: readonly string[] },
): Promise<readonly string[]> {
	const rows = await db.drizzle
		.select({ address: pools.address })
		.from(pools)
		.where(and(eq(pools.chainId, of.chainId), eq(pools.allowed, true), inArray(pools.address, [...of.pools])))
		.orderBy(pools.address);
	return rows.map((row) => row.address);
}

/** Those of the given tokens that are known and allowed. */
export async function allowedTokens(
	db: Database,
	of: { readonly chainId: number; readonly tokens: readonly string[] },
): Promise<readonly string[]> {
	const rows = await db.drizzle
		.select({ address: tokens.address })
		.from(tokens)
		.where(and(eq(tokens.chainId, of.chainId), eq(tokens.allowed, true), inArray(tokens.address, [...of.tokens])))
		.orderBy(tokens.address);
	return rows.map((row) => row.address);
}

import { type SQL, sql } from "drizzle-orm";
import type { Session } from "./connection.ts";

/**
 * Advisory locks, held until the transaction ends. Unlike row locks they are granted in the order in which they were asked for, so a stream of shared
 * holders cannot starve an exclusive one. Always taken in the order of this list, which excludes deadlocks:
 *
 * - `lifecycle`: claim and conclusion of one workflow ID exclude each other.
 * - `claims`: claims of one chain come one after the other, so that limits hold exactly.
 * - `control`: shared by claims and broadcasts, exclusive for whoever changes the control row.
 * - `rewards`: accrual and closing of a chain's epochs.
 * - `treasury`: the treasury's nonces.
 * - `ledger`: the tail of a chain's entries.
 * - `pools`: what is discovered on a chain, and what may be searched of it.
 * - `events`: sequence numbers in commit order.
 */
export const lockNames = {
	lifecycle: (workflowId: string) => `lifecycle:${workflowId}`,
	claims: (chainId: number) => `claims:${chainId}`,
	control: (chainId: number) => `control:${chainId}`,
	rewards: (chainId: number) => `rewards:${chainId}`,
	treasury: (chainId: number) => `treasury:${chainId}`,
	ledger: (chainId: number) => `ledger:${chainId}`,
	pools: (chainId: number) => `pools:${chainId}`,
	events: () => "events",
	migrations: () => "migrations",
} as const;

/** A lock's 64-bit key. */
function key(name: string): SQL {
	return sql`hashtextextended(${name}, 0)`;
}

/** Takes locks exclusively, in the given order, in one round trip. What follows sees what earlier holders committed. */
export async function lockExclusively(tx: Session, ...names: readonly string[]): Promise<void> {
	await tx.execute(
		sql`select ${sql.join(
			names.map((name) => sql`pg_advisory_xact_lock(${key(name)})`),
			sql`, `,
		)}`,
	);
}

/** Takes a lock that any number of transactions may hold at once, but none together with an exclusive holder. */
export async function lockShared(tx: Session, name: string): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock_shared(${key(name)})`);
}

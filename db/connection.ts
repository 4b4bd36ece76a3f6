import { drizzle, type NodePgDatabase, type NodePgQueryResultHKT } from "drizzle-orm/node-postgres";
import type { PgDatabase } from "drizzle-orm/pg-core";
import pg from "pg";
import { ArbError, messageOf } from "../domain/errors.ts";

/** An open connection pool; closing waits for the queries in flight. */
export interface Database extends AsyncDisposable {
	readonly drizzle: NodePgDatabase;
	readonly pool: pg.Pool;
	close(): Promise<void>;
}

/** The pool or one transaction: whatever statements can be sent through. */
export type Session = PgDatabase<NodePgQueryResultHKT>;

/**
 * A session that stops inside a transaction (a process under SIGSTOP) holds the control row, and the kill switch waits for it. Postgres ends
 * such a session after this time; a send during a broadcast must be shorter.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** Opens a pool on a `postgres://` URL. Nothing is connected until the first query. */
export function openDatabase(
	url: string,
	options: { readonly maxConnections?: number; readonly onIdleError?: (error: Error) => void } = {},
): Database {
	const pool = new pg.Pool({
		connectionString: url,
		max: options.maxConnections ?? 10,
		connectionTimeoutMillis: 10_000,
		idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
		application_name: "quant-arbitrage-system",
	});
	let closing: Promise<void> | undefined;
	const onIdleError = options.onIdleError ?? ((error) => process.emitWarning(`idle database connection lost: ${error.message}`));
	// Without a listener Node would end the process. The pool drops a connection that breaks while idle and opens another.
	pool.on("error", (error) => {
		if (closing === undefined) onIdleError(error);
	});
	// The pool does not listen to a connection that is in use: one that breaks between two statements, while a relay is waited for, is found broken by
	// the next statement, which fails.
	pool.on("connect", (client) => client.on("error", () => {}));
	const close = () => {
		closing ??= pool.end();
		return closing;
	};
	return { drizzle: drizzle(pool), pool, close, [Symbol.asyncDispose]: close };
}

/**
 * Runs `work` in one transaction (read committed).
 *
 * @throws ArbError as thrown by `work`; `unavailable`, retryable, where the server could not be reached, ended the session or found a deadlock.
 */
export async function inTransaction<T>(db: Database, work: (tx: Session) => Promise<T>): Promise<T> {
	try {
		return await db.drizzle.transaction(work);
	} catch (error) {
		const code = sqlState(error);
		// Class 08: connection; 57P: ended by the server; 25P03: idle in transaction; 40: deadlock or serialisation; 53: out of resources.
		if (code !== null && /^(08|57P|25P03|40|53|ECONN|EPIPE|ETIMEDOUT)/.test(code)) {
			throw new ArbError({
				code: "unavailable",
				message: `database transaction failed (${code}: ${messageOf(rootCause(error))}); nothing was written, the call may be repeated`,
				retryable: true,
				cause: error,
			});
		}
		throw error;
	}
}

function rootCause(error: unknown): unknown {
	let cause = error;
	while (cause instanceof Error && cause.cause !== undefined && !(cause instanceof ArbError)) cause = cause.cause;
	return cause;
}

function sqlState(error: unknown): string | null {
	const cause = rootCause(error);
	if (cause instanceof ArbError || !(cause instanceof Error)) return null;
	if ("code" in cause && typeof cause.code === "string") return cause.code;
	// node-postgres gives no code when the socket closes under a query.
	return /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(cause.message) ? "08006" : null;
}

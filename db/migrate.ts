import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type Database, openDatabase } from "./connection.ts";
import { lockNames } from "./locks.ts";

const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));

/** Brings the database to the newest schema. Any number of processes may call it at once: one migrates, the others wait and find nothing to do. */
export async function migrateDatabase(db: Database): Promise<void> {
	// Drizzle takes no lock of its own; the lock belongs to a session, so everything goes through one connection.
	const client = await db.pool.connect();
	try {
		await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [lockNames.migrations()]);
		await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
		await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [lockNames.migrations()]);
	} catch (error) {
		// Closed rather than given back to the pool, which also frees the lock.
		client.release(true);
		throw error;
	}
	client.release();
}

if (import.meta.main) {
	const url = process.env.DATABASE_URL;
	if (url === undefined) {
		throw new ArbError({
			code: "configuration",
			message: "DATABASE_URL is not set; give the postgres:// URL of the database to migrate",
			retryable: false,
		});
	}
	await using db = openDatabase(url);
	try {
		await migrateDatabase(db);
		process.stdout.write("database is at the newest schema\n");
	} catch (error) {
		process.stderr.write(`migration failed: ${messageOf(error)}\n`);
		process.exitCode = 1;
	}
}

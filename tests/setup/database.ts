import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { type Database, openDatabase } from "../../db/connection.ts";
import { migrateDatabase } from "../../db/migrate.ts";

export interface FreshDatabase {
	readonly url: string;
	readonly db: Database;
	/** Closes the connections and drops the database. */
	close(): Promise<void>;
}

/** A migrated database of its own on the run's PostgreSQL server: one per test file, in `beforeAll`. */
export async function freshDatabase(): Promise<FreshDatabase> {
	const name = `test_${process.pid}_${randomBytes(6).toString("hex")}`;
	await administer(`create database ${name}`);
	const url = new URL(inject("postgresUrl"));
	url.pathname = `/${name}`;
	const db = openDatabase(url.href, { maxConnections: 30 });
	await migrateDatabase(db);
	return {
		url: url.href,
		db,
		close: async () => {
			await db.close();
			await administer(`drop database if exists ${name} with (force)`);
		},
	};
}

async function administer(statement: string): Promise<void> {
	const client = new pg.Client({ connectionString: inject("postgresUrl") });
	await client.connect();
	try {
		await client.query(statement);
	} finally {
		await client.end();
	}
}

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drizzle } from "drizzle-orm/node-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { openDatabase } from "./connection.ts";
import { migrateDatabase } from "./migrate.ts";
import { events, samples } from "./schema.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
let fresh: FreshDatabase;

beforeAll(async () => {
	fresh = await freshDatabase();
});
afterAll(() => fresh.close());

async function emptyDatabase(): Promise<void> {
	await fresh.db.pool.query("drop schema public cascade; drop schema if exists drizzle cascade; create schema public");
}

describe("migrating", () => {
	it("by many at once is done once", async () => {
		await emptyDatabase();
		const many = Array.from({ length: 4 }, () => openDatabase(fresh.url, { maxConnections: 1 }));
		await Promise.all(many.map((db) => migrateDatabase(db)));
		const applied = readdirSync(join(root, "db", "migrations")).filter((name) => name.endsWith(".sql")).length;
		const { rows } = await fresh.db.pool.query("select count(*)::int as count from drizzle.__drizzle_migrations");
		expect(rows).toEqual([{ count: applied }]);
		await Promise.all(many.map((db) => db.close()));
	});

	it("is a command", async () => {
		await emptyDatabase();
		const { stdout } = await run(process.execPath, [join(root, "db", "migrate.ts")], { env: { ...process.env, DATABASE_URL: fresh.url } });
		expect(stdout).toBe("database is at the newest schema\n");
		expect(await drizzle(fresh.db.pool).select().from(events)).toEqual([]);
	});

	it("covers everything that the schema says", async () => {
		// drizzle-kit compares the schema with its last snapshot; with no difference it writes no file. Its `out` is relative to where it runs.
		const directory = mkdtempSync(join(tmpdir(), "arb-migrations-"));
		try {
			cpSync(join(root, "db", "migrations"), join(directory, "migrations"), { recursive: true });
			const kit = join(root, "node_modules", "drizzle-kit", "bin.cjs");
			const options = ["--dialect=postgresql", `--schema=${join(root, "db", "schema.ts")}`, "--out=migrations"];
			const { stdout } = await run(process.execPath, [kit, "generate", ...options], { cwd: directory });
			expect(stdout).toContain("No schema changes");
		} finally {
			rmSync(directory, { recursive: true, force: true });
		}
	});
});

describe("an amount column", () => {
	it.each(["0", (2n ** 256n - 1n).toString(), (-(2n ** 255n)).toString()])("holds %s to the last unit", async (netProfitWei) => {
		const row = {
			workflowId: `arb${netProfitWei}`,
			chainId: 1,
			blockNumber: 1,
			featureVersion: 1,
			features: {},
			outcome: "settled",
			netProfitWei,
		} as const;
		expect(await fresh.db.drizzle.insert(samples).values(row).returning({ netProfitWei: samples.netProfitWei })).toEqual([
			{ netProfitWei },
		]);
	});

	it.each(["1.5", "NaN", "1e18", ""])("refuses %j instead of rounding it", async (netProfitWei) => {
		const row = {
			workflowId: "arb-bad",
			chainId: 1,
			blockNumber: 1,
			featureVersion: 1,
			features: {},
			outcome: "settled",
			netProfitWei,
		} as const;
		await expect((async () => fresh.db.drizzle.insert(samples).values(row))()).rejects.toMatchObject({ code: "invalid_input" });
	});
});

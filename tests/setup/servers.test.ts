import { existsSync } from "node:fs";
import pg from "pg";
import { describe, expect, inject, it } from "vitest";
import { assertNamespace } from "../../scripts/temporal.ts";

describe("the servers of a test run", () => {
	it("are a PostgreSQL 18 in UTF-8 with the C locale", async () => {
		const client = new pg.Client({ connectionString: inject("postgresUrl") });
		await client.connect();
		try {
			const { rows } = await client.query(
				"select current_setting('server_version_num')::int / 10000 as major, current_setting('server_encoding') as encoding, datcollate as locale from pg_database where datname = current_database()",
			);
			expect(rows).toEqual([{ major: 18, encoding: "UTF8", locale: "C" }]);
		} finally {
			await client.end();
		}
	});

	it("are a Temporal server that knows its default namespace", async () => {
		await expect(assertNamespace(inject("temporalAddress"))).resolves.toBeUndefined();
	});

	it("come with the program that skips time", () => {
		expect(existsSync(inject("testServerPath"))).toBe(true);
	});
});

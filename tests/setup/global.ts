import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { TEST_RUN_RECORDS } from "../../scripts/paths.ts";
import { startPostgres } from "../../scripts/postgres.ts";
import { endOrphans } from "../../scripts/run-record.ts";
import { startTemporal } from "../../scripts/temporal.ts";
import { temporalProgram } from "../../scripts/temporal-program.ts";
import { TEMPORAL_TEST_SERVER } from "../../scripts/temporal-release.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** A superuser's connection to the database `arb` of this run's server. Tests that write make a database of their own beside it. */
		postgresUrl: string;
		/** `host:port` of this run's dev server; namespace `default`, a task queue per test. */
		temporalAddress: string;
		/** The program for `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: "existing-path", path } } })`. */
		testServerPath: string;
	}
}

/** One PostgreSQL and one Temporal dev server per test run, both in a temporary folder; see `ProvidedContext`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	await endOrphans({ directory: TEST_RUN_RECORDS, graceMs: 5_000 });
	const directory = mkdtempSync(join(tmpdir(), "arb-test-"));
	const [postgres, temporal, testServerPath] = await Promise.all([
		startPostgres({ dataDir: join(directory, "postgres"), isDurable: false }),
		startTemporal({ logFile: join(directory, "temporal.log") }),
		temporalProgram(TEMPORAL_TEST_SERVER, () => undefined),
	]);
	project.provide("postgresUrl", postgres.url);
	project.provide("temporalAddress", temporal.address);
	project.provide("testServerPath", testServerPath);
	return async () => {
		await Promise.all([temporal.close(), postgres.close()]);
		rmSync(directory, { recursive: true, force: true });
	};
}

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Connection } from "@temporalio/client";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type Child, logTail, startChild } from "./child.ts";
import { CACHE, TEST_RUN_RECORDS } from "./paths.ts";
import { freePort } from "./port.ts";
import { temporalProgram } from "./temporal-program.ts";
import { TEMPORAL } from "./temporal-release.ts";

export interface TemporalOptions {
	/** Keeps workflows across restarts; in memory where absent. */
	readonly dbFile?: string;
	/** A free one by default. */
	readonly port?: number;
	/** Without it the server runs headless. */
	readonly uiPort?: number;
	readonly logFile?: string;
	readonly recordDirectory?: string;
	/** Told about each step of finding the program. */
	readonly report?: (line: string) => void;
}

export interface RunningTemporal {
	readonly address: string;
	/** `null` where it runs headless. */
	readonly uiUrl: string | null;
	readonly child: Child;
	close(): Promise<void>;
}

/**
 * Starts a Temporal dev server on 127.0.0.1 with the namespace `default` and returns when that namespace answers.
 *
 * @throws ArbError `dependency_missing` where no program is found, `unavailable` where the server does not come up.
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
	const program = await temporalProgram(TEMPORAL, options.report ?? (() => undefined));
	const port = options.port ?? (await freePort());
	const address = `127.0.0.1:${port}`;
	if (options.dbFile !== undefined) mkdirSync(dirname(options.dbFile), { recursive: true });
	const child = await startChild({
		name: "temporal",
		command: program,
		args: [
			...["server", "start-dev", "--ip", "127.0.0.1", "--port", String(port), "--log-level", "warn", "--log-format", "json"],
			...(options.uiPort === undefined ? ["--headless"] : ["--ui-port", String(options.uiPort)]),
			...(options.dbFile === undefined ? [] : ["--db-filename", options.dbFile]),
			// A chain process starts lifecycles and runs their first task on one connection.
			...["--dynamic-config-value", "system.enableEagerWorkflowStart=true"],
		],
		logFile: options.logFile ?? (options.dbFile === undefined ? join(CACHE, "temporal", `server-${port}.log`) : `${options.dbFile}.log`),
		recordDirectory: options.recordDirectory ?? TEST_RUN_RECORDS,
		stopSignal: "SIGTERM",
	});
	const close = async () => {
		await child.stop({ graceMs: 10_000 });
	};
	try {
		await untilReady({ address, child });
	} catch (error) {
		await close();
		throw error;
	}
	return { address, uiUrl: options.uiPort === undefined ? null : `http://127.0.0.1:${options.uiPort}`, child, close };
}

async function untilReady(of: { readonly address: string; readonly child: Child }): Promise<void> {
	let exit: string | null = null;
	void of.child.exited.then(({ code, signal }) => {
		exit = `exit ${signal ?? code}`;
	});
	const limit = Date.now() + 60_000;
	for (;;) {
		try {
			await assertNamespace(of.address);
			return;
		} catch (error) {
			if (exit !== null || Date.now() > limit) {
				throw new ArbError({
					code: "unavailable",
					message: `the Temporal server did not come up (${exit ?? messageOf(error)}); its log ends with\n${logTail({ file: of.child.logFile, lines: 10 })}`,
					retryable: false,
					cause: error,
				});
			}
			await delay(50);
		}
	}
}

/**
 * Asks a server for its namespace `default`.
 *
 * @throws the client's error where the server does not answer.
 */
export async function assertNamespace(address: string): Promise<void> {
	const connection = await Connection.connect({ address, connectTimeout: 2_000 });
	try {
		await connection.workflowService.describeNamespace({ namespace: "default" });
	} finally {
		await connection.close();
	}
}

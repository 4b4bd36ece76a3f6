import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ArbError } from "../domain/errors.ts";
import { isRunning, type ProcessIdentity } from "./process-identity.ts";
import { ownIdentity } from "./run-record.ts";

interface LockContent {
	readonly process: ProcessIdentity;
	/** The npm that started it; `null` where none did. A run stops by itself when its starter has ended. */
	readonly starter: ProcessIdentity | null;
	/** ISO 8601, UTC. */
	readonly since: string;
}

/**
 * Takes the file that says that the system of this checkout runs. One whose process has ended is taken over; one whose starter has ended is about to
 * stop, which is waited for. Returns what gives the file back.
 *
 * @throws ArbError `conflict` with the process number and start time of the one that runs.
 */
export async function takeRunLock(of: {
	readonly file: string;
	readonly starter: ProcessIdentity | null;
	readonly stoppingLimitMs: number;
}): Promise<() => void> {
	const { file, starter } = of;
	mkdirSync(dirname(file), { recursive: true });
	const content: LockContent = { process: ownIdentity(), starter, since: new Date().toISOString() };
	const limit = Date.now() + of.stoppingLimitMs;
	for (;;) {
		try {
			writeFileSync(file, JSON.stringify(content), { flag: "wx" });
			return () => rmSync(file, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		const holder = readLock(file);
		if (holder === null || !isRunning(holder.process)) {
			rmSync(file, { force: true });
			continue;
		}
		const isStopping = holder.starter !== null && !isRunning(holder.starter);
		if (!isStopping || Date.now() > limit) {
			throw new ArbError({
				code: "conflict",
				message: `the system runs already: process ${holder.process.pid}, since ${holder.since}; stop it with Ctrl-C in its terminal or \`kill ${holder.process.pid}\``,
				retryable: true,
			});
		}
		await delay(100);
	}
}

function readLock(file: string): LockContent | null {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as LockContent;
	} catch {
		// Given back in between, or its holder died while it wrote: either way nobody holds it.
		return null;
	}
}

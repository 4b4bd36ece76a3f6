import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";

/**
 * One child process on file, so that a later run finds it when its parent was killed. Each child leads a process group of its own: `process.pid` is
 * the group's number too.
 */
export interface RunRecord {
	readonly name: string;
	readonly process: ProcessIdentity;
	readonly parent: ProcessIdentity;
	/** What makes this program end in good order. */
	readonly stopSignal: "SIGTERM" | "SIGINT";
}

/** Writes a record whole or not at all. Returns the file, to be removed when the child has ended. */
export function writeRunRecord(directory: string, record: RunRecord): string {
	mkdirSync(directory, { recursive: true });
	const file = join(directory, `${record.name}-${record.process.pid}.json`);
	writeFileSync(`${file}.part`, JSON.stringify(record));
	renameSync(`${file}.part`, file);
	return file;
}

/** The records of a directory; half-written ones (`.part`) never count. */
export function readRunRecords(directory: string): { readonly file: string; readonly record: RunRecord }[] {
	let names: string[];
	try {
		names = readdirSync(directory);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
	return names
		.filter((name) => name.endsWith(".json"))
		.map((name) => ({ file: join(directory, name), record: JSON.parse(readFileSync(join(directory, name), "utf8")) as RunRecord }));
}

/**
 * What a record means now: `owned` (its parent runs, leave it alone), `orphan` (it runs, its parent does not) or `stale` (it has ended, or its number
 * belongs to another process by now).
 */
export function recordState(record: RunRecord, running: (identity: ProcessIdentity) => boolean): "owned" | "orphan" | "stale" {
	if (running(record.parent)) return "owned";
	return running(record.process) ? "orphan" : "stale";
}

/**
 * Ends every child whose parent is gone, youngest first, and removes its record: its stop signal first, SIGKILL to its group when `graceMs` have passed.
 * Returns the ended children's names with their numbers.
 */
export async function endOrphans(of: { readonly directory: string; readonly graceMs: number }): Promise<readonly string[]> {
	const ended: string[] = [];
	const found = readRunRecords(of.directory).sort((a, b) => b.record.process.pid - a.record.process.pid);
	for (const { file, record } of found) {
		const state = recordState(record, isRunning);
		if (state === "owned") continue;
		if (state === "orphan") {
			process.kill(record.process.pid, record.stopSignal);
			const limit = Date.now() + of.graceMs;
			while (isRunning(record.process) && Date.now() < limit) await delay(25);
			ended.push(`${record.name} (pid ${record.process.pid})`);
			// The group may outlive its leader; only where the leader was ours a moment ago is the group's number certainly ours.
			killGroup(record.process.pid);
			while (isRunning(record.process)) await delay(25);
		}
		rmSync(file, { force: true });
	}
	return ended;
}

/** SIGKILL to a process group; a group that has ended already is fine. */
export function killGroup(pid: number): void {
	try {
		process.kill(-pid, "SIGKILL");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

/** The identity of the process that asks. */
export function ownIdentity(): ProcessIdentity {
	const identity = identityOf(process.pid);
	if (identity === null) throw new Error(`process ${process.pid} finds no entry of its own in the process table`);
	return identity;
}

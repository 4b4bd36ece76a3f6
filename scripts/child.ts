import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { ArbError } from "../domain/errors.ts";
import { identityOf } from "./process-identity.ts";
import { killGroup, ownIdentity, writeRunRecord } from "./run-record.ts";

export interface ChildOptions {
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly env?: NodeJS.ProcessEnv;
	readonly cwd?: string;
	readonly uid?: number;
	readonly gid?: number;
	/** Takes stderr and stdout, appended. */
	readonly logFile: string;
	/** Where the child's record is kept, see `run-record.ts`. */
	readonly recordDirectory: string;
	readonly stopSignal: "SIGTERM" | "SIGINT";
	/** Called with each line of stdout. */
	readonly onLine?: (line: string) => void;
}

export interface ChildExit {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

/** A running program in a process group of its own. */
export interface Child {
	readonly name: string;
	readonly pid: number;
	readonly logFile: string;
	/** Never rejects. */
	readonly exited: Promise<ChildExit>;
	/** Sends the stop signal, waits `graceMs` at most, then SIGKILLs what is left of the group. */
	stop(options: { readonly graceMs: number }): Promise<ChildExit>;
}

/**
 * Starts a program in its own process group, so that Ctrl-C in the terminal reaches the supervisor alone, which then stops its children in order.
 *
 * @throws ArbError `dependency_missing` where the program cannot be started.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
	mkdirSync(dirname(options.logFile), { recursive: true });
	const log = openSync(options.logFile, "a");
	const child = spawn(options.command, options.args, {
		cwd: options.cwd,
		env: options.env ?? process.env,
		detached: true,
		stdio: ["ignore", "pipe", log],
		...(options.uid === undefined ? {} : { uid: options.uid }),
		...(options.gid === undefined ? {} : { gid: options.gid }),
	});
	const exited = new Promise<ChildExit>((resolve) => {
		child.once("close", (code, signal) => {
			closeSync(log);
			resolve({ code, signal });
		});
	});
	await new Promise<void>((resolve, reject) => {
		child.once("spawn", resolve);
		child.once("error", (error) => {
			reject(
				new ArbError({
					code: "dependency_missing",
					message: `${options.name}: ${options.command} cannot be started: ${error.message}`,
					retryable: false,
					cause: error,
				}),
			);
		});
	});
	const pid = child.pid;
	if (pid === undefined)
		throw new ArbError({ code: "dependency_missing", message: `${options.name} has no process number`, retryable: false });
	const identity = identityOf(pid);
	// A program that ended at once has no identity any more; its exit tells the story.
	const record =
		identity === null
			? null
			: writeRunRecord(options.recordDirectory, {
					name: options.name,
					process: identity,
					parent: ownIdentity(),
					stopSignal: options.stopSignal,
				});
	if (child.stdout === null) throw new ArbError({ code: "dependency_missing", message: `${options.name} has no stdout`, retryable: false });
	createInterface({ input: child.stdout }).on("line", (line) => {
		writeSync(log, `${line}\n`);
		options.onLine?.(line);
	});
	const ended = exited.then((exit) => {
		killGroup(pid);
		if (record !== null) rmSync(record, { force: true });
		return exit;
	});
	return {
		name: options.name,
		pid,
		logFile: options.logFile,
		exited: ended,
		async stop({ graceMs }) {
			if (child.exitCode === null && child.signalCode === null) {
				child.kill(options.stopSignal);
				const timer = setTimeout(() => killGroup(pid), graceMs);
				// stdout may be held open by a grandchild: the leader's exit ends the group, and with it the pipe.
				child.once("exit", () => killGroup(pid));
				await ended;
				clearTimeout(timer);
			}
			return ended;
		},
	};
}

/** The last `lines` lines of a log, for a message about why a child died. */
export function logTail(of: { readonly file: string; readonly lines: number }): string {
	return readFileSync(of.file, "utf8").trimEnd().split("\n").slice(-of.lines).join("\n");
}

import { z } from "zod";
import { ArbError } from "../domain/errors.ts";
import { type ChildOptions, logTail, startChild } from "./child.ts";
import type { Supervisor } from "./supervisor.ts";

const announcement = z.looseObject({ ready: z.literal(true) });
/** The fields of the line by which a service says that it does its work now. */
export type Announcement = z.output<typeof announcement>;

/** Reads a line of stdout: the announcement, or `null` for any other line. */
export function parseAnnouncement(line: string): Announcement | null {
	if (!line.startsWith("{")) return null;
	try {
		const parsed = announcement.safeParse(JSON.parse(line));
		return parsed.success ? parsed.data : null;
	} catch {
		// A line that starts like JSON and is none is a line of log.
		return null;
	}
}

export interface ServiceOptions extends Omit<ChildOptions, "onLine" | "stopSignal"> {
	readonly supervisor: Supervisor;
	/** How long it may take to get ready. */
	readonly limitMs: number;
	/** How long it may take to stop. */
	readonly graceMs: number;
}

/**
 * Starts one of our own long-running processes and waits for its announcement.
 *
 * @throws ArbError `unavailable` with the end of its log where it ends first or takes too long.
 */
export async function startService(options: ServiceOptions): Promise<Announcement> {
	const ready = Promise.withResolvers<Announcement>();
	const child = await startChild({
		...options,
		stopSignal: "SIGTERM",
		onLine: (line) => {
			const fields = parseAnnouncement(line);
			if (fields !== null) ready.resolve(fields);
		},
	});
	options.supervisor.add(child, { graceMs: options.graceMs });
	const failed = (what: string) =>
		new ArbError({
			code: "unavailable",
			message: `${options.name} ${what}; its log ${child.logFile} ends with\n${logTail({ file: child.logFile, lines: 15 })}`,
			retryable: false,
		});
	const timer = setTimeout(() => ready.reject(failed(`did not get ready within ${options.limitMs / 1000} s`)), options.limitMs);
	void child.exited.then((exit) => ready.reject(failed(`ended before it was ready (${exit.signal ?? `exit code ${exit.code}`})`)));
	try {
		return await ready.promise;
	} finally {
		clearTimeout(timer);
	}
}

/**
 * Runs one of our own processes to its end.
 *
 * @throws ArbError `unavailable` with the end of its log where it fails.
 */
export async function runOnce(options: Omit<ServiceOptions, "limitMs">): Promise<void> {
	const child = await startChild({ ...options, stopSignal: "SIGTERM" });
	options.supervisor.add(child, { graceMs: options.graceMs, mayEnd: true });
	const exit = await child.exited;
	if (exit.code === 0) return;
	throw new ArbError({
		code: "unavailable",
		message: `${options.name} failed (${exit.signal ?? `exit code ${exit.code}`}); its log ${child.logFile} ends with\n${logTail({ file: child.logFile, lines: 15 })}`,
		retryable: false,
	});
}

import type { Logger } from "pino";
import { messageOf } from "../domain/errors.ts";

/** Tells whoever started this process that it does its work now, and where. */
export function announceReady(fields: Readonly<Record<string, unknown>> = {}): void {
	process.stdout.write(`${JSON.stringify({ ready: true, ...fields })}\n`);
}

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
	const controller = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"] as const) {
		process.on(name, () => {
			if (controller.signal.aborted) process.exit(1);
			controller.abort();
		});
	}
	return controller.signal;
}

/** Runs a process's main function: an error ends it with one clear line and exit code 1. */
export async function runProcess(log: Logger, main: () => Promise<void>): Promise<void> {
	try {
		await main();
	} catch (error) {
		log.fatal({ err: error }, messageOf(error));
		log.flush();
		process.exitCode = 1;
	}
}

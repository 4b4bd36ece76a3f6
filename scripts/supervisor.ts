import { ArbError } from "../domain/errors.ts";
import { type Child, logTail } from "./child.ts";

/** Keeps the children of one run: tells when one dies unasked, and stops all of them in the reverse order of their starting. */
export interface Supervisor {
	/** A child that comes while stopping is stopped at once. One that `mayEnd` is no failure when it does. */
	add(child: Child, options: { readonly graceMs: number; readonly mayEnd?: boolean }): void;
	/** Rejects with the last lines of its log when a child ends that nobody asked to end. Never resolves. */
	readonly failure: Promise<never>;
	/** Safe to call again: the second call waits for the first. */
	stop(): Promise<void>;
}

export function supervise(): Supervisor {
	const children: { readonly child: Child; readonly graceMs: number }[] = [];
	let stopping: Promise<void> | null = null;
	let fail: (error: ArbError) => void;
	const failure = new Promise<never>((_, reject) => {
		fail = reject;
	});
	// Whoever stops without having waited for a failure has no use for it.
	failure.catch(() => undefined);
	const stopAll = async () => {
		for (let last = children.pop(); last !== undefined; last = children.pop()) await last.child.stop({ graceMs: last.graceMs });
	};
	return {
		failure,
		add(child, { graceMs, mayEnd = false }) {
			children.push({ child, graceMs });
			if (stopping !== null) stopping = stopping.then(stopAll);
			void child.exited.then((exit) => {
				if (stopping !== null || mayEnd) return;
				fail(
					new ArbError({
						code: "unavailable",
						message: `${child.name} ended by itself (${exit.signal ?? `exit code ${exit.code}`}); its log ${child.logFile} ends with\n${logTail({ file: child.logFile, lines: 15 })}`,
						retryable: false,
					}),
				);
			});
		},
		async stop() {
			stopping ??= stopAll();
			// A child may be added while the others stop; its own stopping is then appended.
			for (let last: Promise<void> | null = null; last !== stopping; ) {
				last = stopping;
				await last;
			}
		},
	};
}

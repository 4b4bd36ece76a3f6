import { DefaultLogger, type LogLevel, Runtime } from "@temporalio/worker";
import { type Logger, pino } from "pino";
import type { Settings } from "../config/settings.ts";

/** Structured lines on standard error; standard output is for the one line that says the process is ready. */
export function openLog(settings: Pick<Settings, "LOG_LEVEL">, role: string): Logger {
	return pino({ level: settings.LOG_LEVEL, base: { role } }, pino.destination({ dest: 2, sync: false }));
}

/** Sends the Temporal runtime's own messages to the same place. Once per process, before the first connection. */
export function installRuntime(log: Logger, level: Settings["LOG_LEVEL"]): void {
	const levels: Record<LogLevel, "trace" | "debug" | "info" | "warn" | "error"> = {
		TRACE: "trace",
		DEBUG: "debug",
		INFO: "info",
		WARN: "warn",
		ERROR: "error",
	};
	Runtime.install({
		shutdownSignals: [],
		logger: new DefaultLogger(level === "debug" || level === "trace" ? "DEBUG" : "INFO", ({ level: at, message, meta }) => {
			log[levels[at]]({ ...meta }, message);
		}),
	});
}

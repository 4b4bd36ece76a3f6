import { delimiter } from "node:path";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";

/** The paths of a setting that takes one or several, with colons between them as in PATH. */
export function splitPaths(text: string): readonly string[] {
	return text.split(delimiter).filter((file) => file !== "");
}

const files = z.string().transform(splitPaths);

const settingsSchema = z.object({
	DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "is not a postgres:// URL"),
	TEMPORAL_ADDRESS: z.string().regex(/^[^\s:]+:\d+$/, "is not host:port"),
	TEMPORAL_NAMESPACE: z.string().min(1).default("default"),
	TEMPORAL_UI_URL: z.url().optional(),
	/** Settings of the chains, a JSON file each. The first is the one that is meant where none is named. */
	CHAIN_FILE: files.refine((list) => list.length > 0, "names no file"),
	/** JSON files with the signing keys, one for each chain that signs; absent in paper mode, which holds none. */
	KEYS_FILE: files.default([]),
	/** Directory of the registered model files; the models that come with the project where absent. */
	MODELS_DIR: z.string().min(1).optional(),
	API_HOST: z.string().min(1).default("127.0.0.1"),
	API_PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
	LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
	TASK_QUEUE_PREFIX: z.string().min(1).default("arb"),
});

export type Settings = z.output<typeof settingsSchema>;

/**
 * Reads the process's settings from its environment.
 *
 * @throws ArbError `configuration` that names each missing or bad variable.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
	const parsed = settingsSchema.safeParse(environment);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
	throw new ArbError({ code: "configuration", message: `environment: ${issues}; \`npm start\` sets all of these`, retryable: false });
}

/** Task queues by role. Each chain has its own; what is not urgent, of all chains, comes in one. */
export function taskQueues(prefix: string, chainId: number): { readonly chain: string; readonly background: string } {
	return { chain: `${prefix}-chain-${chainId}`, background: `${prefix}-background` };
}

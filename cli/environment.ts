import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChainConfig, readChainConfig } from "../config/chain.ts";
import { readSettings, type Settings } from "../config/settings.ts";

/** Where a running `npm start` leaves the settings of its processes. */
const RUNNING = join(dirname(dirname(fileURLToPath(import.meta.url))), ".data", "environment.json");

/** The process's own environment; what it does not name is taken from the system that `npm start` runs here. */
export function commandSettings(): Settings {
	return readSettings(commandEnvironment());
}

/** The chain that is set up here, for commands that need nothing else; null where none is. */
export function commandChain(): ChainConfig | null {
	const { CHAIN_FILE } = commandEnvironment();
	return CHAIN_FILE === undefined || CHAIN_FILE === "" ? null : readChainConfig(CHAIN_FILE);
}

function commandEnvironment(): NodeJS.ProcessEnv {
	const running: unknown = existsSync(RUNNING) ? JSON.parse(readFileSync(RUNNING, "utf8")) : {};
	return { ...(typeof running === "object" ? running : {}), ...process.env };
}

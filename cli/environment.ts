import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChainConfig } from "../config/chain.ts";
import { type ConfiguredChains, namedChain, readChains } from "../config/configured-chains.ts";
import { readSettings, type Settings, splitPaths } from "../config/settings.ts";

/** Where a running `npm start` leaves the settings of its processes. */
const RUNNING = join(dirname(dirname(fileURLToPath(import.meta.url))), ".data", "environment.json");

/** The process's own environment; what it does not name is taken from the system that `npm start` runs here. */
export function commandSettings(): Settings {
	return readSettings(commandEnvironment());
}

/** The chains that are set up here, for commands that need nothing else; null where none is. */
export function configuredChains(): ConfiguredChains | null {
	const { CHAIN_FILE } = commandEnvironment();
	return CHAIN_FILE === undefined || CHAIN_FILE === "" ? null : readChains(splitPaths(CHAIN_FILE));
}

/** The chains that a command is about: that of `--chain`, an id or a name, else every configured one. */
export function commandChains(idOrName: string | undefined): readonly ChainConfig[] {
	const chains = readChains(commandSettings().CHAIN_FILE);
	return idOrName === undefined ? chains : [namedChain(chains, idOrName)];
}

function commandEnvironment(): NodeJS.ProcessEnv {
	const running: unknown = existsSync(RUNNING) ? JSON.parse(readFileSync(RUNNING, "utf8")) : {};
	return { ...(typeof running === "object" ? running : {}), ...process.env };
}

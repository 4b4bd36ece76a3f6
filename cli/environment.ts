import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSettings, type Settings } from "../config/settings.ts";

/** Where a running `npm start` leaves the settings of its processes. */
const RUNNING = join(dirname(dirname(fileURLToPath(import.meta.url))), ".data", "environment.json");

/** The process's own environment; what it does not name is taken from the system that `npm start` runs here. */
export function commandSettings(): Settings {
	const running: unknown = existsSync(RUNNING) ? JSON.parse(readFileSync(RUNNING, "utf8")) : {};
	return readSettings({ ...(typeof running === "object" ? running : {}), ...process.env });
}

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { progress } from "./report.ts";

/** Installs what a benchmark compares with, apart from the project; `marker` is the last of its packages. */
export function installPeers(of: {
	readonly bench: string;
	readonly folder: string;
	readonly marker: string;
	readonly megabytes: number;
}): void {
	if (existsSync(join(of.folder, "node_modules", of.marker))) return;
	progress(`${of.bench}: installing what it is compared with (${of.megabytes} MB)`);
	execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: of.folder, stdio: ["ignore", "ignore", "inherit"] });
}

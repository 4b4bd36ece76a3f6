import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { contentHash } from "./content-hash.ts";
import { CACHE, ROOT } from "./paths.ts";

const MARK = join(CACHE, "dashboard-build");
const OUTPUT = join(ROOT, "ui", "build", "index.html");

/** Builds the dashboard into `ui/build` where its sources, or the packages it is made with, have changed since the last build. */
export async function buildDashboard(
	build: (command: { readonly args: readonly string[]; readonly cwd: string }) => Promise<void>,
): Promise<void> {
	const ui = join(ROOT, "ui");
	const hash = contentHash({ paths: [ui, join(ROOT, "package-lock.json")], base: ROOT, skip: ["build", ".svelte-kit", "node_modules"] });
	if (existsSync(OUTPUT) && existsSync(MARK) && readFileSync(MARK, "utf8") === hash) return;
	await build({ args: [join(ROOT, "node_modules/vite/bin/vite.js"), "build"], cwd: ui });
	mkdirSync(dirname(MARK), { recursive: true });
	writeFileSync(MARK, hash);
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { ROOT } from "./paths.ts";

// `npm test [-- FOLDER…]`. Vitest takes a relative filter as any part of a path (`api` would match `tests/api-story.test.ts` too): a folder or file that
// exists is passed on as its absolute path, which matches at the start only.
const filters = process.argv.slice(2).map((argument) => {
	const path = resolve(ROOT, argument);
	if (argument.startsWith("-") || !existsSync(path)) return argument;
	return /\.[a-z]+$/.test(path) ? path : path + sep;
});
const vitest = spawn(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...filters], { cwd: ROOT, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => vitest.kill(signal));
const [code] = (await once(vitest, "exit")) as [number | null];
process.exitCode = code ?? 1;

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

const bin = (path: string) => join(ROOT, "node_modules", path);

/** The stages of `npm run check`. All of them run; one that fails makes the whole fail. */
const STAGES: readonly { readonly name: string; readonly args: readonly string[]; readonly cwd?: string }[] = [
	{ name: "types", args: [bin("typescript/bin/tsc"), "-p", "."] },
	{ name: "lint and format", args: [bin("@biomejs/biome/bin/biome"), "ci", "--error-on-warnings", "."] },
	{ name: "import table", args: [bin("dependency-cruiser/bin/dependency-cruiser.mjs"), "--config", ".dependency-cruiser.cjs", "."] },
	{ name: "unused code", args: [bin("knip/bin/knip.js")] },
	...(existsSync(join(ROOT, "ui/tsconfig.json"))
		? [
				{ name: "dashboard routes", args: [bin("@sveltejs/kit/svelte-kit.js"), "sync"], cwd: "ui" },
				{
					name: "dashboard types",
					args: [bin("svelte-check/bin/svelte-check"), "--tsconfig", "./tsconfig.json", "--fail-on-warnings"],
					cwd: "ui",
				},
			]
		: []),
];

const failed: string[] = [];
for (const { name, args, cwd = "." } of STAGES) {
	const start = performance.now();
	const { status } = spawnSync(process.execPath, args, { cwd: join(ROOT, cwd), stdio: "inherit" });
	process.stdout.write(`check: ${name}: ${status === 0 ? "passed" : "FAILED"} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
	if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
	process.stdout.write(`check: failed: ${failed.join(", ")}\n`);
	process.exitCode = 1;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

// `npm run bench -- NAME [--json]` runs `bench/NAME.ts`.
const [name = "", ...rest] = process.argv.slice(2);
const folder = join(ROOT, "bench");
const file = join(folder, `${name}.ts`);
if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
	const names = readdirSync(folder).filter((entry) => entry.endsWith(".ts") && !entry.endsWith(".test.ts"));
	process.stderr.write(
		`bench: "${name}" is none of ${names.map((entry) => entry.slice(0, -3)).join(", ")}; \`npm run bench -- NAME [--json]\`\n`,
	);
	process.exitCode = 1;
} else {
	const bench = spawn(process.execPath, [file, ...rest], { cwd: ROOT, stdio: "inherit" });
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => bench.kill(signal));
	const [code] = (await once(bench, "exit")) as [number | null];
	process.exitCode = code ?? 1;
}

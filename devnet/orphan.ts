import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { ArbError } from "../domain/errors.ts";

const recordSchema = z.object({ anvil: z.int().min(1), parent: z.int().min(1) });

const END_LIMIT_MS = 20_000;

/** Notes which anvil serves a data directory, for whoever starts there after this process was killed. */
export async function recordAnvil(file: string, anvil: number): Promise<void> {
	await writeFile(file, JSON.stringify({ anvil, parent: process.pid }));
}

/**
 * Ends the anvil that a killed devnet left behind; it writes its state before it goes.
 *
 * @param of.mark text that the command line of that anvil contains, so that a reused process id is left alone
 * @throws ArbError `conflict` where the devnet that started it still runs, `timeout` where it does not end
 */
export async function endOrphan(of: { readonly file: string; readonly mark: string }): Promise<void> {
	let text: string;
	try {
		text = await readFile(of.file, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
		throw error;
	}
	const { anvil, parent } = recordSchema.parse(JSON.parse(text));
	const running = await parentOf(anvil, of.mark);
	if (running === parent) {
		throw new ArbError({
			code: "conflict",
			message: `a devnet already runs on this data directory (process ${parent}); stop it first`,
			retryable: false,
		});
	}
	if (running !== null) process.kill(anvil, "SIGTERM");
	const end = Date.now() + END_LIMIT_MS;
	while ((await parentOf(anvil, of.mark)) !== null) {
		if (Date.now() > end) {
			throw new ArbError({
				code: "timeout",
				message: `anvil (process ${anvil}) of an earlier devnet does not end; kill it`,
				retryable: true,
			});
		}
		await delay(50);
	}
	await rm(of.file);
}

/** The parent of a process whose command line contains the mark; null where there is no such process. */
async function parentOf(pid: number, mark: string): Promise<number | null> {
	let line: string;
	try {
		line = (await promisify(execFile)("ps", ["-ww", "-o", "ppid=,args=", "-p", String(pid)])).stdout;
	} catch (error) {
		// ps ends with 1 where no process matches.
		if (error instanceof Error && "code" in error && error.code === 1) return null;
		throw error;
	}
	return line.includes(mark) ? Number.parseInt(line, 10) : null;
}

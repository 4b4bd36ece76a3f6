import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityOf, isRunning } from "./process-identity.ts";
import { endOrphans, ownIdentity, recordState, writeRunRecord } from "./run-record.ts";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "arb-records-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A parent that starts a child by `startChild`, prints the child's number, and waits to be killed. */
async function parentWithChild(
	childScript: string,
): Promise<{ readonly parentPid: number; readonly childPid: number; kill(): Promise<void> }> {
	const script = `
		const { startChild } = await import(${JSON.stringify(join(import.meta.dirname, "child.ts"))});
		const child = await startChild({
			name: "stand-in", command: process.execPath, args: ["-e", ${JSON.stringify(childScript)}],
			logFile: ${JSON.stringify(join(directory, "stand-in.log"))}, recordDirectory: ${JSON.stringify(join(directory, "run"))}, stopSignal: "SIGTERM",
			onLine: () => console.log(child.pid),
		});`;
	const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
	const [line] = (await once(parent.stdout, "data")) as [Buffer];
	return {
		parentPid: parent.pid ?? 0,
		childPid: Number(line.toString()),
		async kill() {
			parent.kill("SIGKILL");
			await once(parent, "exit");
		},
	};
}

describe("records of running children", () => {
	it("lead the next run to the child of a parent that was killed, which it ends", async () => {
		const run = await parentWithChild("console.log('up'); setInterval(() => {}, 1000)");
		const child = identityOf(run.childPid);
		await run.kill();
		expect(child !== null && isRunning(child)).toBe(true);
		const ended = await endOrphans({ directory: join(directory, "run"), graceMs: 10_000 });
		expect(ended).toEqual([`stand-in (pid ${run.childPid})`]);
		expect(child !== null && isRunning(child)).toBe(false);
		expect(readdirSync(join(directory, "run"))).toEqual([]);
	});

	it("lead to SIGKILL for one that does not heed the stop signal", async () => {
		const run = await parentWithChild("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)");
		const child = identityOf(run.childPid);
		await run.kill();
		await endOrphans({ directory: join(directory, "run"), graceMs: 100 });
		expect(child !== null && isRunning(child)).toBe(false);
	});

	it("leave the child of a living parent alone", async () => {
		const run = await parentWithChild("console.log('up'); setInterval(() => {}, 1000)");
		expect(await endOrphans({ directory: join(directory, "run"), graceMs: 10_000 })).toEqual([]);
		expect(identityOf(run.childPid)).not.toBeNull();
		await run.kill();
		await endOrphans({ directory: join(directory, "run"), graceMs: 10_000 });
	});

	it("do not lead to a later process under the same number", async () => {
		const own = ownIdentity();
		const gone = { pid: own.pid, startedAt: "another boot/1" };
		writeRunRecord(join(directory, "run"), { name: "stand-in", process: gone, parent: gone, stopSignal: "SIGTERM" });
		expect(await endOrphans({ directory: join(directory, "run"), graceMs: 10_000 })).toEqual([]);
		expect(readdirSync(join(directory, "run"))).toEqual([]);
	});

	it.each([
		[["parent", "child"], "owned"],
		[["parent"], "owned"],
		[["child"], "orphan"],
		[[], "stale"],
	] as const)("are, with %o running, %s", (running, state) => {
		const identity = (name: string) => ({ pid: 1, startedAt: name });
		const record = { name: "stand-in", process: identity("child"), parent: identity("parent"), stopSignal: "SIGTERM" } as const;
		expect(recordState(record, ({ startedAt }) => (running as readonly string[]).includes(startedAt))).toBe(state);
	});
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startChild } from "./child.ts";
import { identityOf } from "./process-identity.ts";
import { runOnce, startService } from "./service.ts";
import { type Supervisor, supervise } from "./supervisor.ts";

let directory: string;
let supervisor: Supervisor;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "arb-supervisor-"));
	supervisor = supervise();
});
afterEach(async () => {
	await supervisor.stop();
	rmSync(directory, { recursive: true, force: true });
});

const standIn = (name: string, script: string) => ({
	name,
	command: process.execPath,
	args: ["-e", script],
	logFile: join(directory, `${name}.log`),
	recordDirectory: join(directory, "run"),
	supervisor,
});
const READY = `console.log(JSON.stringify({ ready: true, port: 7 })); setInterval(() => {}, 1000);`;

describe("the supervisor", () => {
	it("waits for a service's announcement and passes its fields on", async () => {
		const options = { ...standIn("a", `console.log("not yet"); console.log("{broken"); ${READY}`), limitMs: 60_000, graceMs: 5_000 };
		expect(await startService(options)).toEqual({ ready: true, port: 7 });
		expect(readFileSync(join(directory, "a.log"), "utf8")).toContain("not yet");
	});

	it("tells the end of the log of a service that ends before it is ready", async () => {
		const options = { ...standIn("a", `console.error("DATABASE_URL is missing"); process.exit(3)`), limitMs: 60_000, graceMs: 5_000 };
		await expect(startService(options)).rejects.toThrow(/a ended before it was ready \(exit code 3\)[\s\S]*DATABASE_URL is missing/);
	});

	it("gives up on a service that does not get ready", async () => {
		const options = { ...standIn("a", "setInterval(() => {}, 1000)"), limitMs: 50, graceMs: 5_000 };
		await expect(startService(options)).rejects.toThrow(/a did not get ready within 0.05 s/);
	});

	it("fails with the end of its log when a child dies unasked", async () => {
		const dies = `${READY} setTimeout(() => { console.error("out of memory"); process.kill(process.pid, "SIGKILL"); }, 50);`;
		await startService({ ...standIn("a", dies), limitMs: 60_000, graceMs: 5_000 });
		await expect(supervisor.failure).rejects.toThrow(/a ended by itself \(SIGKILL\)[\s\S]*out of memory/);
	});

	it("stops the children in the reverse order of their starting", async () => {
		const story = join(directory, "story");
		const script = (name: string) =>
			`process.on("SIGTERM", () => { require("node:fs").appendFileSync(${JSON.stringify(story)}, ${JSON.stringify(name)}); process.exit(0); }); ${READY}`;
		for (const name of ["a", "b", "c"]) await startService({ ...standIn(name, script(name)), limitMs: 60_000, graceMs: 5_000 });
		await supervisor.stop();
		expect(readFileSync(story, "utf8")).toBe("cba");
	});

	it("kills the whole group of a child that does not stop in time", async () => {
		const grandchild = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`;
		const script = `process.on("SIGTERM", () => {});
			const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" });
			console.log(JSON.stringify({ ready: true, grandchild: child.pid })); setInterval(() => {}, 1000);`;
		const ready = await startService({ ...standIn("a", script), limitMs: 60_000, graceMs: 100 });
		await supervisor.stop();
		await expect.poll(() => identityOf(Number(ready.grandchild)), { timeout: 20_000 }).toBeNull();
	});

	it("stops a child at once that comes while it stops", async () => {
		await supervisor.stop();
		const child = await startChild({ ...standIn("late", READY), stopSignal: "SIGTERM" });
		supervisor.add(child, { graceMs: 5_000 });
		await supervisor.stop();
		expect(await child.exited).toEqual({ code: null, signal: "SIGTERM" });
	});

	it("takes a program that is meant to end by its exit code", async () => {
		await expect(runOnce({ ...standIn("a", ""), graceMs: 1_000 })).resolves.toBeUndefined();
		const fails = { ...standIn("b", `console.error("no such table"); process.exit(1)`), graceMs: 1_000 };
		await expect(runOnce(fails)).rejects.toThrow(/b failed \(exit code 1\)[\s\S]*no such table/);
	});

	it("says which program is missing", async () => {
		const options = { ...standIn("a", ""), command: join(directory, "absent"), stopSignal: "SIGTERM" } as const;
		await expect(startChild(options)).rejects.toThrow(/absent cannot be started/);
	});
});

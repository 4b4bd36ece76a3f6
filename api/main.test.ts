import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { WebSocket } from "ws";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";
import { chainOf, deadPort, startNode } from "./testing/api.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

let fresh: FreshDatabase;
let node: Awaited<ReturnType<typeof startNode>>;
let directory = "";
const children: ChildProcess[] = [];

beforeAll(async () => {
	fresh = await freshDatabase();
	node = await startNode();
	directory = mkdtempSync(join(tmpdir(), "api-main-"));
	writeFileSync(join(directory, "chain.json"), JSON.stringify(chainOf({ rpcUrl: node.url })));
});
afterAll(async () => {
	for (const child of children) child.kill("SIGKILL");
	await node.close();
	await fresh.close();
	rmSync(directory, { recursive: true, force: true });
});

async function environment(): Promise<Record<string, string>> {
	return {
		DATABASE_URL: fresh.url,
		TEMPORAL_ADDRESS: inject("temporalAddress"),
		CHAIN_FILE: join(directory, "chain.json"),
		API_PORT: String(await deadPort()),
	};
}

function start(variables: Record<string, string>) {
	const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...variables }, stdio: ["ignore", "pipe", "pipe"] });
	children.push(child);
	return child;
}

describe("the API's process", () => {
	it("says when it is ready, answers, and ends its streams and itself on SIGTERM", async () => {
		const child = start(await environment());
		child.stderr.resume();
		const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
		const { ready, url } = JSON.parse(line) as { ready: boolean; url: string };
		expect(ready).toBe(true);
		const health = await fetch(`${url}/api/health`);
		expect([health.status, ((await health.json()) as { status: string }).status]).toEqual([200, "ok"]);

		const socket = new WebSocket(`${url.replace("http", "ws")}/api/stream`);
		await once(socket, "message");
		const closed = once(socket, "close");
		const exited = once(child, "exit");
		child.kill("SIGTERM");
		expect((await closed)[0]).toBe(1001);
		expect((await exited)[0]).toBe(0);
	});

	it("names what is missing from its environment and exits with 1", async () => {
		const { DATABASE_URL: _, ...incomplete } = await environment();
		const child = start(incomplete);
		let text = "";
		child.stderr.on("data", (chunk) => {
			text += chunk;
		});
		const [code] = await once(child, "close");
		expect(code).toBe(1);
		expect(text).toContain("DATABASE_URL");
	});

	it("says that a port is taken and exits with 1", async () => {
		const child = start({ ...(await environment()), API_PORT: new URL(node.url).port });
		let text = "";
		child.stderr.on("data", (chunk) => {
			text += chunk;
		});
		const [code] = await once(child, "close");
		expect(code).toBe(1);
		expect(text).toContain("set API_PORT to another");
	});
});

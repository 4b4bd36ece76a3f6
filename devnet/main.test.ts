import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readChainConfig } from "../config/chain.ts";
import { Rpc, readBlock } from "./rpc.ts";

const LIMIT_MS = 40_000;

async function until(condition: () => Promise<boolean>): Promise<void> {
	const end = Date.now() + LIMIT_MS;
	while (!(await condition())) {
		if (Date.now() > end) throw new Error(`not so within ${LIMIT_MS} ms`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

async function start(dataDir: string, extra: readonly string[] = []) {
	const child = spawn(
		process.execPath,
		[
			fileURLToPath(new URL("./main.ts", import.meta.url)),
			...["--data-dir", dataDir, "--rpc-port", "0", "--relay-port", "0", "--seed", "11", "--block-ms", "100", ...extra],
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	let log = "";
	child.stderr.on("data", (chunk: Buffer) => {
		log += chunk.toString();
	});
	const [line] = await Promise.race([
		once(createInterface({ input: child.stdout }), "line"),
		once(child, "exit").then(() => Promise.reject(new Error(`the devnet ended: ${log}`))),
	]);
	const ready: { readonly ready: boolean; readonly chainFile: string; readonly keysFile: string; readonly rpcUrl: string } =
		JSON.parse(line);
	return { child, ready, rpc: new Rpc(ready.rpcUrl), log: () => log };
}

describe("the devnet process", () => {
	let dataDir: string;
	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), "devnet-main-"));
	});
	afterAll(() => rm(dataDir, { recursive: true, force: true }));

	it("makes blocks with trades in them by itself, keeps them over a stop, and lets a competitor take gaps", async () => {
		const first = await start(dataDir);
		expect(first.ready.ready).toBe(true);
		const chain = readChainConfig(first.ready.chainFile);
		expect(chain.rpcUrl).toBe(first.ready.rpcUrl);
		await until(async () => (await readBlock(first.rpc, "latest")).number >= 12);
		first.child.kill("SIGTERM");
		const [code] = await once(first.child, "exit");
		expect(code, first.log()).toBe(0);

		const second = await start(dataDir, ["--competitor"]);
		expect(readChainConfig(second.ready.chainFile).genesisHash).toBe(chain.genesisHash);
		expect((await readBlock(second.rpc, "latest")).number).toBeGreaterThanOrEqual(12);
		await until(async () => second.log().includes("gap taken"));
		second.child.kill("SIGINT");
		expect((await once(second.child, "exit"))[0], second.log()).toBe(0);
	});

	it("ends with a clear error when anvil dies", async () => {
		const devnet = await start(dataDir);
		const pid = /anvil runs as process (\d+)/.exec(devnet.log())?.[1];
		process.kill(Number(pid), "SIGKILL");
		const [code] = await once(devnet.child, "exit");
		expect(code).toBe(1);
		expect(devnet.log()).toMatch(/anvil ended with SIGKILL/);
	});

	it("ends the anvil that a killed devnet left behind, and goes on where that one was", async () => {
		const killed = await start(dataDir);
		await expect(start(dataDir)).rejects.toThrow(/a devnet already runs on this data directory/);
		await until(async () => (await readBlock(killed.rpc, "latest")).number >= 20);
		killed.child.kill("SIGKILL");
		await once(killed.child, "exit");
		const { number, hash } = await readBlock(killed.rpc, "latest");
		const next = await start(dataDir);
		expect((await readBlock(next.rpc, number)).hash).toBe(hash);
		await expect(killed.rpc.call("eth_blockNumber")).rejects.toThrow(/does not answer/);
		next.child.kill("SIGTERM");
		await once(next.child, "exit");
	});

	it("says which port is busy", async () => {
		const devnet = await start(dataDir);
		const other = await mkdtemp(join(tmpdir(), "devnet-main-"));
		try {
			await expect(start(other, ["--rpc-port", new URL(devnet.ready.rpcUrl).port])).rejects.toThrow(/is port \d+ in use/);
		} finally {
			await rm(other, { recursive: true });
			devnet.child.kill("SIGTERM");
			await once(devnet.child, "exit");
		}
	});

	it("names a bad option", async () => {
		await expect(start(dataDir, ["--block-ms", "3"])).rejects.toThrow(/--block-ms/);
	});
});

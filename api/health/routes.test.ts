import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openDatabase } from "../../db/connection.ts";
import { chainOf, deadPort, type RunningApi, startApi, startNode } from "../testing/api.ts";
import { chainProbe, postgresProbe, temporalProbe } from "./dependencies.ts";
import { examine } from "./probe.ts";
import type { Health } from "./schema.ts";

let node: Awaited<ReturnType<typeof startNode>>;
let temporal: ReturnType<typeof temporalProbe>;
let deadTemporal: ReturnType<typeof temporalProbe>;
let dead = 0;
let api: RunningApi;

beforeAll(async () => {
	node = await startNode();
	dead = await deadPort();
	temporal = temporalProbe({ address: inject("temporalAddress"), namespace: "default" });
	deadTemporal = temporalProbe({ address: `127.0.0.1:${dead}`, namespace: "default" });
	api = await startApi({
		probes: [
			temporal,
			chainProbe(chainOf({ rpcUrl: node.url })),
			chainProbe({ ...chainOf({ rpcUrl: `http://127.0.0.1:${dead}` }), name: "dead" }),
		],
	});
});
afterAll(async () => {
	await api.close();
	await temporal[Symbol.asyncDispose]();
	await deadTemporal[Symbol.asyncDispose]();
	await node.close();
});

describe("GET /api/health", () => {
	it("answers 503 with each dependency's own state where one is down", async () => {
		const response = await api.ask("/api/health");
		expect(response.status).toBe(503);
		const health = (await response.json()) as Health;
		expect(health.status).toBe("degraded");
		expect(health.dependencies.map(({ name, status }) => [name, status])).toEqual([
			["temporal", "up"],
			["chain devnet", "up"],
			["chain dead", "down"],
		]);
		expect(health.dependencies[1]?.detail).toBe("block 42");
		expect(health.dependencies[2]?.detail).toContain("check that the node of chain 31337 runs");
	});
});

describe("probes", () => {
	it("find a Postgres server up, and one that is not there down", async () => {
		await using none = openDatabase(`postgres://nobody@127.0.0.1:${dead}/none`);
		expect((await examine(postgresProbe(api.fresh.db))).detail).toMatch(/^PostgreSQL 18/);
		expect((await examine(postgresProbe(none))).status).toBe("down");
	});

	it("find a Temporal server that is not there down, within the limit", async () => {
		const health = await examine(deadTemporal, 500);
		expect(health.status).toBe("down");
		expect(health.detail).toContain(`127.0.0.1:${dead}`);
	});

	it("find a node of another chain down", async () => {
		const health = await examine(chainProbe({ ...chainOf({ rpcUrl: node.url }), chainId: 1 }));
		expect(health).toMatchObject({ status: "down" });
		expect(health.detail).toContain("serves chain 31337, not 1");
	});

	it("give a dependency up that never answers", async () => {
		const health = await examine({ name: "silent", advice: "wait", ask: () => new Promise(() => undefined) }, 20);
		expect(health.detail).toBe("no answer within 20 ms; wait");
	});
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { contentHash } from "./content-hash.ts";
import { assertOneGenesis, bindStores, writeGenesis } from "./genesis.ts";
import { freePort } from "./port.ts";
import { startPostgres } from "./postgres.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { takeRunLock } from "./run-lock.ts";
import { awaitSettled } from "./settled-trades.ts";

const ONE = { chainId: 1, genesisHash: `0x${"1".repeat(64)}` };
const OTHER_ONE = { chainId: 1, genesisHash: `0x${"3".repeat(64)}` };
const TWO = { chainId: 2, genesisHash: `0x${"2".repeat(64)}` };

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "arb-state-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("the lock of a run", () => {
	const take = (starter: ProcessIdentity | null = null) =>
		takeRunLock({ file: join(directory, "supervisor.json"), starter, stoppingLimitMs: 60_000 });

	it("tells a second start the process and its start time", async () => {
		const giveBack = await take();
		await expect(take()).rejects.toThrow(new RegExp(`the system runs already: process ${process.pid}, since 20\\d\\d-`));
		giveBack();
		(await take())();
	});

	it.each([
		["holder that has ended", JSON.stringify({ process: { pid: process.pid, startedAt: "another boot/1" }, starter: null, since: "" })],
		["holder that was killed while it wrote", "{"],
	])("is taken over from a %s", async (_, content) => {
		writeFileSync(join(directory, "supervisor.json"), content);
		(await take())();
	});

	it("is waited for where the holder's starter has ended, since the holder then stops", async () => {
		const giveBack = await take({ pid: process.pid, startedAt: "another boot/1" });
		const second = take();
		giveBack();
		(await second)();
	});
});

describe("one genesis for chains, database and Temporal", () => {
	const stores = (database: string | null, temporal: string | null = database) => ({ database, temporal });

	it.each([
		["new stores", stores(null), [ONE, TWO]],
		["the same chains", stores(writeGenesis([ONE, TWO])), [ONE, TWO]],
		["a chain more than before", stores(writeGenesis([ONE])), [ONE, TWO]],
		["a chain less than before, which stays known", stores(writeGenesis([TWO, ONE])), [ONE]],
	])("accepts %s", (_, known, chains) => {
		const after = assertOneGenesis({ chains, stores: known });
		expect(writeGenesis(after)).toBe(known.database === null ? writeGenesis(chains) : writeGenesis([ONE, TWO]));
	});

	it.each([
		["another chain of the same id", stores(writeGenesis([ONE, TWO])), /chain 1 has genesis 0x3+, database and Temporal know it with 0x1+/],
		["stores of different chains", stores(writeGenesis([ONE]), writeGenesis([TWO])), /the database is of 1 0x1+, Temporal of 2 0x2+/],
		["a new Temporal beside an old database", stores(writeGenesis([ONE]), null), /Temporal of none yet/],
	])("refuses %s and says --fresh", (_, known, message) => {
		const check = () => assertOneGenesis({ chains: [OTHER_ONE, TWO], stores: known });
		expect(check).toThrow(message);
		expect(check).toThrow(/use --fresh/);
	});

	it("is written into new stores and found again", async () => {
		const name = `genesis_${process.pid}_${Date.now()}`;
		const admin = new pg.Client({ connectionString: inject("postgresUrl") });
		await admin.connect();
		await admin.query(`create database ${name}`);
		try {
			const stores = { databaseUrl: inject("postgresUrl").replace(/[^/]+$/, name), temporalFile: join(directory, "temporal.genesis") };
			await bindStores({ chains: [ONE], ...stores });
			await bindStores({ chains: [ONE, TWO], ...stores });
			await bindStores({ chains: [TWO], ...stores });
			await expect(bindStores({ chains: [OTHER_ONE], ...stores })).rejects.toThrow(/use --fresh/);
		} finally {
			await admin.query(`drop database ${name} with (force)`);
			await admin.end();
		}
	});
});

describe("an embedded PostgreSQL", () => {
	it("keeps its data and its password over a restart", async () => {
		const dataDir = join(directory, "postgres");
		const port = await freePort();
		const first = await startPostgres({ dataDir, port, isDurable: false });
		const client = new pg.Client({ connectionString: first.url });
		await client.connect();
		await client.query("create table kept (value numeric(78,0))");
		await client.query("insert into kept values (2::numeric ^ 200)");
		await client.end();
		await first.close();
		const second = await startPostgres({ dataDir, port, isDurable: false });
		try {
			expect(second.url).toBe(first.url);
			const again = new pg.Client({ connectionString: second.url });
			await again.connect();
			const { rows } = await again.query("select value::text from kept");
			await again.end();
			expect(rows).toEqual([{ value: (2n ** 200n).toString() }]);
		} finally {
			await second.close();
		}
	});

	it("says what its log says when it does not come up", async () => {
		const dataDir = join(directory, "postgres");
		await (await startPostgres({ dataDir, isDurable: false })).close();
		writeFileSync(join(dataDir, "PG_VERSION"), "9\n");
		await expect(startPostgres({ dataDir, isDurable: false })).rejects.toThrow(/did not come up[\s\S]*incompatible with server/);
	});
});

describe("waiting for settled lifecycles", () => {
	const trade = (workflowId: string, concludedAt: string) => ({
		workflowId,
		concludedAt,
		money: { netProfit: { raw: "5", formatted: "0.000000000000000005", symbol: "ETH" } },
		links: { temporal: null },
	});

	it("counts each one of this run once, in the order of settling", async () => {
		const early = trade("earlier-run", "2026-01-01T00:00:00.000Z");
		const pages = [
			[early],
			[trade("a", "2026-01-01T00:00:02.000Z"), early],
			["c", "b", "a"].map((id) => trade(id, "2026-01-01T00:00:03.000Z")),
		];
		const server = createServer((_request, response) =>
			response.end(JSON.stringify({ items: pages.length > 1 ? pages.shift() : pages[0] })),
		);
		const port = await freePort();
		await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
		const seen: string[] = [];
		const call = { apiUrl: `http://127.0.0.1:${port}`, since: new Date("2026-01-01T00:00:01.000Z"), signal: new AbortController().signal };
		await awaitSettled({ ...call, count: 2, limitMs: 60_000, onTrade: ({ workflowId }) => seen.push(workflowId) });
		expect(seen).toEqual(["a", "b"]);
		await expect(awaitSettled({ ...call, count: 9, limitMs: 300, onTrade: () => undefined })).rejects.toThrow(
			/3 of 9 lifecycles settled within 0.3 s/,
		);
		await new Promise((resolve) => server.close(resolve));
	});

	it("refuses an answer that is none of the API's", async () => {
		const server = createServer((_request, response) => response.end(JSON.stringify({ trades: [] })));
		const port = await freePort();
		await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
		const call = { apiUrl: `http://127.0.0.1:${port}`, since: new Date(), signal: new AbortController().signal };
		await expect(awaitSettled({ ...call, count: 1, limitMs: 60_000, onTrade: () => undefined })).rejects.toThrow(/not as documented/);
		await new Promise((resolve) => server.close(resolve));
	});
});

describe("the hash of a folder", () => {
	it("changes with a file's content and name, and not with what is skipped", () => {
		const hash = () => contentHash({ paths: [directory], base: directory, skip: ["build"] });
		writeFileSync(join(directory, "a.ts"), "1");
		const first = hash();
		writeFileSync(join(directory, "build"), "output");
		expect(hash()).toBe(first);
		writeFileSync(join(directory, "a.ts"), "2");
		const second = hash();
		writeFileSync(join(directory, "b.ts"), "");
		expect(new Set([first, second, hash()]).size).toBe(3);
		expect(readFileSync(join(directory, "build"), "utf8")).toBe("output");
	});
});

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readPools, upsertTokens } from "../db/registry.ts";
import { recordTvl } from "../db/tvl.ts";
import { messageOf } from "../domain/errors.ts";
import { type Exchange, startExchange } from "../market/testing/exchange.ts";
import { Factories } from "../market/testing/factories.ts";
import { type FreshDatabase, freshDatabase } from "../tests/setup/database.ts";

import { poolsCommand } from "./pools.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "arb-pools-"));
const ACCOUNT = `0x${"11".repeat(20)}`;

let exchange: Exchange;
let fresh: FreshDatabase;
let chainFile: string;

beforeAll(async () => {
	[exchange, fresh] = await Promise.all([startExchange(), freshDatabase()]);
	const { chain } = exchange;
	chainFile = join(folder, "chain.json");
	writeFileSync(
		chainFile,
		JSON.stringify({
			...chain,
			...{ name: "test", mode: "paper", startTokens: [chain.wrappedNative], executor: ACCOUNT, treasury: ACCOUNT },
			...{ rewardDistributor: ACCOUNT, operators: [], relays: [], walletLowWei: "0", walletTargetWei: "0", epochSeconds: 300 },
			shares: [{ account: ACCOUNT, shareBps: 10_000 }],
			policy: {
				...{ maxBlockAge: 1, maxPriceAgeBlocks: 1, deadlineBlocks: 1, confirmationDepth: 0, maxLifecyclesPerBlock: 1 },
				...{ minExpectedValueWei: "0", maxLossProbabilityPpm: 0, maxAmountInWithoutModel: "0", priorityFeeShareBps: 0 },
				slippageToleranceBps: 0,
			},
			limits: { maxAmountIn: "0", maxGasCostWei: "0", maxLossWeiPerDay: "0", maxSubmissionsPerMinute: 1 },
		}),
	);
	await upsertTokens(
		fresh.db,
		chain.tokens.map((token) => ({ ...token, chainId: chain.chainId, allowed: true, reason: "" })),
	);
});
afterAll(async () => {
	await Promise.all([exchange?.close(), fresh?.close()]);
	rmSync(folder, { recursive: true, force: true });
});

/** The command's work in this process: what it prints, what it says on standard error, and how it would end. */
async function pools(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
	let [out, err] = ["", ""];
	vi.stubEnv("CHAIN_FILE", chainFile).stubEnv("DATABASE_URL", fresh.url).stubEnv("TEMPORAL_ADDRESS", "127.0.0.1:1");
	const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
		err += String(text);
		return true;
	});
	const before = process.exitCode;
	try {
		await poolsCommand((line) => {
			out += `${line}\n`;
		}).parseAsync([...args], { from: "user" });
		return { code: Number(process.exitCode ?? 0), out, err };
	} catch (error) {
		return { code: 1, out, err: `${err}${messageOf(error)}` };
	} finally {
		process.exitCode = before;
		spy.mockRestore();
		vi.unstubAllEnvs();
	}
}

const CHAIN = ["--chain", "test"] as const;

function file(name: string, lines: readonly string[]): string {
	const path = join(folder, name);
	writeFileSync(path, `${lines.join("\n")}\n`);
	return path;
}

describe("arb pools", () => {
	it("imports a list, each pool after its factory has confirmed it, and names the lines that it refuses", async () => {
		const [pair = "", other = ""] = exchange.pairs;
		const [pool = "", second = ""] = exchange.v3Pools;
		const [native = "", , third = ""] = exchange.chain.tokens.map(({ address }) => address);
		// A pair of another factory from the same bytecode says of itself what a pair of ours would.
		const factories = new Factories(exchange);
		const stranger = await factories.pair(await factories.fork("uniswap-v2"), native, third);
		const path = file("list.jsonl", [
			JSON.stringify({ dex: "uniswap_v2", address: getAddress(pair), fee: 0.003, token0: { symbol: "A" } }),
			JSON.stringify({ dex: "uniswap-v3", pool }),
			JSON.stringify({ dex: "uniswap-v2", address: stranger }),
			JSON.stringify({ dex: "uniswap-v2", address: pool }),
			JSON.stringify({ dex: "bancor_v3", address: other }),
			"{ not json",
			JSON.stringify({ dex: "uniswap-v3" }),
			JSON.stringify({ address: second }),
			JSON.stringify({ dex: "uniswap-v2", address: other }),
		]);
		const { code, out, err } = await pools("import", path, ...CHAIN);
		expect(out).toBe("3 pools confirmed, 3 of them new, 3 may be searched; 6 lines refused\n");
		expect(code).toBe(1);
		for (const [line, why] of [
			[3, `${stranger} is no pool of uniswap-v2`],
			[4, `${pool} is no pool of uniswap-v2`],
			[5, "dex bancor-v3 is not among the chain's dexes (uniswap-v2, uniswap-v3)"],
			[6, "it is not JSON"],
			[7, '"" is no address of a pool'],
			[8, "it names no dex"],
		] as const) {
			expect(err).toContain(`line ${line}: ${why}`);
		}
		const stored = await readPools(fresh.db, 31337);
		expect(stored.map(({ address }) => address)).toEqual([pair, other, pool].toSorted());
		expect(stored.find(({ address }) => address === pool)).toMatchObject({ feePips: 3000, tickSpacing: 60, allowed: true });
	});

	it("imports CSV with named columns, with quotes, and with a dex for all lines", async () => {
		const [, second = "", third = ""] = exchange.v3Pools;
		const named = file("named.csv", ["tokens,dex,address", `"A, B",uniswap-v3,${second}`]);
		expect(await pools("import", named, ...CHAIN)).toMatchObject({
			code: 0,
			out: expect.stringContaining("1 pools confirmed, 1 of them new"),
		});
		const plain = file("plain.csv", [third, second]);
		expect(JSON.parse((await pools("import", plain, ...CHAIN, "--dex", "uniswap-v3", "--json")).out)).toEqual({
			...{ stored: 2, added: 1, searched: 2, refused: [] },
		});
	});

	it("discovers in every way, with what each found, and goes on from there", async () => {
		const first = await pools("discover", ...CHAIN, "--json");
		expect(first.code).toBe(0);
		const { results } = JSON.parse(first.out) as { results: { way: string; found: number; added: number }[] };
		expect(results.map(({ way, found }) => [way, found])).toEqual([
			["events", 2],
			["list", 2],
			["derivation", 2],
			["events", 3],
			["derivation", 3],
		]);
		const again = await pools("discover", ...CHAIN);
		expect(again.out).toMatch(/^uniswap-v2 +uniswap-v2 +events +0 +0 +complete$/m);
		expect(await pools("discover", ...CHAIN, "--dex", "curve")).toMatchObject({
			...{ code: 1, err: "the chain file has no dex curve; it has uniswap-v2, uniswap-v3" },
		});
	});

	it("lists pools by value, by dex and by age, with tokens by symbol and what the search makes of them", async () => {
		const [pair = ""] = exchange.pairs;
		const [pool = ""] = exchange.v3Pools;
		await recordTvl(fresh.db, {
			...{ chainId: 31337, blockNumber: 7, at: new Date(Date.now() - 300_000), returning: [] },
			values: [
				{ scope: "pool", name: pair, microUsd: "1500000000000", isPartial: false },
				{ scope: "pool", name: pool, microUsd: "2500000", isPartial: true },
			],
			leaving: [pool],
		});
		const { out } = await pools("list", ...CHAIN, "--sort", "tvl");
		const [head, first, second, third] = out.split("\n");
		expect(head).toMatch(/^pool +dex +family +tokens +fee +TVL, USD +at block +age +found at +search$/);
		expect(first).toMatch(
			new RegExp(`^${getAddress(pair)} +uniswap-v2 +uniswap-v2 +T\\d/T\\d +0.3 % +1,500,000 +7 +5 min +\\d+ +searched$`),
		);
		expect(second).toMatch(new RegExp(`^${getAddress(pool)} .* ≥ 2 +7 +5 min +\\d+ +below the floor$`));
		expect(third).toMatch(/ unknown /);
		const listed = JSON.parse((await pools("list", ...CHAIN, "--dex", "uniswap-v3", "--token", "T1", "--json", "--sort", "block")).out);
		expect(listed).toHaveLength(2);
		expect(listed.every(({ dex, allowed }: { dex: string; allowed: boolean }) => dex === "uniswap-v3" && allowed)).toBe(true);
		expect(await pools("list", ...CHAIN, "--limit", "2")).toMatchObject({ err: "there are more than these 2; --limit shows more\n" });
		expect((await pools("list", ...CHAIN, "--token", "NONE")).err).toContain("no token has that symbol");
	});

	it("shows a pool with its state, and says what to do about one that is not known", async () => {
		const [pair = ""] = exchange.pairs;
		const { pool, state } = JSON.parse((await pools("show", pair)).out);
		expect(pool).toMatchObject({ address: getAddress(pair), foundBy: "file", tvl: { usd: "1500000" } });
		expect(state).toMatchObject({ family: "uniswap-v2", reserve0: (10n ** 24n).toString() });
		expect(await pools("show", ACCOUNT)).toMatchObject({
			code: 1,
			err: expect.stringContaining("`arb pools import` takes it from a file"),
		});
	});

	it("has help with examples, as a program", async () => {
		const help = await promisify(execFile)(process.execPath, [join(root, "cli/arb.ts"), "pools", "import", "--help"]);
		expect(help.stdout).toContain("arb pools import addresses.csv --chain base --dex uniswap-v3");
	});
});

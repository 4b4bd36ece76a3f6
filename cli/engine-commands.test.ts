import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { engineModule } from "../rust-wasm/module.ts";

const root = join(import.meta.dirname, "..");
const recorded = join(root, "tests/fixtures/golden-families.jsonl");
const folder = mkdtempSync(join(tmpdir(), "arb-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

function arb(...args: readonly string[]): Promise<Ran> {
	return new Promise((resolve) => {
		execFile(process.execPath, [join(root, "cli/arb.ts"), ...args], { maxBuffer: 1 << 26 }, (error, out, err) =>
			resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
		);
	});
}

function file(name: string, lines: readonly unknown[]): string {
	const path = join(folder, name);
	writeFileSync(path, `${lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n")}\n`);
	return path;
}

const [weth, usdc, dai] = [1, 2, 3].map((n) => `0x${String(n).padStart(40, "0")}`) as [string, string, string];
const pair = (address: string, token0: string, token1: string, reserve0: string, reserve1: string) => ({
	family: "uniswap-v2",
	address,
	dex: "test",
	token0,
	token1,
	feePips: 3000,
	reserve0,
	reserve1,
});

describe("arb golden", () => {
	it("finds every recorded answer of every family equal to the wei", async () => {
		const { code, out } = await arb("golden", recorded, "--json");
		const report = JSON.parse(out) as {
			ok: boolean;
			badLines: unknown[];
			families: { family: string; answers: number; matches: number }[];
		};
		expect({ code, ok: report.ok, badLines: report.badLines }).toEqual({ code: 0, ok: true, badLines: [] });
		expect(report.families.length).toBeGreaterThanOrEqual(15);
		for (const { answers, matches } of report.families) expect(matches).toBe(answers);
	});

	it("exits with 1 where an answer differs or a line is none, and shows the first that differs whole", async () => {
		const [line = ""] = readFileSync(recorded, "utf8").split("\n");
		const row = JSON.parse(line) as { family: string; amountOut: string };
		const wrong = file("wrong.jsonl", [{ ...row, amountOut: "123456789" }, "no json", { family: "nobody", state: {} }]);
		const { code, out } = await arb("golden", wrong);
		expect(code).toBe(1);
		expect(out).toContain(`first mismatch of ${row.family}`);
		expect(out).toContain("contract 123456789");
		expect(out).toContain(`${wrong}:3: \`family\` "nobody" is not one that the engine knows`);
	});
});

describe("arb quote", () => {
	it("answers each line in order, a bad one with an error that names the field, and goes on", async () => {
		const pool = pair("0x0a", weth, usdc, "1000000", "2000000");
		const cases = file("cases.jsonl", [
			{ pool, tokenIn: weth, tokenOut: usdc, amountIn: "1000" },
			"{",
			{ pool: { ...pool, reserve0: "-1" }, tokenIn: weth, tokenOut: usdc, amountIn: "1000" },
			{ pool, tokenIn: weth, tokenOut: dai, amountIn: "1000" },
			{ pool, tokenIn: weth, tokenOut: usdc, amountIn: "0" },
			{ pool, tokenIn: weth, tokenOut: usdc, amountIn: "1.5" },
			{ pool, tokenIn: usdc, tokenOut: weth, amountIn: "2000" },
		]);
		const { code, out } = await arb("quote", "--file", cases);
		const lines = out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line) as { amountOut?: string; error?: { code: string; message: string } });
		expect(code).toBe(1);
		expect(lines.map((line) => line.amountOut ?? line.error?.code)).toEqual([
			"1992",
			"invalid_input",
			"invalid_state",
			"invalid_input",
			"amount_too_small",
			"invalid_input",
			"996",
		]);
		expect(lines[2]?.error?.message).toContain('"-1"');
		expect(lines[3]?.error?.message).toContain("tokenOut");
		expect(lines[5]?.error?.message).toContain("amountIn");
	});

	it("streams a hundred thousand lines", async () => {
		const pool = pair("0x0a", weth, usdc, "1000000000", "2000000000");
		const cases = Array.from({ length: 100_000 }, (_, i) => ({ pool, tokenIn: 0, tokenOut: 1, amountIn: String(i + 1) }));
		const { code, out } = await arb("quote", "--file", file("many.jsonl", cases));
		const lines = out.trimEnd().split("\n");
		expect([code, lines.length, lines[999]]).toEqual([0, 100_000, '{"amountOut":"1993"}']);
	});
});

describe("arb schema pool", () => {
	it("has a form for every family that the engine reads", async () => {
		const { out } = await arb("schema", "pool");
		const schema = JSON.parse(out) as { anyOf: { allOf: [unknown, { properties: { family: { const: string } } }] }[] };
		const families = engineModule()
			.families()
			.split("\n")
			.map((line) => line.split(" ")[0]);
		expect(schema.anyOf.map(({ allOf }) => allOf[1].properties.family.const)).toEqual(families);
	});
});

describe("arb search", () => {
	it("lists the profitable cycles with input, profit and hops, and counts them", async () => {
		const pools = file("pools.jsonl", [
			pair("0x0a", weth, usdc, "1000000000", "2000000000"),
			pair("0x0b", weth, usdc, "1000000000", "2100000000"),
			pair("0x0c", usdc, dai, "2000000000", "2000000000"),
			pair("0x0d", weth, dai, "1000000000", "2200000000"),
		]);
		const args = ["search", "--pools", pools, "--start", weth, "--max-hops", "3"];
		const listed = (await arb(...args, "--json")).out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line) as { grossProfit: string; hops: { pool: string }[] });
		expect(listed.map(({ hops }) => hops.map((hop) => hop.pool).join(">"))).toEqual(["0x0d>0x0c>0x0a", "0x0b>0x0a", "0x0d>0x0c>0x0b"]);
		expect(await arb(...args, "--count")).toEqual({ code: 0, out: "3\n", err: "" });
		expect((await arb(...args, "--top", "1", "--json")).out.split("\n").length).toBe(2);
	});

	it("goes on after a bad line and says so by its exit code", async () => {
		const pools = file("bad.jsonl", [pair("0x0a", weth, usdc, "1000000000", "2000000000"), { family: "uniswap-v2", address: "0x0b" }]);
		const { code, out, err } = await arb("search", "--pools", pools, "--start", weth, "--count");
		expect({ code, out }).toEqual({ code: 1, out: "0\n" });
		expect(JSON.parse(err)).toMatchObject({ line: 2, error: expect.stringContaining("reserve0") as string });
	});
});

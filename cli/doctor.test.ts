import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Exchange, startExchange } from "../market/testing/exchange.ts";
import { startNode } from "../market/testing/node.ts";
import { dexesList } from "./dexes.ts";
import { type DoctorOptions, doctorChain, doctorRegistry } from "./doctor.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "arb-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

interface Ran {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

function arb(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
	return new Promise((resolve) => {
		const options = { maxBuffer: 1 << 26, env: { ...process.env, CHAIN_FILE: "", ...environment } };
		execFile(process.execPath, [join(root, "cli/arb.ts"), ...args], options, (error, out, err) =>
			resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
		);
	});
}

/** The command's work in this process, with a chain file set up or with none. */
function registry(options: DoctorOptions, file = ""): ReturnType<typeof doctorRegistry> {
	vi.stubEnv("CHAIN_FILE", file);
	return doctorRegistry(options);
}

let exchange: Exchange;
beforeAll(async () => {
	exchange = await startExchange();
});
afterAll(() => exchange?.close());

/** A chain file of the test's exchange, with other dexes or other fields where asked for. */
function chainFile(name: string, changes: object = {}): string {
	const { chain } = exchange;
	const account = `0x${"11".repeat(20)}`;
	const path = join(folder, `${name}.json`);
	const settings = {
		...chain,
		...{ name: "devnet", mode: "devnet", startTokens: [chain.wrappedNative], treasury: account, operators: [account] },
		// Any contract will do for ours: the doctor asks whether there is code.
		...{ executor: chain.wrappedNative, rewardDistributor: chain.wrappedNative },
		...{ walletLowWei: "1", walletTargetWei: "2", relays: [], epochSeconds: 1, shares: [{ account, shareBps: 10_000 }] },
		policy: {
			...{ maxBlockAge: 1, maxPriceAgeBlocks: 1, deadlineBlocks: 1, confirmationDepth: 0, maxLifecyclesPerBlock: 1 },
			...{ minExpectedValueWei: "0", maxLossProbabilityPpm: 0, maxAmountInWithoutModel: "1" },
			...{ priorityFeeShareBps: 0, slippageToleranceBps: 0 },
		},
		limits: { maxAmountIn: "1", maxGasCostWei: "1", maxLossWeiPerDay: "1", maxSubmissionsPerMinute: 1 },
		...changes,
	};
	writeFileSync(path, JSON.stringify(settings));
	return path;
}

describe("arb doctor registry", () => {
	it("finds every row of the chain file right on the chain that it was written for", async () => {
		const { isGood, text } = await registry({ chain: "devnet" }, chainFile("good"));
		expect(isGood, text).toBe(true);
		expect(text).toMatch(/uniswap-v2 \(uniswap-v2\)\s+pool\s+0x\w{40}\s+derives from the row\s+ok/);
		expect(text).toMatch(/uniswap-v3 \(uniswap-v3\)\s+factory\s+0x\w{40}\s+getPool\([^)]*, 500\) is 0x\w{40}\s+ok/);
		expect(text).toMatch(/chain devnet \(31337\) at block \d+: all good$/);
	});

	it("prints the table and exits with 1 where a row is wrong", async () => {
		const [first, ...others] = exchange.chain.dexes;
		const file = chainFile("wrong", { dexes: [{ ...first, factory: `0x${"22".repeat(20)}` }, ...others] });
		const { code, out } = await arb(["doctor", "registry", "--chain", "devnet"], { CHAIN_FILE: file });
		expect(out).toMatch(/^uniswap-v2 \(uniswap-v2\)\s+factory\s+0x2{40}\s+has code\s+WRONG: no code$/m);
		expect(code).toBe(1);
	});

	it.each([
		[
			"a factory without code",
			0,
			{ factory: `0x${"22".repeat(20)}` },
			/uniswap-v2 \(uniswap-v2\)\s+factory\s+0x2{40}\s+has code\s+WRONG: no code/,
		],
		[
			"another contract in the factory's place",
			1,
			"v2 factory",
			/uniswap-v3 \(uniswap-v3\)\s+factory .* getPool\(.*\) is 0x\w{40}\s+WRONG: the call reverts/,
		],
		[
			"another creation code",
			0,
			{ derivation: { by: "init-code", salt: "packed-tokens", initCodeHash: `0x${"33".repeat(32)}` } },
			/uniswap-v2 \(uniswap-v2\)\s+pool\s+0x\w{40}\s+derives from the row\s+WRONG: 0x\w{40}/,
		],
	] as const)("names the row with %s", async (what, index, change, message) => {
		const dexes = exchange.chain.dexes.map((dex, i) => {
			if (i !== index) return dex;
			return { ...dex, ...(change === "v2 factory" ? { factory: exchange.chain.dexes[0]?.factory } : change) };
		});
		const file = chainFile(what.replaceAll(/\W/g, "-"), { dexes });
		const { isGood, text } = await registry({ chain: "31337" }, file);
		expect(text).toMatch(message);
		expect(text).toMatch(/: \d+ wrong$/);
		expect(isGood).toBe(false);
	});

	it("refuses a token whose decimals are not the chain's", async () => {
		const tokens = exchange.chain.tokens.map((token, i) => (i === 2 ? { ...token, decimals: 6 } : token));
		const file = chainFile("decimals", { tokens });
		const { isGood, text } = await registry({ chain: "devnet", json: true }, file);
		const { findings } = JSON.parse(text) as { readonly findings: readonly { readonly isGood: boolean }[] };
		expect(findings.filter((finding) => !finding.isGood)).toMatchObject([
			{ row: "chain file", contract: "T2", check: "decimals() is 6", found: "18" },
		]);
		expect(isGood).toBe(false);
	});

	it.each([
		["a chain that nobody knows", "mars", false, /the registry has no chain mars; it has ethereum \(1\)/],
		["a chain without a node", "base", false, /no node of chain base \(8453\) is set up: give --rpc-url/],
		["a node of another chain", "base", true, /the node serves chain 31337, asked about is chain 8453/],
	] as const)("says so for %s", async (_, chain, hasNode, message) => {
		await expect(registry({ chain, ...(hasNode ? { rpcUrl: exchange.chain.rpcUrl } : {}) })).rejects.toThrow(message);
	});
});

describe("arb doctor chain", () => {
	it.each([
		["cancun", { PUSH0: true, MCOPY: true, "TLOAD and TSTORE": true }],
		["shanghai", { PUSH0: true, MCOPY: false, "TLOAD and TSTORE": false }],
		["paris", { PUSH0: false, MCOPY: false, "TLOAD and TSTORE": false }],
	] as const)("proves what an EVM of %s has, and whether our executor runs there", async (hardfork, features) => {
		const node = await startNode(["--hardfork", hardfork, "--chain-id", "8453"]);
		try {
			const options = { chain: "base", rpcUrl: node.rpcUrl };
			const runs = hardfork === "cancun";
			const { text, isGood } = await doctorChain({ ...options, json: true });
			expect(JSON.parse(text)).toMatchObject({ chainId: 8453, features, variant: hardfork, isGood: runs });
			expect(isGood).toBe(runs);
			const { text: printed } = await doctorChain(options);
			expect(printed).toContain(`executor variant: ${hardfork}`);
			expect(printed).toContain("quotes build on the announced-sub-blocks, a decision is worth 200 ms");
		} finally {
			await node.close();
		}
	});

	it("asks the chain of the chain file where none is named", async () => {
		const { code, out } = await arb(["doctor", "chain"], { CHAIN_FILE: chainFile("own") });
		expect(out).toMatch(/^chain devnet \(31337\) at block \d+\n/);
		expect(code).toBe(0);
	});
});

describe("arb dexes list", () => {
	it("is a JSON array of rows with the reason where a dex is off", async () => {
		const { code, out } = await arb(["dexes", "list", "--json"]);
		const rows = JSON.parse(out) as readonly Readonly<Record<string, unknown>>[];
		expect(code).toBe(0);
		expect(new Set(rows.map((row) => row.dex)).size).toBeGreaterThanOrEqual(40);
		for (const row of rows) {
			expect(row).toMatchObject({
				dex: expect.any(String),
				chainId: expect.any(Number),
				family: expect.any(String),
				source: expect.any(String),
			});
			expect(typeof row.reason).toBe(row.enabled === true ? "undefined" : "string");
		}
	});

	it("narrows to a chain by its name or id", () => {
		const byName = dexesList({ chain: "gnosis" });
		expect(byName).toBe(dexesList({ chain: "100" }));
		expect(byName).toMatch(/^honeyswap\s+gnosis\s+uniswap-v2\s+0xA818b4F111Ccac7AA31D0BCc0806d64F2E0737D7\s+enabled$/m);
		expect(byName).not.toContain("ethereum");
	});

	it("has the dexes of the chain file on its chain", () => {
		vi.stubEnv("CHAIN_FILE", chainFile("listed"));
		expect(JSON.parse(dexesList({ chain: "devnet", json: true }))).toMatchObject([
			{ dex: "uniswap-v2", chainId: 31337, family: "uniswap-v2", enabled: true, source: "chain file", fee: { kind: "fixed", pips: 3000 } },
			{ dex: "uniswap-v3", chainId: 31337, family: "uniswap-v3", enabled: true, source: "chain file", fee: { kind: "by-pool" } },
		]);
	});
});

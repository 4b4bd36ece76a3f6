import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Exchange, startExchange } from "../market/testing/exchange.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "arb-tokens-"));
const ACCOUNT = `0x${"ab".repeat(20)}`;

let exchange: Exchange;
let chainFile: string;

beforeAll(async () => {
	exchange = await startExchange();
	const { chain } = exchange;
	chainFile = join(folder, "chain.json");
	writeFileSync(
		chainFile,
		JSON.stringify({
			...chain,
			...{ name: "test", mode: "paper", startTokens: [chain.wrappedNative] },
			// The third token is left out: it is one that is asked about.
			tokens: chain.tokens.slice(0, 2),
			...{ executor: ACCOUNT, treasury: ACCOUNT, rewardDistributor: ACCOUNT, operators: [], relays: [] },
			...{ walletLowWei: "0", walletTargetWei: "0", epochSeconds: 300, shares: [{ account: ACCOUNT, shareBps: 10_000 }] },
			policy: {
				...{ maxBlockAge: 1, maxPriceAgeBlocks: 1, deadlineBlocks: 1, confirmationDepth: 1, maxLifecyclesPerBlock: 1 },
				...{
					minExpectedValueWei: "0",
					maxLossProbabilityPpm: 0,
					maxAmountInWithoutModel: "0",
					priorityFeeShareBps: 0,
					slippageToleranceBps: 0,
				},
			},
			limits: { maxAmountIn: "0", maxGasCostWei: "0", maxLossWeiPerDay: "0", maxSubmissionsPerMinute: 1 },
		}),
	);
});

afterAll(async () => {
	await exchange?.close();
	rmSync(folder, { recursive: true, force: true });
});

function inspect(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
	return new Promise((resolve) => {
		execFile(process.execPath, [join(root, "cli/arb.ts"), "tokens", "inspect", ...args, "--chain", chainFile], (error, out, err) =>
			resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
		);
	});
}

describe("arb tokens inspect", () => {
	it("prints as a table what a token did with its pools' balances", async () => {
		const [, , token] = exchange.chain.tokens.map(({ address }) => getAddress(address));
		const { code, out, err } = await inspect(token ?? "");
		expect({ code, err }).toEqual({ code: 0, err: "" });
		expect(out).toMatch(new RegExp(`^token {9,}WETH {2}${token} {2}chain 31337$`, "m"));
		expect(out).toMatch(/^verdict +allowed$/m);
		expect(out).toMatch(/^note +self_pull_free: transferFrom of one's own needs no allowance$/m);
		expect(out).toMatch(/^buy +unit +0x\w{40} +1 +1 +1 +true +\d+$/m);
		expect(out.split("\n").every((line) => line === line.trimEnd())).toBe(true);
	});

	it("gives facts and verdict as JSON, and ends with 1 for a token that is excluded", async () => {
		const { code, out } = await inspect(ACCOUNT, "--json");
		expect(code).toBe(1);
		expect(JSON.parse(out)).toMatchObject({
			facts: { chainId: 31337, address: ACCOUNT, codeBytes: 0, here: null },
			verdict: { allowed: false, exclusion: { code: "no_code" }, notes: [] },
		});
	});

	it("names what is wrong with its arguments", async () => {
		const wrong = getAddress(ACCOUNT).replace("A", "a");
		expect(await inspect(wrong)).toMatchObject({ code: 1, err: `arb: ADDRESS: "${wrong}" is no address, or its checksum is wrong\n` });
		expect((await inspect(ACCOUNT, "--holder", "0x12")).err).toContain('--holder: "0x12" is no address');
	});
});

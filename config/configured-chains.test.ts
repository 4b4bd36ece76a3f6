import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { namedChain, readChains, servedChain } from "./configured-chains.ts";
import { keysOfChain } from "./keys.ts";
import { readSettings } from "./settings.ts";
import { chainFile } from "./testing/chain-file.ts";

const folder = mkdtempSync(join(tmpdir(), "arb-chains-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: unknown): string {
	const file = join(folder, `${name}.json`);
	writeFileSync(file, JSON.stringify(content));
	return file;
}

const own = (chainId: number, name: string) =>
	written(`${name}-${chainId}`, {
		...(chainFile([{ name: "v3", family: "uniswap-v3", factory: `0x${"22".repeat(20)}`, startBlock: 0 }]) as object),
		...{ chainId, name },
	});
const [first, second] = [own(71, "first"), own(72, "second")];
const keys = (chainId: number, digit: string) =>
	written(`keys-${chainId}-${digit}`, { chainId, operators: [`0x${digit.repeat(64)}`], treasury: `0x${digit.repeat(64)}` });

describe("the configured chains", () => {
	it("are those of the files that CHAIN_FILE names, in its order", () => {
		const settings = readSettings({
			...{ DATABASE_URL: "postgres://x", TEMPORAL_ADDRESS: "127.0.0.1:7233", CHAIN_FILE: [second, first].join(delimiter) },
		});
		expect(readChains(settings.CHAIN_FILE).map(({ chainId }) => chainId)).toEqual([72, 71]);
		expect(settings.KEYS_FILE).toEqual([]);
	});

	it.each([
		["one id", own(71, "third")],
		["one name", own(73, "first")],
	])("are refused where two files have %s", (_, file) => {
		expect(() => readChains([first, second, file])).toThrow(/are both of chain 7[13] or both called (first|third)/);
	});

	it("are found by id and by name, and what there is stands in the refusal", () => {
		const chains = readChains([first, second]);
		expect([namedChain(chains, "72").name, namedChain(chains, "first").chainId]).toEqual(["second", 71]);
		expect(() => namedChain(chains, "nix")).toThrow("chain nix is not configured; configured: first (71), second (72)");
	});

	it("need a name where a process serves one of several", () => {
		expect(servedChain(readChains([second]), undefined).chainId).toBe(72);
		expect(() => servedChain(readChains([first, second]), undefined)).toThrow(/say which by --chain \(first \(71\), second \(72\)\)/);
	});
});

describe("the keys of a chain", () => {
	it("are those of the file that is of it, wherever it stands", () => {
		const files = [keys(72, "1"), keys(71, "2")];
		expect(keysOfChain(files, 71)?.treasury).toBe(`0x${"2".repeat(64)}`);
		expect(keysOfChain(files, 5)).toBeNull();
	});

	it("are refused twice, and without a chain", () => {
		expect(() => keysOfChain([keys(71, "1"), keys(71, "2")], 71)).toThrow("2 of its files are of chain 71");
		const nameless = written("nameless", { operators: [`0x${"1".repeat(64)}`], treasury: `0x${"1".repeat(64)}` });
		expect(() => keysOfChain([nameless], 71)).toThrow(/nameless\.json: chainId/);
	});
});

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { keccak256 } from "ethers";
import { describe, expect, it } from "vitest";
import { CHAINS } from "../chains/all.ts";
import { DEPLOYMENTS } from "./all.ts";
import { type Deployment, type Dex, deploymentsOf } from "./deployment.ts";
import { poolAddress } from "./pool-address.ts";
import { uniswapV2 } from "./uniswap-v2.ts";

const require = createRequire(import.meta.url);

const label = ({ dex, family, chainId, factory, vault }: Deployment): string => `${dex} ${family} ${chainId} ${factory ?? vault}`;

/** Publishers of packages and repositories that list their own contracts. */
const OWN_SOURCES: Readonly<Record<string, RegExp>> = {
	curve: /^@curvefi\//,
	"balancer-v2": /^@balancer\//,
	beets: /^@balancer\//,
	"dodo-v2": /^@dodoex\//,
	"trader-joe-v1": /^@traderjoe-xyz\//,
	"pancakeswap-infinity": /^@pancakeswap\//,
	ambient: /^@crocswap-libs\//,
};

describe("registry of dexes", () => {
	const derived = DEPLOYMENTS.filter((row) => row.derivation !== undefined);

	it("derives every known pool from its row", () => {
		expect(derived.length).toBeGreaterThanOrEqual(60);
		for (const row of derived) {
			if (row.knownPool === undefined) throw new Error(label(row));
			expect(poolAddress(row, row.knownPool), label(row)).toBe(row.knownPool.address);
		}
	});

	it("has for every row a derived pool, a second source, or the dex's own package", () => {
		const unproven = DEPLOYMENTS.filter(
			(row) => row.derivation === undefined && row.alsoIn === undefined && OWN_SOURCES[row.dex]?.test(row.source) !== true,
		);
		expect(unproven.map(label)).toEqual([]);
	});

	it("names no factory twice on a chain, and no dex twice with the same contracts", () => {
		const factories = DEPLOYMENTS.flatMap(({ chainId, factory }) => (factory === undefined ? [] : [`${chainId} ${factory}`]));
		expect(factories.filter((key, i) => factories.indexOf(key) !== i)).toEqual([]);
		const rows = DEPLOYMENTS.map(label);
		expect(rows.filter((key, i) => rows.indexOf(key) !== i)).toEqual([]);
	});

	it("is about chains that it has the facts of", () => {
		const chains = new Set(CHAINS.map((chain) => chain.chainId));
		expect(DEPLOYMENTS.filter((row) => !chains.has(row.chainId)).map(label)).toEqual([]);
	});

	it.each([
		["uniswap-v2", "@uniswap/v2-core/build/UniswapV2Pair.json", 7],
		["quickswap-v2", "@uniswap/v2-core/build/UniswapV2Pair.json", 1],
		["uniswap-v3", "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json", 8],
		["sushiswap-v3", "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json", 7],
		["alienbase-v3", "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json", 1],
	])("creates the pools of %s from the published code of %s", (dex, artifact, deployments) => {
		const { bytecode } = JSON.parse(readFileSync(require.resolve(artifact), "utf8")) as { readonly bytecode: string };
		const code = bytecode.startsWith("0x") ? bytecode : `0x${bytecode}`;
		const hashes = derived
			.filter((row) => row.dex === dex)
			.map(({ derivation }) => derivation?.by === "init-code" && derivation.initCodeHash);
		expect(hashes).toEqual(Array(deployments).fill(keccak256(code)));
	});
});

describe("a row of the registry", () => {
	const row = uniswapV2.deployments[0];
	const withRow = (changes: object): Dex => ({ ...uniswapV2, deployments: [{ ...row, ...changes } as Dex["deployments"][number]] });

	it.each([
		[
			"a mistyped digit",
			{ factory: "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6e" },
			/dex uniswap-v2: deployments\.0\.factory: fails the checksum of EIP-55/,
		],
		["an address that is too short", { router: "0x5C69" }, /deployments\.0\.router: is not a 20-byte hex address/],
		["no contract", { factory: undefined }, /deployments\.0\.factory: a row needs a factory or a vault/],
		[
			"a derivation without a pool that proves it",
			{ knownPool: undefined },
			/deployments\.0\.knownPool: a derivation is carried over only/,
		],
		["a field that nobody reads", { initHash: "0x" }, /deployments\.0: Unrecognized key: "initHash"/],
		["no source", { source: "" }, /deployments\.0\.source/],
	])("is refused with %s, by the name of the field", (_, changes, message) => {
		expect(() => deploymentsOf(withRow(changes))).toThrow(message);
	});

	it("derives nothing where the key lacks what the salt needs", () => {
		const uniswapV3 = DEPLOYMENTS.find((each) => each.dex === "uniswap-v3" && each.chainId === 1);
		if (uniswapV3?.knownPool === undefined) throw new Error("no row");
		const { tokens } = uniswapV3.knownPool;
		expect(() => poolAddress(uniswapV3, { tokens })).toThrow("dex uniswap-v3 on chain 1: knownPool.fee is missing");
	});
});

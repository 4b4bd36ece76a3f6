import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { AbiCoder, Interface, JsonRpcProvider } from "ethers";
import { describe, expect, it } from "vitest";
import { CHAINS, chainFacts } from "../../config/chains/all.ts";
import { DEPLOYMENTS } from "../../config/dexes/all.ts";
import { LENDERS } from "../../config/lenders/all.ts";
import { startNode } from "../testing/node.ts";
import { checkDeployment } from "./findings.ts";
import { type NodeReader, openNode } from "./node-reader.ts";
import { questionsOf } from "./questions.ts";
import { checkRegistry } from "./registry.ts";

/** A node on which every address has code or none, and every call is answered alike. */
function node(chainId: number, { hasCode, answer }: { readonly hasCode: boolean; readonly answer: string | null }): NodeReader {
	return { chainId, blockNumber: 1, hasCode: async () => hasCode, call: async () => answer, [Symbol.dispose]: () => {} };
}

describe("the registry against a chain", () => {
	it.each(CHAINS.map((chain) => chain.name))(
		"finds every contract of %s missing on an empty chain, and each derivation still right",
		async (name) => {
			const facts = chainFacts(name);
			const findings = await checkRegistry(node(facts.chainId, { hasCode: false, answer: "0x" }), facts);
			const [derived, others] = [true, false].map((is) => findings.filter((finding) => (finding.check === "derives from the row") === is));
			expect(derived?.filter((finding) => !finding.isGood)).toEqual([]);
			expect(others?.filter((finding) => finding.isGood)).toEqual([]);
			const rows = new Set(findings.map((finding) => finding.row));
			for (const { dex, family } of DEPLOYMENTS.filter((row) => row.chainId === facts.chainId))
				expect(rows).toContain(`${dex} (${family})`);
			for (const { lender } of LENDERS.filter((row) => row.chainId === facts.chainId)) expect(rows).toContain(`lender ${lender}`);
		},
	);

	it("asks every enabled kind of dex something beside its code", () => {
		const silent = DEPLOYMENTS.filter((row) => row.off === undefined && questionsOf(row).length === 0).map((row) => row.family);
		expect([...new Set(silent)].sort()).toEqual(["ambient", "pancake-infinity", "ramses-v3", "solidly-v3"]);
	});

	it("finds the row of Uniswap V2 on Ethereum right where the published factory stands at its address", async () => {
		const row = DEPLOYMENTS.find(({ dex, chainId }) => dex === "uniswap-v2" && chainId === 1);
		if (row?.factory === undefined || row.knownPool === undefined) throw new Error("no row");
		const anvil = await startNode(["--chain-id", "1"]);
		const provider = new JsonRpcProvider(anvil.rpcUrl);
		try {
			const path = createRequire(import.meta.url).resolve("@uniswap/v2-core/build/UniswapV2Factory.json");
			const { evm } = JSON.parse(readFileSync(path, "utf8")) as {
				readonly evm: { readonly deployedBytecode: { readonly object: string } };
			};
			await provider.send("anvil_setCode", [row.factory, `0x${evm.deployedBytecode.object}`]);
			const createPair = new Interface(["function createPair(address,address)"]).encodeFunctionData("createPair", [
				...row.knownPool.tokens,
			]);
			const creation = await (await provider.getSigner(0)).sendTransaction({ to: row.factory, data: createPair, gasLimit: 5_000_000n });
			await creation.wait();
			using node = await openNode({ rpcUrl: anvil.rpcUrl, chainId: 1 });
			const findings = await checkDeployment(node, row);
			// The router alone is not there: nothing else of the row needs more than the factory.
			expect(findings.filter((finding) => !finding.isGood)).toMatchObject([{ contract: "router", found: "no code" }]);
			expect(findings.filter((finding) => finding.contract === "pool").map((finding) => finding.check)).toEqual([
				"has code",
				"derives from the row",
				"token0() is 0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
				"token1() is 0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
			]);
		} finally {
			provider.destroy();
			await anvil.close();
		}
	});

	it("shows what a contract answered instead of what its row says", async () => {
		const row = DEPLOYMENTS.find(({ dex, chainId }) => dex === "uniswap-v3" && chainId === 1);
		if (row === undefined) throw new Error("no row");
		const answer = AbiCoder.defaultAbiCoder().encode(["uint256"], [10]);
		const findings = await checkDeployment(node(1, { hasCode: true, answer }), row);
		const found = Object.fromEntries(findings.map((finding) => [finding.check, finding.found]));
		expect(found["feeAmountTickSpacing(500) is 10"]).toBe("");
		expect(found["feeAmountTickSpacing(3000) is 60"]).toBe("10");
		expect(found["getPool(0xa0b8…eb48, 0xc02a…6cc2, 500) is 0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640"]).toBe(
			"0x000000000000000000000000000000000000000a",
		);
	});

	it("tells a call that reverts, no answer, and an answer of another form apart", async () => {
		const row = DEPLOYMENTS.find(({ dex }) => dex === "shibaswap");
		if (row === undefined) throw new Error("no row");
		for (const [answer, found] of [
			[null, "the call reverts"],
			["0x", "no answer"],
			["0x1234", "an answer of another form: 0x1234"],
		] as const) {
			const findings = await checkDeployment(node(1, { hasCode: true, answer }), row);
			expect(findings.find((finding) => finding.check === "allPairsLength() answers")?.found).toBe(found);
		}
	});
});

import { AbiCoder } from "ethers";
import { describe, expect, it } from "vitest";
import { CHAINS, chainFacts } from "../../config/chains/all.ts";
import { DEPLOYMENTS } from "../../config/dexes/all.ts";
import { LENDERS } from "../../config/lenders/all.ts";
import { checkDeployment } from "./findings.ts";
import type { NodeReader } from "./node-reader.ts";
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

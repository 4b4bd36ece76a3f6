import { id } from "ethers";
import { describe, expect, it } from "vitest";
import { knownFunctions, PROXY_SLOTS, proxyOf } from "./code.ts";

const SUBJECT = `0x${"ab".repeat(20)}`;
const TARGET = "1234567890123456789012345678901234567890";
const ZERO = `0x${"".padStart(64, "0")}`;

describe("a token's code", () => {
	it("holds a function where its selector is at a byte, not between two", () => {
		const paused = id("paused()").slice(2, 10);
		const found = (code: string) => knownFunctions([code], SUBJECT).map(({ signature }) => signature);
		expect(found(`0x63${paused}14`)).toEqual(["paused()"]);
		expect(found(`0x6${paused}140`)).toEqual([]);
		expect(found(`0x6${paused}14063${paused}1`)).toEqual(["paused()"]);
		expect(found("0x")).toEqual([]);
	});

	it("is asked about the subject and an amount, but for what does more than read", () => {
		const selectors = ["flashFee(address,uint256)", "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)"].map((of) =>
			id(of).slice(2, 10),
		);
		const word = (value: bigint) => value.toString(16).padStart(64, "0");
		expect(knownFunctions([`0x${selectors[0]}`, `0x${selectors[1]}`], SUBJECT)).toMatchObject([
			{ kind: "flash_mint", data: `0x${selectors[0]}${word(BigInt(SUBJECT))}${word(10n ** 18n)}` },
			{ kind: "unusual_permit", data: null },
		]);
	});

	// EIP-1967 and EIP-1822 print these slots, USDC's proxy has the last one.
	it("keeps a proxy's implementation at the slots that the standards give", () => {
		expect(PROXY_SLOTS.map(({ slot }) => slot)).toEqual([
			"0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
			"0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
			"0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7",
			"0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3",
		]);
		const words = (at: number) => PROXY_SLOTS.map((_, i) => (i === at ? `0x${TARGET.padStart(64, "0")}` : ZERO));
		for (const [i, { kind }] of PROXY_SLOTS.entries()) expect(proxyOf("0x6000", words(i))).toEqual({ kind, implementation: `0x${TARGET}` });
		expect(proxyOf("0x6000", words(-1))).toBeNull();
		// Nodes may leave leading zeros out.
		expect(proxyOf("0x6000", ["0x0", `0x${TARGET}`])).toEqual({ kind: "eip-1967-beacon", implementation: `0x${TARGET}` });
	});

	it("is a minimal proxy where it is that and nothing else", () => {
		const code = `0x363d3d373d3d3d363d73${TARGET}5af43d82803e903d91602b57fd5bf3`;
		expect(proxyOf(code, [])).toEqual({ kind: "eip-1167", implementation: `0x${TARGET}` });
		expect(proxyOf(`${code}00`, [])).toBeNull();
	});
});

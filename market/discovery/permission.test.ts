import { describe, expect, it } from "vitest";
import type { ExchangeChain } from "../testing/exchange.ts";
import { admissionOf, permissionOf } from "./permission.ts";
import { sourceOf } from "./scope.ts";

const [WETH, USDC, FEE, OTHER] = ["01", "02", "03", "04"].map((byte) => `0x${byte.repeat(20)}`) as [string, string, string, string];
const POOL = `0x${"99".repeat(20)}`;
const DEX: ExchangeChain["dexes"][number] = {
	name: "v2",
	family: "uniswap-v2",
	factory: `0x${"aa".repeat(20)}`,
	feePips: 3000,
	startBlock: 0,
};
const CHAIN = {
	...{ chainId: 1, wrappedNative: WETH, dexes: [DEX] },
	tokens: [WETH, USDC, FEE].map((address) => ({ address, symbol: "T", decimals: 18 })),
};
const INSPECTED = [
	{ address: WETH, allowed: true, reason: "" },
	{ address: USDC, allowed: true, reason: "" },
	{ address: FEE, allowed: false, reason: "a transfer takes 1 %" },
];

describe("a pool's permission", () => {
	const admission = admissionOf(CHAIN, INSPECTED);
	const poolOf = (tokens: readonly string[], source = sourceOf(DEX)) =>
		permissionOf({ address: POOL, dex: "v2", tokens, source }, admission);

	it("does not ask for the pool's own token, which a composable pool lists", () => {
		expect(poolOf([WETH, POOL, USDC])).toEqual({ allowed: true, reason: "" });
	});

	it("is given where its dex and all its tokens are the chain's", () => {
		expect(poolOf([WETH, USDC])).toEqual({ allowed: true, reason: "" });
	});

	it.each([
		["a token that is excluded", [WETH, FEE], `token ${FEE} is excluded: a transfer takes 1 %`],
		["a token that the chain does not have", [WETH, USDC, OTHER], `token ${OTHER} is not among the chain's tokens`],
	])("is refused for %s", (_, tokens, reason) => {
		expect(poolOf(tokens)).toEqual({ allowed: false, reason });
	});

	it("is refused where the settings have another factory for its dex, or none", () => {
		const old = sourceOf({ ...DEX, factory: `0x${"bb".repeat(20)}` });
		expect(poolOf([WETH, USDC], old)).toMatchObject({ allowed: false, reason: expect.stringContaining("not among the chain's dexes") });
	});

	it("waits for the inspection of its tokens", () => {
		const { allowed, reason } = permissionOf(
			{ address: POOL, dex: "v2", tokens: [WETH, USDC], source: sourceOf(DEX) },
			admissionOf(CHAIN, []),
		);
		expect({ allowed, reason }).toEqual({ allowed: false, reason: `token ${WETH} is excluded: it was not inspected yet` });
	});
});

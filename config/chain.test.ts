import { describe, expect, it } from "vitest";
import { parseChainConfig } from "./chain.ts";
import { ACCOUNT, chainFile, USDC, WETH } from "./testing/chain-file.ts";

describe("the lenders of a chain file", () => {
	const AAVE = `0x${"aa".repeat(20)}`;

	it("are the Balancer vault alone where nothing else is named", () => {
		expect(parseChainConfig(chainFile(["uniswap-v2"]), "test").lenders).toEqual([{ kind: "balancer-v2", address: ACCOUNT }]);
	});

	it("are those that are named, each with what its kind needs", () => {
		const lenders = [
			{ kind: "aave-v3", address: AAVE.toUpperCase().replace("0X", "0x"), premiumRounding: "up" },
			{ kind: "morpho-blue", address: ACCOUNT },
		];
		expect(parseChainConfig({ ...chainFile(["uniswap-v2"]), lenders }, "test").lenders).toEqual([
			{ kind: "aave-v3", address: AAVE, premiumRounding: "up" },
			{ kind: "morpho-blue", address: ACCOUNT },
		]);
	});

	it.each([
		["needs lenders", { balancerVault: undefined }],
		["premiumRounding", { lenders: [{ kind: "aave-v3", address: AAVE }] }],
		[
			"stands twice",
			{
				lenders: [
					{ kind: "morpho-blue", address: AAVE },
					{ kind: "balancer-v2", address: AAVE },
				],
			},
		],
	])("are refused where: %s", (message, of) => {
		expect(() => parseChainConfig({ ...chainFile(["uniswap-v2"]), ...of }, "test")).toThrow(
			expect.objectContaining({ code: "configuration", message: expect.stringContaining(message) }),
		);
	});
});

describe("the dexes of a chain file", () => {
	it("are taken from the registry where only their name is written", () => {
		const { dexes } = parseChainConfig(chainFile(["uniswap-v2", "uniswap-v3"]), "test");
		expect(dexes).toMatchObject([
			{
				name: "uniswap-v2",
				family: "uniswap-v2",
				factory: "0x5c69bee701ef814a2b6a3edd4b1652cb9cc5aa6f",
				feePips: 3000,
				startBlock: 10_000_835,
			},
			{ name: "uniswap-v3", family: "uniswap-v3", factory: "0x1f98431c8ad98523631ae4a59f267346ea31f984", startBlock: 12_369_621 },
		]);
		expect(dexes[1]).not.toHaveProperty("feePips");
	});

	it("stand beside rows of the file's own, and read back as they were written", () => {
		const own = { name: "our-own", family: "uniswap-v2", factory: ACCOUNT, feePips: 2500, startBlock: 7 };
		const parsed = parseChainConfig(chainFile([own, "sushiswap-v2"]), "test");
		expect(parsed.dexes.map((dex) => dex.name)).toEqual(["our-own", "sushiswap-v2"]);
		expect(parseChainConfig(JSON.parse(JSON.stringify(parsed)), "test")).toEqual(parsed);
	});

	it.each([
		["no-such-dex", /test: dexes\.1: the registry has no dex no-such-dex on chain 1/],
		["quickswap-v2", /test: dexes\.1: the registry has no dex quickswap-v2 on chain 1/],
		["dodo-v2", /test: dexes\.1: the system does not trade on pools of family dodo-v2, which dodo-v2 has/],
		["defiswap", /test: dexes\.1: pairs of defiswap have fees of their own; write its row here with feePips/],
	])("are refused where the system cannot trade there: %s", (name, message) => {
		expect(() => parseChainConfig(chainFile(["uniswap-v2", name]), "test")).toThrow(message);
	});
});

describe("the ordering of a chain", () => {
	const withPolicy = (policy: object, more: object = {}) => {
		const file = chainFile(["uniswap-v3"]) as { readonly policy: object };
		return parseChainConfig({ ...file, ...more, policy: { ...file.policy, deadlineBlocks: undefined, ...policy } }, "test").policy;
	};

	it("sets deadline, fee and state where the file does not: of Ethereum the slot, and what builders are paid", () => {
		expect(withPolicy({})).toMatchObject({ deadlineBlocks: 1, placeBoughtBy: "builder-payment", state: "head-block" });
	});

	it.each([
		[
			{ kind: "pre-confirmed-sub-blocks", subBlockMs: 200 },
			2_000,
			{ deadlineBlocks: 1, placeBoughtBy: "priority-fee", state: "announced-sub-blocks" },
		],
		[
			{ kind: "first-come-first-served", expressLane: { auction: ACCOUNT, roundMs: 60_000, advantageMs: 200 } },
			250,
			{ deadlineBlocks: 2, placeBoughtBy: "base-fee-only", state: "head-block" },
		],
		[{ kind: "priority-fee" }, 3_000, { deadlineBlocks: 1, placeBoughtBy: "priority-fee", state: "head-block" }],
	])("is the file's own where it has one: %j", (ordering, blockTimeMs, expected) => {
		expect(withPolicy({}, { ordering, blockTimeMs })).toMatchObject(expected);
	});

	it("gives way to a deadline that an operator chose, and is missed where nothing says how long a decision lasts", () => {
		expect(withPolicy({ deadlineBlocks: 5 })).toMatchObject({ deadlineBlocks: 5 });
		const unknown = { chainId: 424_242, dexes: [{ name: "d", family: "uniswap-v3", factory: ACCOUNT, startBlock: 0 }] };
		expect(() => withPolicy({}, unknown)).toThrow("policy.deadlineBlocks");
	});
});

describe("the sources of prices in a chain file", () => {
	const FEED = { pair: "ETH/USD", tokens: [WETH], heartbeatSeconds: 3_600, deviationPpm: 5_000 };
	const prices = (feeds: readonly unknown[], more: object = {}) => ({ feeds, maxDisagreementPpm: 10_000, minDepthWei: "1", ...more });
	const chainWith = (change: object) => parseChainConfig({ ...chainFile(["uniswap-v3"]), ...change }, "test");

	it("have the registry's address where they name none, and read back as they were written", () => {
		const parsed = chainWith({ prices: prices([FEED]) });
		expect(parsed.prices).toMatchObject({ feeds: [{ ...FEED, tokens: [WETH.toLowerCase()] }], sequencer: null, maxHops: 3 });
		expect(parsed.prices?.feeds[0]?.address).toBe("0x5f4ec3df9cbd43714fe2740f5e3616155c5b8419");
		expect(parseChainConfig(JSON.parse(JSON.stringify(parsed)), "test")).toEqual(parsed);
	});

	it("have the registry's uptime feed and data fee on a rollup, also where the file leaves them out", () => {
		const base = chainWith({ chainId: 8453, dexes: ["uniswap-v3"], prices: prices([FEED], { sequencer: null }) });
		expect(base.prices?.sequencer).toEqual({ address: "0xbcf85224fc0756b9fa45aa7892530b47e10b6433", graceSeconds: 3_600 });
		expect(base.dataFee).toBe("op-stack");
		expect(chainWith({ chainId: 42161 }).dataFee).toBe("arbitrum");
		expect(chainWith({})).not.toHaveProperty("dataFee");
	});

	it.each([
		[
			"a feed that the registry does not have",
			[{ ...FEED, pair: "XYZ/USD" }],
			/prices\.feeds\.0\.address: the registry has no feed XYZ\/USD/,
		],
		["a token that is none of the file's", [{ ...FEED, tokens: [ACCOUNT] }], /prices\.feeds\.0\.tokens: 0x1111.* is none of the tokens/],
		["a token with two feeds", [FEED, { ...FEED, pair: "BTC/USD" }], /prices\.feeds\.1\.tokens: .* has a feed already/],
		["a feed without a heartbeat", [{ ...FEED, heartbeatSeconds: undefined }], /prices\.feeds\.0\.heartbeatSeconds/],
	])("are refused with %s", (_, feeds, message) => {
		expect(() => chainWith({ prices: prices(feeds) })).toThrow(message);
	});
});

describe("the assets of a chain file", () => {
	const tokens = (assets: readonly string[]) => ({
		tokens: [WETH, USDC].map((address, i) => ({ address, symbol: `T${i}`, decimals: 18, asset: assets[i] })),
	});

	it("name each token once", () => {
		const parse = (assets: readonly string[]) => parseChainConfig({ ...chainFile(["uniswap-v3"]), ...tokens(assets) }, "test");
		expect(parse(["ETH", "USD"]).tokens.map(({ asset }) => asset)).toEqual(["ETH", "USD"]);
		expect(() => parse(["ETH", "ETH"])).toThrow("two tokens of one chain have the same asset");
	});
});

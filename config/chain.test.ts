import { describe, expect, it } from "vitest";
import { parseChainConfig } from "./chain.ts";

const WETH = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const ACCOUNT = `0x${"11".repeat(20)}`;

/** A chain file of Ethereum with these dexes. */
function chainFile(dexes: readonly unknown[]): unknown {
	return {
		...{ chainId: 1, name: "ethereum", mode: "paper", rpcUrl: "http://127.0.0.1:8545", genesisHash: `0x${"ab".repeat(32)}` },
		...{ wrappedNative: WETH, startTokens: [WETH], stablecoins: [USDC] },
		tokens: [
			{ address: WETH, symbol: "WETH", decimals: 18 },
			{ address: USDC, symbol: "USDC", decimals: 6 },
		],
		dexes,
		...{ balancerVault: ACCOUNT, executor: ACCOUNT, treasury: ACCOUNT, rewardDistributor: ACCOUNT, operators: [] },
		...{ walletLowWei: "1", walletTargetWei: "2", relays: [], epochSeconds: 1, shares: [{ account: ACCOUNT, shareBps: 10_000 }] },
		policy: {
			...{ maxBlockAge: 1, maxPriceAgeBlocks: 1, deadlineBlocks: 1, confirmationDepth: 0, maxLifecyclesPerBlock: 1 },
			...{ minExpectedValueWei: "0", maxLossProbabilityPpm: 0, maxAmountInWithoutModel: "1" },
			...{ priorityFeeShareBps: 0, slippageToleranceBps: 0 },
		},
		limits: { maxAmountIn: "1", maxGasCostWei: "1", maxLossWeiPerDay: "1", maxSubmissionsPerMinute: 1 },
	};
}

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

describe("the sources of prices in a chain file", () => {
	const FEED = { pair: "ETH/USD", tokens: [WETH], heartbeatSeconds: 3_600, deviationPpm: 5_000 };
	const prices = (feeds: readonly unknown[], more: object = {}) => ({ feeds, maxDisagreementPpm: 10_000, minDepthWei: "1", ...more });
	const chainWith = (change: object) => parseChainConfig({ ...(chainFile(["uniswap-v3"]) as object), ...change }, "test");

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

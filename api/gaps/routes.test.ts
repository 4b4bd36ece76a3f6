import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChainConfig } from "../../config/chain.ts";
import { storeBestPrices } from "../../db/best-prices.ts";
import { bestPrices } from "../../db/schema.ts";
import { addressOf, CHAIN } from "../../db/testing/lifecycles.ts";
import { checksummed } from "../checksum.ts";
import { chainOf, type RunningApi, startApi } from "../testing/api.ts";
import type { ChainGaps } from "./schema.ts";

const ETHER = 10n ** 18n;
const OTHER = CHAIN + 1;
const POOL_ID = `0x${"b1".repeat(32)}`;
let api: RunningApi;

/** The test chain under another id, with assets for its two tokens. */
function chainWith(of: { readonly chainId: number; readonly usdc: string | undefined }): ChainConfig {
	const chain = chainOf({ rpcUrl: "http://127.0.0.1:1" });
	const tokens = chain.tokens.map(({ asset: _, ...token }) => {
		const asset = token.symbol === "WETH" ? "ETH" : of.usdc;
		return { ...token, ...(asset === undefined ? {} : { asset }) };
	});
	return { ...chain, chainId: of.chainId, name: `chain-${of.chainId}`, tokens };
}

beforeAll(async () => {
	const third = chainWith({ chainId: CHAIN + 2, usdc: undefined });
	api = await startApi({ chains: [chainWith({ chainId: CHAIN, usdc: "USD" }), chainWith({ chainId: OTHER, usdc: "USD" }), third] });
});
afterAll(() => api.close());
beforeEach(async () => {
	await api.fresh.db.drizzle.delete(bestPrices);
});

/** One coin buys `bought` whole dollars, which sell for `soldFor` thousandths of a coin. */
async function store(of: {
	readonly chainId: number;
	readonly bought: bigint;
	readonly soldFor: bigint;
	readonly ageSeconds?: number;
}): Promise<void> {
	await storeBestPrices(api.fresh.db, [
		{
			...{
				chainId: of.chainId,
				token: addressOf("usdc"),
				quoteToken: addressOf("weth"),
				buyPool: addressOf("a"),
				sellPool: POOL_ID,
			},
			...{ spent: ETHER.toString(), bought: (of.bought * 1_000_000n).toString(), soldFor: ((of.soldFor * ETHER) / 1_000n).toString() },
			...{
				blockNumber: of.chainId,
				blockHash: `0x${"ab".repeat(32)}`,
				blockTimestamp: Math.floor(Date.now() / 1_000) - (of.ageSeconds ?? 0),
			},
		},
	]);
}

const ask = async (): Promise<ChainGaps> => (await (await api.ask("/api/gaps")).json()) as ChainGaps;

describe("GET /api/gaps", () => {
	it("has nothing to compare before two chains have a price of one asset", async () => {
		await store({ chainId: CHAIN, bought: 2_000n, soldFor: 990n });
		expect((await ask()).gaps).toEqual([]);
	});

	it("names where to buy and where to sell, what is left after fees, and why that is not executed", async () => {
		await store({ chainId: CHAIN, bought: 2_000n, soldFor: 990n, ageSeconds: 3 });
		await store({ chainId: OTHER, bought: 1_900n, soldFor: 980n });
		const [gap, ...others] = (await ask()).gaps;
		expect(others).toEqual([]);
		expect(gap).toMatchObject({ asset: "USD", quoteAsset: "ETH", status: "gap", best: { buyOn: CHAIN, sellOn: OTHER, gapBps: 315.78 } });
		expect(gap?.best?.apartSeconds).toBeGreaterThanOrEqual(3);
		expect(gap?.whyNotExecuted).toContain("a transaction on each chain");
		expect(gap?.prices[0]).toMatchObject({
			...{ chainId: CHAIN, chain: `chain-${CHAIN}`, blockNumber: CHAIN, isStale: false },
			token: { symbol: "USDC", address: checksummed(addressOf("usdc")) },
			buy: { price: "0.0005", pool: checksummed(addressOf("a")) },
			// A pool of Uniswap V4 is named by its id.
			sell: { price: "0.000495", pool: POOL_ID },
		});
	});

	it("says so where fees take more than the prices are apart", async () => {
		await store({ chainId: CHAIN, bought: 2_000n, soldFor: 990n });
		await store({ chainId: OTHER, bought: 2_000n, soldFor: 995n });
		expect((await ask()).gaps[0]).toMatchObject({ status: "no_gap", best: { buyOn: CHAIN, sellOn: OTHER, gapBps: -50 } });
	});

	it("shows a price that is too old with its age, and compares it with nothing", async () => {
		await store({ chainId: CHAIN, bought: 2_000n, soldFor: 990n, ageSeconds: 90 });
		await store({ chainId: OTHER, bought: 1_000n, soldFor: 990n });
		const [gap] = (await ask()).gaps;
		expect(gap).toMatchObject({ status: "stale", best: null });
		expect(gap?.prices.map(({ isStale }) => isStale)).toEqual([true, false]);
		expect(gap?.whyNotExecuted).toMatch(new RegExp(`^Not compared: chain-${CHAIN}'s is 9\\d s old; at most 30 s are compared`));
	});

	it("takes a token of the same symbol for nothing where the settings name no asset", async () => {
		await store({ chainId: CHAIN, bought: 2_000n, soldFor: 990n });
		await store({ chainId: CHAIN + 2, bought: 1_000n, soldFor: 990n });
		expect((await ask()).gaps).toEqual([]);
	});
});

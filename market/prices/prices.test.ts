import { Contract, type InterfaceAbi } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceSettings } from "../../config/prices.ts";
import type { Pool } from "../../domain/pool.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { discoverPools } from "../discovery/events.ts";
import { readHoldings } from "../protocols/families.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { type PriceContracts, priceContracts } from "../testing/price-contracts.ts";
import { GAS_PRICE_ORACLE, NODE_INTERFACE, readDataFee } from "./data-fee.ts";
import { gatherPrices } from "./prices.ts";
import { readSequencer } from "./sequencer.ts";
import { readTwaps } from "./twap.ts";

const POOL_ABI: InterfaceAbi = [
	"function slot0() view returns (uint160, int24 tick, uint16 index, uint16 cardinality, uint16, uint8, bool)",
	"function observe(uint32[]) view returns (int56[] cumulatives, uint160[])",
	"function increaseObservationCardinalityNext(uint16)",
];

let exchange: Exchange;
let client: ChainClient;
let contracts: PriceContracts;
let pools: readonly Pool[];
let native = "";
let second = "";
let stable = "";
let nativeFeed: Contract;
let stableFeed: Contract;
let secondFeed: Contract;

beforeAll(async () => {
	exchange = await startExchange();
	client = await connectChain(exchange.chain, { pollMs: 50 });
	contracts = priceContracts(exchange.provider);
	pools = await discoverPools(client, exchange.chain, {});
	[native = "", second = "", stable = ""] = exchange.chain.tokens.map((token) => token.address);
	nativeFeed = await contracts.deployFeed();
	stableFeed = await contracts.deployFeed();
	secondFeed = await contracts.deployFeed({ decimals: 18, highest: 10n ** 30n });
});

afterAll(async () => {
	client?.close();
	await exchange?.close();
});

async function settingsWith(change: Partial<PriceSettings> = {}): Promise<PriceSettings> {
	const feed = async (pair: string, token: string, contract: Contract) => ({
		...{ pair, tokens: [token], address: (await contract.getAddress()).toLowerCase() },
		...{ heartbeatSeconds: 3_600, deviationPpm: 5_000 },
	});
	return {
		feeds: [
			await feed("ETH/USD", native, nativeFeed),
			await feed("USDC/USD", stable, stableFeed),
			await feed("TWO/USD", second, secondFeed),
		],
		...{ maxDisagreementPpm: 10_000, minDepthWei: (10n ** 18n).toString(), maxHops: 3, sequencer: null },
		...change,
	};
}

/** Feeds that say what the pools say: every token is worth the same, one dollar. */
async function agree(): Promise<void> {
	const updatedAt = (await client.head()).timestamp;
	await contracts.setRound(nativeFeed, { answer: 10n ** 8n, updatedAt });
	await contracts.setRound(stableFeed, { answer: 10n ** 8n, updatedAt });
	await contracts.setRound(secondFeed, { answer: 10n ** 18n, updatedAt });
}

async function gather(change: Partial<PriceSettings> = {}) {
	const block = await client.head();
	return { block, ...(await gatherPrices(client, { chain: { ...exchange.chain, prices: await settingsWith(change) }, block, pools })) };
}

async function timeTravel(seconds: number): Promise<void> {
	await exchange.provider.send("evm_increaseTime", [seconds]);
	await exchange.mine();
}

describe("prices of feeds and pools that agree", () => {
	it("come from the feeds, with source, block and age, and with the pools they were held against", async () => {
		await agree();
		await timeTravel(50);
		const found = await gather();
		const price = found.prices.find((each) => each.token === second);
		expect(price).toMatchObject({
			...{ numeratorWei: "1", denominatorUnits: "1", kind: "feed", source: (await secondFeed.getAddress()).toLowerCase() },
			blockNumber: found.block.number,
			compared: [{ kind: "depth", distancePpm: 0, disagrees: false }],
		});
		expect(price?.ageSeconds).toBeGreaterThanOrEqual(50);
		expect(found).toMatchObject({ nativeUsd: 1, nativeUsdSource: (await nativeFeed.getAddress()).toLowerCase(), refusedPrices: [] });
		expect(
			found.usdPrices?.map(({ token, numeratorAttodollars, denominatorUnits }) => [token, numeratorAttodollars, denominatorUnits]),
		).toEqual([native, second, stable].map((token) => [token, "1", "1"]));
	});

	it("give the wrapped coin its price in itself at any time", async () => {
		await agree();
		const found = await gather();
		expect(found.prices[0]).toEqual({
			token: native,
			numeratorWei: "1",
			denominatorUnits: "1",
			source: "wrapped-native",
			blockNumber: found.block.number,
		});
	});
});

describe("prices that a feed contradicts", () => {
	it("are refused and say by how much, and only what depends on them", async () => {
		await agree();
		await contracts.setRound(secondFeed, { answer: 11n * 10n ** 17n, updatedAt: (await client.head()).timestamp });
		const found = await gather();
		expect(found.prices.map((price) => price.token)).toEqual([native, stable]);
		expect(found.refusedPrices).toMatchObject([
			{ token: second, quote: "native", code: "sources_disagree", compared: [{ kind: "depth", distancePpm: 90_910, disagrees: true }] },
		]);
		expect(found.nativeUsd).toBe(1);
	});

	it("take the dollar from the native coin's feed where the stablecoin's own feed explains the gap", async () => {
		await agree();
		const updatedAt = (await client.head()).timestamp;
		// The stablecoin has lost half its peg: so half of the dollars is what its pool means.
		await contracts.setRound(stableFeed, { answer: 5n * 10n ** 7n, updatedAt });
		expect(await gather()).toMatchObject({ nativeUsd: null, nativeUsdSource: expect.stringContaining("is contradicted by depth") });
		await contracts.setRound(nativeFeed, { answer: 5n * 10n ** 7n, updatedAt });
		expect(await gather()).toMatchObject({ nativeUsd: 0.5 });
	});
});

describe("a feed that must not be used", () => {
	it.each([
		["stale", { answer: 10n ** 18n, updatedAt: 1 }, "feed_stale"],
		["at its bound", { answer: 10n ** 30n, updatedAt: 0 }, "feed_at_bound"],
		["with a round that was carried over", { answer: 10n ** 18n, updatedAt: 0, answeredInRound: 6n }, "feed_incomplete_round"],
		["negative", { answer: -1n, updatedAt: 0 }, "feed_not_positive"],
	])("leaves its token without a price: %s", async (_, round, code) => {
		await agree();
		await contracts.setRound(secondFeed, { ...round, updatedAt: round.updatedAt || (await client.head()).timestamp });
		const found = await gather();
		expect(found.refusedPrices).toMatchObject([{ token: second, code }]);
		expect(found.prices.map((price) => price.token)).toEqual([native, stable]);
	});

	it("is one without bounds, and an address without a contract", async () => {
		await agree();
		const unbounded = await contracts.deployFeed({ isBounded: false });
		await contracts.setRound(unbounded, { answer: 10n ** 8n, updatedAt: (await client.head()).timestamp });
		const { feeds } = await settingsWith();
		for (const address of [(await unbounded.getAddress()).toLowerCase(), `0x${"99".repeat(20)}`]) {
			const changed = feeds.map((feed) => (feed.pair === "TWO/USD" ? { ...feed, address } : feed));
			expect((await gather({ feeds: changed })).refusedPrices).toMatchObject([{ token: second, code: "feed_unreadable" }]);
		}
	});
});

describe("a mean of a Uniswap V3 pool's own observations", () => {
	const WINDOW = 60;
	async function mean(pool: string, windowSeconds = WINDOW, minDepthWei = 1n) {
		const found = pools.find((each) => each.address === pool);
		if (found === undefined) throw new Error(`no pool ${pool}`);
		const block = await client.head();
		const token = found.tokens.find((each) => each !== native) ?? "";
		const [reading] = await readTwaps(client, [{ pool: found, token, wrappedNative: native, windowSeconds, minDepthWei }], block);
		return { reading, block };
	}

	it("is refused while the pool keeps a single observation that is too young", async () => {
		const [pool = ""] = exchange.v3Pools;
		await exchange.send("swapV3", pool, true, 10n ** 21n, 4295128740n);
		await timeTravel(30);
		expect((await mean(pool)).reading).toMatchObject({
			refusal: {
				kind: "twap",
				code: "twap_too_short",
				message: expect.stringMatching(/its 1 observations reach back \d+ s; 60 s are asked for/),
			},
		});
	});

	it("is the time-weighted mean of the ticks that the pool had, whichever side the native coin is on", async () => {
		const [pool = ""] = exchange.v3Pools;
		const contract = new Contract(pool, POOL_ABI, await exchange.provider.getSigner(5));
		await contract.getFunction("increaseObservationCardinalityNext")(20, { gasLimit: 2_000_000 });
		await exchange.mine();
		const isNative0 = pools.find((each) => each.address === pool)?.tokens[0] === native;
		const history: { readonly at: number; readonly tick: number }[] = [];
		for (const [amount, zeroForOne] of [
			[10n ** 22n, true],
			[5n * 10n ** 22n, false],
			[2n * 10n ** 22n, true],
		] as const) {
			await exchange.send(
				"swapV3",
				pool,
				zeroForOne,
				amount,
				zeroForOne ? 4295128740n : 1461446703485210103287273052203988822378723970341n,
			);
			await timeTravel(37);
			const { timestamp } = await client.head();
			history.push({ at: timestamp, tick: Number((await contract.getFunction("slot0")()).tick) });
		}
		await timeTravel(11);
		const { reading, block } = await mean(pool);
		// Independent of the pool's counters: each tick held from its block to the next.
		let weighted = 0;
		for (const [i, { at, tick }] of history.entries()) {
			const until = history[i + 1]?.at ?? block.timestamp;
			weighted += tick * Math.max(0, until - Math.max(at, block.timestamp - WINDOW));
		}
		const tick = Math.floor(weighted / WINDOW);
		expect(new Set(history.map((each) => each.tick)).size).toBe(3);
		if (!reading || !("observation" in reading)) throw new Error(JSON.stringify(reading));
		const { price, ageSeconds, tolerancePpm } = reading.observation;
		const expected = 1.0001 ** (isNative0 ? -tick : tick);
		expect(Number(price.numerator) / Number(price.denominator) / expected).toBeCloseTo(1, 12);
		expect({ ageSeconds, tolerancePpm }).toEqual({ ageSeconds: 30, tolerancePpm: 100 });
	});

	it("is refused where the pool's mean liquidity offered too little of the native coin", async () => {
		const [pool = ""] = exchange.v3Pools;
		expect((await mean(pool, WINDOW, 2n * 10n ** 24n)).reading).toMatchObject({ refusal: { code: "twap_thin" } });
		expect((await mean(pool, WINDOW, 9n * 10n ** 23n)).reading).toHaveProperty("observation");
	});

	it("replaces a stale feed only together with a depth that agrees", async () => {
		await agree();
		await contracts.setRound(secondFeed, { answer: 10n ** 18n, updatedAt: 1 });
		await timeTravel(WINDOW);
		const twap = { windowSeconds: WINDOW };
		const found = await gather({ twap, maxDisagreementPpm: 100_000 });
		expect(found.prices.find((price) => price.token === second)).toMatchObject({
			kind: "twap",
			compared: [{ kind: "depth", disagrees: false }],
		});
		expect((await gather({ maxDisagreementPpm: 100_000 })).refusedPrices).toMatchObject([{ token: second, code: "feed_stale" }]);
	});
});

describe("tokens that have no pool with the native coin", () => {
	it("are priced over several pools where those are given", async () => {
		await agree();
		const far = pools.filter((pool) => !(pool.tokens.includes(native) && pool.tokens.includes(stable)));
		const { feeds } = await settingsWith();
		const prices = await settingsWith({ feeds: feeds.filter((feed) => feed.pair === "ETH/USD"), maxDisagreementPpm: 500_000 });
		const block = await client.head();
		const chain = { ...exchange.chain, prices };
		const direct = await gatherPrices(client, { chain, block, pools: far });
		expect(direct.prices.map((price) => price.token)).toEqual([native, second]);
		const reached = await gatherPrices(client, { chain, block, pools: far, maxHops: 3 });
		const price = reached.prices.find((each) => each.token === stable);
		expect(price?.source.split(">")).toHaveLength(2);
		expect(reached.usdPrices?.map((each) => each.token)).toEqual([native, second, stable]);
	});
});

describe("the sequencer of a rollup", () => {
	it("takes all prices away while it is down or has just come back", async () => {
		await agree();
		const feed = await contracts.deployFeed();
		const sequencer = { address: (await feed.getAddress()).toLowerCase(), graceSeconds: 600 };
		const now = (await client.head()).timestamp;
		for (const [answer, startedAt, status] of [
			[1n, now - 5_000, "down"],
			[0n, now - 100, "recovering"],
		] as const) {
			await contracts.setRound(feed, { answer, startedAt, updatedAt: startedAt });
			expect(await gather({ sequencer })).toMatchObject({ sequencer: { status }, nativeUsd: null, prices: [{ token: native }] });
		}
		await contracts.setRound(feed, { answer: 0n, startedAt: now - 5_000, updatedAt: now - 5_000 });
		// The swaps above have moved one of the pools away from its feed.
		const found = await gather({ sequencer, maxDisagreementPpm: 100_000 });
		expect(found).toMatchObject({ sequencer: { status: "up" }, nativeUsd: 1 });
		expect(found.prices).toHaveLength(3);
	});

	it("is unknown where there is no such feed", async () => {
		const nowhere = { address: `0x${"98".repeat(20)}`, graceSeconds: 600 };
		expect(await readSequencer(client, nowhere, await client.head())).toMatchObject({ status: "unknown" });
	});
});

describe("the fee for a transaction's data", () => {
	const transaction = { chainId: 31337, to: `0x${"ee".repeat(20)}`, calldata: `0x${"ab".repeat(500)}`, gas: 400_000n };

	it("is refused on a chain that is not of the kind that the settings say", async () => {
		const block = await client.head();
		for (const kind of ["op-stack", "arbitrum"] as const) {
			await expect(readDataFee(client, { kind, transaction, block })).rejects.toMatchObject({ code: "chain", retryable: false });
		}
	});

	it("is what the oracle says of the unsigned transaction on an OP-stack chain, with the operator fee once it has Isthmus", async () => {
		await contracts.place("FjordOracle", GAS_PRICE_ORACLE);
		const fjord = await readDataFee(client, { kind: "op-stack", transaction, block: await client.head() });
		// 500 bytes of calldata, and what is around them: chain id, nonce, fees, gas limit, address and the lengths.
		const around = Number(fjord / 1000n) - 500;
		expect(around).toBeGreaterThan(45);
		expect(around).toBeLessThan(75);
		await contracts.place("IsthmusOracle", GAS_PRICE_ORACLE);
		const isthmus = await readDataFee(client, { kind: "op-stack", transaction, block: await client.head() });
		expect(isthmus - fjord).toBe(1_200_000n);
	});

	it("is the poster's gas at the base fee on Arbitrum", async () => {
		await contracts.place("NodeInterface", NODE_INTERFACE);
		expect(await readDataFee(client, { kind: "arbitrum", transaction, block: await client.head() })).toBe(3_500n);
	});
});

describe("what pools hold", () => {
	it("is a pair's reserves, and a Uniswap V3 pool's balances rather than its virtual reserves", async () => {
		const block = await client.head();
		const holdings = await readHoldings({ client, pools, blockHash: block.hash });
		expect(holdings).toHaveLength(5);
		const [pool = ""] = exchange.v3Pools;
		const own = holdings.find((each) => each.pool.address === pool);
		for (const [i, token] of (own?.pool.tokens ?? []).entries()) {
			expect(await client.tokenBalanceOf({ token, account: pool, at: block })).toBe(own?.amounts[i]);
		}
	});
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import { type Call, type ChainClient, connectChain } from "../chain-client.ts";
import { loadTracked } from "../protocols/families.ts";
import { seededRandom } from "../testing/activity.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { farmToken, INIT_CODE_HASH, type PlantedPair, type PlantedPool, PoolFarm } from "../testing/pool-farm.ts";
import { findConcentrated } from "./concentrated-finder.ts";
import { readConcentrated } from "./concentrated-states.ts";
import { knowledgeOf, type Way } from "./knowledge.ts";
import { findPairs } from "./pair-finder.ts";
import { readPairs } from "./pair-states.ts";
import { STATUS } from "./record.ts";
import { wordsToRead } from "./tick-window.ts";

const MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11";
const NOBODY = `0x${"de".repeat(20)}`;
/** Contracts that answer any call with one word, and with two that no reserve or price fits. */
const ONE_WORD = `0x${"11".repeat(20)}`;
const TWO_WIDE = `0x${"12".repeat(20)}`;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = seededRandom(seed);
const MAX_UINT112 = (1n << 112n) - 1n;
const TIERS = [
	{ fee: 100, tickSpacing: 1 },
	{ fee: 500, tickSpacing: 10 },
	{ fee: 3000, tickSpacing: 60 },
	{ fee: 10_000, tickSpacing: 200 },
] as const;

let exchange: Exchange;
let farm: PoolFarm;
let client: ChainClient;
let pairs: readonly PlantedPair[];
let pools: readonly PlantedPool[];

beforeAll(async () => {
	console.log(`seed ${seed}`);
	exchange = await startExchange();
	farm = await PoolFarm.on(exchange);
	client = await connectChain(exchange.chain);
	pairs = randomPairs(200);
	pools = randomPools(60);
	await farm.plantPairs(pairs);
	await farm.plantPools(pools);
	await farm.setCode(MULTICALL3, farm.gathererCode);
	await farm.setCode(ONE_WORD, "0x600160005260206000f3");
	await farm.setCode(TWO_WIDE, "0x60001960005260001960205260406000f3");
	// The last pair is destroyed.
	await farm.setCode(farm.pairAddress(pairs.at(-1) ?? { i: 0, j: 0 }), "0x");
	await exchange.mine();
});

afterAll(async () => {
	client?.close();
	await exchange?.close();
});

function below(limit: number): number {
	return Math.floor(random() * limit);
}

function bits(most: number): bigint {
	let value = 0n;
	for (let i = 0; i < most; i += 16) value = (value << 16n) | BigInt(below(1 << 16));
	return BigInt.asUintN(1 + below(most), value);
}

function randomPairs(count: number): PlantedPair[] {
	const planted: PlantedPair[] = [];
	for (let j = 1; planted.length < count; j++) {
		for (let i = 0; i < j && planted.length < count; i++) {
			if (random() < 0.2) continue;
			const [reserve0, reserve1] = planted.length === 0 ? [MAX_UINT112, MAX_UINT112] : [bits(112), bits(112)];
			planted.push({ i, j, reserve0, reserve1 });
		}
	}
	return planted;
}

function randomPools(count: number): PlantedPool[] {
	return Array.from({ length: count }, (_, n): PlantedPool => {
		const tier = TIERS[n % TIERS.length] ?? TIERS[0];
		const place = { i: Math.floor(n / TIERS.length), j: 20 + (n % 3), ...tier };
		// Every tenth waits for its first price.
		if (n % 10 === 9) return { ...place, sqrtPriceX96: 0n, liquidity: 0n, ticks: [] };
		// The second has spacing 10 and tick -5: compressed ticks round down, so its price lies in word -1.
		const log2 = n === 1 ? Math.log2(1.0001) * -2.3 : (random() - 0.5) * 120;
		const sqrtPriceX96 = BigInt(Math.floor(2 ** (96 + log2)));
		const middle = Math.floor(Math.log(Number(sqrtPriceX96) / 2 ** 96) / Math.log(Math.sqrt(1.0001)) / tier.tickSpacing);
		const last = Math.floor(887_272 / tier.tickSpacing);
		const numbers = new Set([-last, last, ...Array.from({ length: below(40) }, () => middle + below(4000) - 2000)]);
		const ticks = [...numbers]
			.filter((number) => Math.abs(number) <= last)
			.sort((a, b) => a - b)
			.map((number) => [number * tier.tickSpacing, bits(128), bits(127) * (random() < 0.5 ? -1n : 1n)] as const);
		return { ...place, sqrtPriceX96, liquidity: bits(128), ticks };
	});
}

/** The same node as one that refuses some ways; each client learns for itself. */
function refusing(ways: readonly Way[]): { readonly client: ChainClient; readonly calls: Call[] } {
	const calls: Call[] = [];
	const own: ChainClient = {
		...client,
		callAt(blockHash, asked) {
			calls.push(...asked);
			const refused = asked.find(
				({ to, code }) => (ways.includes("override") && code !== undefined) || (ways.includes("multicall") && to === MULTICALL3),
			);
			return refused === undefined ? client.callAt(blockHash, asked) : Promise.reject(tooManyArguments());
		},
	};
	return { client: own, calls };
}

function tooManyArguments(): ArbError {
	const cause = { code: -32602, message: "too many arguments, want at most 2", data: undefined };
	return new ArbError({ code: "chain", message: "eth_call: refused", retryable: false, cause });
}

const WAYS = [
	["override", []],
	["multicall", ["override"]],
	["single", ["override", "multicall"]],
] as const;

describe.each(WAYS)("by %s", (way, refused) => {
	it("reads the reserves of many pairs, and says of each other address what it is", async () => {
		const { client: own, calls } = refusing(refused);
		const { hash } = await client.head();
		const known = pairs.slice(0, -1);
		const destroyed = farm.pairAddress(pairs.at(-1) ?? { i: 0, j: 0 });
		const addresses = [...known.map((pair) => farm.pairAddress(pair)), NOBODY, destroyed, v3Pool(), ONE_WORD, TWO_WIDE, weth()];
		const { status, reserves } = await readPairs(own, { addresses, blockHash: hash });
		const expected = known.flatMap(({ reserve0, reserve1 }) => [reserve0, reserve1].flatMap((value) => wordsOf(value)));
		expect([...reserves.subarray(0, known.length * 4)]).toEqual(expected);
		expect([...reserves.subarray(known.length * 4)].every((word) => word === 0n)).toBe(true);
		expect([...status.subarray(0, known.length)].every((each) => each === STATUS.read)).toBe(true);
		const { empty, reverted, malformed } = STATUS;
		expect([...status.subarray(known.length, -1)]).toEqual([empty, empty, reverted, malformed, malformed]);
		// WETH9 takes an unknown call for a deposit: a reader's static call forbids that, others answer nothing.
		expect(status.at(-1)).toBe(way === "override" ? reverted : empty);
		// What fails within Multicall3 is asked again alone.
		expect(waysOf(calls)).toEqual(new Set([...refused, way, ...(way === "multicall" ? ["single"] : [])]));
		expect(knowledgeOf(own).refused).toEqual(refused);
	});

	it("reads price, liquidity and all ticks around the price, and says of each other address what it is", async () => {
		const { client: own } = refusing(refused);
		const { hash } = await client.head();
		const strangers = [NOBODY, farm.pairAddress(pairs[0] ?? { i: 0, j: 0 }), ONE_WORD, TWO_WIDE];
		const asked = [...pools.map((pool) => ({ address: farm.poolAddress(pool), tickSpacing: pool.tickSpacing }))];
		const states = await readConcentrated(own, {
			pools: [...asked, ...strangers.map((address) => ({ address, tickSpacing: 60 }))],
			blockHash: hash,
			ticks: "around",
		});
		for (const [i, pool] of pools.entries()) {
			const tick = states.tick[i] ?? 0;
			const { lowestWord, highestWord } = wordsToRead(tick, pool.tickSpacing);
			expect([states.status[i], states.firstWord[i], states.lastWord[i]]).toEqual([STATUS.read, lowestWord, highestWord]);
			expect([...states.words.subarray(i * 6, i * 6 + 6)]).toEqual([...wordsOf(pool.sqrtPriceX96, 4), ...wordsOf(pool.liquidity)]);
			if (pool.sqrtPriceX96 !== 0n) expect(Math.abs(tick - tickOf(pool.sqrtPriceX96))).toBeLessThanOrEqual(1);
			const inside = pool.ticks.filter(([at]) => {
				const word = Math.floor(at / pool.tickSpacing / 256);
				return word >= lowestWord && word <= highestWord;
			});
			const [from = 0, to = 0] = states.start.subarray(i, i + 2);
			expect([...states.ticks.subarray(from, to)]).toEqual(inside.map(([at]) => at));
			expect([...states.gross.subarray(from * 2, to * 2)]).toEqual(inside.flatMap(([, gross]) => wordsOf(gross)));
			expect([...states.net.subarray(from * 2, to * 2)]).toEqual(inside.flatMap(([, , net]) => wordsOf(BigInt.asUintN(128, net))));
		}
		const { empty, reverted, malformed } = STATUS;
		expect([...states.status.subarray(pools.length)]).toEqual([empty, reverted, malformed, malformed]);
		expect(knowledgeOf(own).refused).toEqual(refused);
	});

	it("gives the adapters the same states", async () => {
		const { client: own } = refusing(refused);
		const { hash } = await client.head();
		const listed = [...pairs.slice(0, 20).map(pairOf), ...pools.slice(0, 8).map(poolOf), ...exchange.v3Pools.map(exchangePool)];
		const loaded = await loadTracked({ client: own, pools: listed, blockHash: hash });
		expect(loaded.size).toBe(listed.length);
		expect(loaded).toEqual(await loadTracked({ client, pools: listed, blockHash: hash }));
	});

	it.each([true, false])("finds the pools that exist between tokens with their states (derived: %s)", async (isDerived) => {
		const { client: own } = refusing(refused);
		const { hash } = await client.head();
		const tokens = Array.from({ length: 26 }, (_, k) => farmToken(25 - k));
		const of = (address: string, initCodeHash: string) => ({ address, ...(isDerived && { initCodeHash }) });
		const found = await findPairs(own, { factory: of(farm.factories.v2, INIT_CODE_HASH.pair), tokens, blockHash: hash });
		const planted = sorted(pairs.slice(0, -1), ({ i, j }) => [i, j]);
		expect(found.pools.map(({ address }) => address)).toEqual(planted.map((pair) => farm.pairAddress(pair)));
		expect([...found.states.reserves]).toEqual(
			planted.flatMap(({ reserve0, reserve1 }) => [reserve0, reserve1].flatMap((value) => wordsOf(value))),
		);

		const factory = of(farm.factories.v3, INIT_CODE_HASH.pool);
		const deep = await findConcentrated(own, { factory, tiers: TIERS, tokens, blockHash: hash });
		const expected = sorted(pools, ({ i, j, fee }) => [i, j, fee]);
		expect(deep.pools.map(({ address, fee, tickSpacing }) => ({ address, fee, tickSpacing }))).toEqual(
			expected.map((pool) => ({ address: farm.poolAddress(pool), fee: pool.fee, tickSpacing: pool.tickSpacing })),
		);
		expect(deep.states).toEqual(await readConcentrated(client, { pools: deep.pools, blockHash: hash, ticks: "around" }));
	});

	it("says that state is stale at a block that was reorganised away, and learns nothing from it", async () => {
		const { client: own } = refusing(refused);
		await exchange.mine();
		const { hash } = await client.head();
		await exchange.provider.send("anvil_reorg", [1, []]);
		const addresses = pairs.slice(0, 3).map((pair) => farm.pairAddress(pair));
		const stale = { code: "stale_state", retryable: true };
		await expect(readPairs(own, { addresses, blockHash: hash })).rejects.toMatchObject(stale);
		const asked = { pools: [{ address: v3Pool(), tickSpacing: 60 }], blockHash: hash };
		await expect(readConcentrated(own, { ...asked, ticks: "around" })).rejects.toMatchObject(stale);
		expect(knowledgeOf(own).refused).toEqual([]);
	});
});

describe("the node's limits", () => {
	it("are found by what calls leave out, where gas is short, even inside a pool's ticks", async () => {
		const { hash } = await client.head();
		const addresses = pairs.slice(0, -1).map((pair) => farm.pairAddress(pair));
		const asked = {
			pools: pools.map((pool) => ({ address: farm.poolAddress(pool), tickSpacing: pool.tickSpacing })),
			ticks: "around",
		} as const;
		const expected = [
			await readPairs(client, { addresses, blockHash: hash }),
			await readConcentrated(client, { ...asked, blockHash: hash }),
		] as const;
		await exchange.provider.send("evm_setBlockGasLimit", ["0x7a120"]);
		await exchange.mine();
		try {
			const short = await client.head();
			const { client: own, calls } = refusing([]);
			expect(await readPairs(own, { addresses, blockHash: short.hash })).toEqual(expected[0]);
			expect(calls.length).toBeGreaterThan(2);
			expect(await readConcentrated(own, { ...asked, blockHash: short.hash })).toEqual(expected[1]);
			expect(waysOf(calls)).toEqual(new Set(["override"]));
			const { client: lesser } = refusing(["override"]);
			expect(await readPairs(lesser, { addresses, blockHash: short.hash })).toEqual(expected[0]);
			expect(knowledgeOf(lesser).refused).toEqual(["override"]);
		} finally {
			await exchange.provider.send("evm_setBlockGasLimit", ["0x1c9c380"]);
			await exchange.mine();
		}
	});

	it.each([
		["that is too large", new ArbError({ code: "chain", message: "response size exceeded the limit", retryable: true })],
		["that comes too late", new ArbError({ code: "timeout", message: "no answer within 5000 ms", retryable: true })],
	])("are found by halving a call %s", async (_, error) => {
		const { hash } = await client.head();
		const addresses = pairs.map((pair) => farm.pairAddress(pair));
		const expected = await readPairs(client, { addresses, blockHash: hash });
		const { client: own, calls } = limited(({ data }) => (data.length - 2) / 40 > 40, error);
		expect(await readPairs(own, { addresses, blockHash: hash })).toEqual(expected);
		expect(waysOf(calls)).toEqual(new Set(["override"]));
		const before = calls.length;
		await readPairs(own, { addresses, blockHash: hash });
		expect(calls.length - before).toBeLessThanOrEqual(16);
	});

	it("lead to the next way where not even one pool passes", async () => {
		const { hash } = await client.head();
		const addresses = pairs.map((pair) => farm.pairAddress(pair));
		const expected = await readPairs(client, { addresses, blockHash: hash });
		const error = new ArbError({ code: "chain", message: "out of gas", retryable: true });
		const { client: own } = limited(({ code }) => code !== undefined, error);
		expect(await readPairs(own, { addresses, blockHash: hash })).toEqual(expected);
		expect(knowledgeOf(own).refused).toEqual(["override"]);
	});

	it("do not hide an error that says nothing of the call's form", async () => {
		const { hash } = await client.head();
		const error = new ArbError({ code: "chain", message: "daily request count exceeded, request rate limited", retryable: true });
		const { client: own, calls } = limited(() => true, error);
		await expect(readPairs(own, { addresses: [NOBODY], blockHash: hash })).rejects.toBe(error);
		expect(calls).toHaveLength(1);
	});
});

describe("a node that ignores overrides", () => {
	it("is noticed by the empty answer", async () => {
		const { hash } = await client.head();
		const own: ChainClient = { ...client, callAt: (at, calls) => client.callAt(at, calls.map(({ to, data }) => ({ to, data }))) }; // biome-ignore format: one thing
		const addresses = pairs.slice(0, 3).map((pair) => farm.pairAddress(pair));
		expect(await readPairs(own, { addresses, blockHash: hash })).toEqual(await readPairs(client, { addresses, blockHash: hash }));
		expect(knowledgeOf(own).refused).toEqual(["override"]);
	});
});

describe("bad input", () => {
	const tokens = [farmToken(0), farmToken(1)];
	const search = async (initCodeHash: string, address = farm.factories.v2) =>
		findPairs(client, { factory: { address, initCodeHash }, tokens, blockHash: (await client.head()).hash });

	it("is refused by the name of its field", async () => {
		const { hash } = await client.head();
		const invalid = (field: string) => ({ code: "invalid_input", message: expect.stringContaining(field) });
		await expect(readPairs(client, { addresses: ["0x12"], blockHash: hash })).rejects.toMatchObject(invalid("addresses"));
		const spacing = { pools: [{ address: NOBODY, tickSpacing: 0 }], blockHash: hash, ticks: "none" } as const;
		await expect(readConcentrated(client, spacing)).rejects.toMatchObject(invalid("tickSpacing"));
		await expect(search("0x12")).rejects.toMatchObject(invalid("factory.initCodeHash"));
		await expect(search(INIT_CODE_HASH.pair, "0x12")).rejects.toMatchObject(invalid("factory.address"));
	});

	it("names a hash that derives nothing where the factory has pools, and a factory that does not answer", async () => {
		const tokens = pairs.slice(0, 3).flatMap(({ i, j }) => [farmToken(i), farmToken(j)]);
		const { hash } = await client.head();
		const find = (factory: { readonly address: string; readonly initCodeHash?: string }) =>
			findPairs(client, { factory, tokens, blockHash: hash });
		await expect(find({ address: farm.factories.v2, initCodeHash: INIT_CODE_HASH.pool })).rejects.toMatchObject({
			code: "configuration",
			message: expect.stringContaining("factory.initCodeHash"),
		});
		await expect(find({ address: NOBODY })).rejects.toMatchObject({
			code: "configuration",
			message: expect.stringContaining("factory.address"),
		});
	});

	it("names the pool that is none of its family", async () => {
		const { hash } = await client.head();
		const pool = { ...pairOf(pairs[0] ?? { i: 0, j: 1 }), address: NOBODY };
		const loading = loadTracked({ client, pools: [pool], blockHash: hash });
		await expect(loading).rejects.toMatchObject({ code: "chain", message: expect.stringContaining(NOBODY) });
	});
});

function limited(isTooMuch: (call: Call) => boolean, error: ArbError): { readonly client: ChainClient; readonly calls: Call[] } {
	const calls: Call[] = [];
	const own: ChainClient = {
		...client,
		callAt(blockHash, asked) {
			calls.push(...asked);
			return asked.some(isTooMuch) ? Promise.reject(error) : client.callAt(blockHash, asked);
		},
	};
	return { client: own, calls };
}

function waysOf(calls: readonly Call[]): ReadonlySet<Way> {
	return new Set(calls.map(({ to, code }) => (code !== undefined ? "override" : to === MULTICALL3 ? "multicall" : "single")));
}

function wordsOf(value: bigint, words = 2): readonly bigint[] {
	return Array.from({ length: words }, (_, i) => BigInt.asUintN(64, value >> BigInt(64 * i)));
}

function tickOf(sqrtPriceX96: bigint): number {
	return Math.floor((2 * Math.log(Number(sqrtPriceX96) / 2 ** 96)) / Math.log(1.0001));
}

function sorted<T>(items: readonly T[], by: (item: T) => readonly number[]): T[] {
	return [...items].sort((a, b) => by(a).reduce((order, value, k) => order || value - (by(b)[k] ?? 0), 0));
}

function v3Pool(): string {
	return exchange.v3Pools[0] ?? "";
}

function weth(): string {
	return exchange.chain.wrappedNative;
}

function pairOf(pair: Pick<PlantedPair, "i" | "j">): Pool {
	const tokens = [farmToken(pair.i), farmToken(pair.j)];
	const fee = { feePips: 3000, tickSpacing: 0 };
	return { chainId: 31337, address: farm.pairAddress(pair), family: "uniswap-v2", dex: "v2", tokens, ...fee, details: {} };
}

function poolOf(pool: PlantedPool): Pool {
	const { fee: feePips, tickSpacing } = pool;
	const tokens = [farmToken(pool.i), farmToken(pool.j)];
	return { chainId: 31337, address: farm.poolAddress(pool), family: "uniswap-v3", dex: "v3", tokens, feePips, tickSpacing, details: {} };
}

function exchangePool(address: string, index: number): Pool {
	const [feePips = 0, tickSpacing = 1] = [[3000, 60], [500, 10], [100, 1]][index] ?? []; // biome-ignore format: a table
	const tokens = [NOBODY, NOBODY];
	return { chainId: 31337, address, family: "uniswap-v3", dex: "v3", tokens, feePips, tickSpacing, details: {} };
}

import { createRandom } from "../../devnet/random.ts";
import { engineMemoryBytes, engineModule } from "../../rust-wasm/module.ts";
import { type BenchResult, figure, progress, quantile } from "../report.ts";
import { concentrated, type Market, randomMarket, randomUpdates, reservesOf } from "./market.ts";

const POOLS = 50_000;
const TOKENS = 10_000;
const SEED = 17_105;
const UPDATES = 20_000;
const FOUR_HOP_UPDATES = 4_000;
/** As many as a watcher takes from a block. */
const LIMIT = 4;
const START = Uint32Array.of(0);
const BOUND = BigUint64Array.of(0n, 0n, 1n << 32n, 0n);
/** Pools per token above which it counts as a hub, by rank. */
const HUBS = 3;
const MIB = 2 ** 20;

type WasmEngine = InstanceType<ReturnType<typeof engineModule>["Engine"]>;

/** One pool's new state and the search that follows it, each timed alone; and what the states take in memory. */
export function measureSearch(signal: AbortSignal): {
	readonly results: readonly BenchResult[];
	readonly notes: readonly string[];
	readonly market: Market;
} {
	const market = randomMarket({ seed: SEED, pools: POOLS, tokens: TOKENS });
	progress(`engine: ${POOLS} pools, ${TOKENS} tokens, the hub is in ${market.degrees[0]} pools`);
	const random = createRandom(SEED, "which pools");
	const anyPool = Array.from({ length: UPDATES }, () => Math.floor(random.next() * POOLS));
	const updates = randomUpdates({ market, seed: SEED, pools: anyPool });
	const { Engine } = engineModule();
	const before = engineMemoryBytes();
	const pairs = new Engine();
	pairs.set_v2(market.shape, market.reserves);
	const results: BenchResult[] = [];
	const notes: string[] = [];
	const run = (engine: WasmEngine, of: { updates: typeof updates; count: number; maxHops: number; change?: (i: number) => void }) => {
		const times: number[] = [];
		let profitable = 0;
		for (let i = 0; i < of.count; i++) {
			signal.throwIfAborted();
			const pool = of.updates.pools.subarray(i, i + 1);
			const reserves = of.updates.reserves.subarray(i * 4, i * 4 + 4);
			const start = process.hrtime.bigint();
			if (of.change === undefined) engine.set_reserves(pool, reserves);
			else of.change(i);
			const found = engine.search(pool, START, of.maxHops, LIMIT, false, false, BOUND);
			times.push(Number(process.hrtime.bigint() - start) / 1_000);
			if (found.length > 0) profitable += 1;
		}
		return { times, profitable };
	};
	run(pairs, { updates, count: 2_000, maxHops: 3 });
	const three = run(pairs, { updates, count: UPDATES, maxHops: 3 });
	const memory = engineMemoryBytes() - before;
	const us = (name: string, value: number, aim?: number) =>
		figure({ name, value, unit: "µs", better: "lower", ...(aim === undefined ? {} : { aim }) });
	results.push(
		us("pool update and search to 3 hops, p50", quantile(three.times, 0.5), 5),
		us("the same, p99", quantile(three.times, 0.99), 50),
	);
	notes.push(
		`${three.profitable} of ${UPDATES} updates to 3 hops found something profitable; those are sized and checked in exact integers within the time.`,
	);
	const four = run(pairs, { updates, count: FOUR_HOP_UPDATES, maxHops: 4 });
	results.push(us("pool update and search to 4 hops, mean", mean(four.times), 1_000));
	notes.push(`${four.profitable} of ${FOUR_HOP_UPDATES} updates to 4 hops found something profitable.`);

	const ranked = market.degrees.map((degree, token) => ({ degree, token })).sort((a, b) => b.degree - a.degree);
	for (const { degree, token } of ranked.slice(0, HUBS)) {
		const pools: number[] = [];
		for (let pool = 0; pool < POOLS; pool++)
			if (market.shape[pool * 4 + 1] === token || market.shape[pool * 4 + 2] === token) pools.push(pool);
		const of = Array.from({ length: 4_000 }, () => random.pick(pools));
		const { times } = run(pairs, { updates: randomUpdates({ market, seed: SEED, pools: of }), count: of.length, maxHops: 3 });
		results.push(
			us(`update of a pool of a hub with ${degree} pools, search to 3 hops, p50`, quantile(times, 0.5)),
			us("the same, p99", quantile(times, 0.99)),
		);
	}
	results.push(figure({ name: `memory of ${POOLS} constant-product pools`, value: memory / MIB, unit: "MiB", better: "lower", aim: 16 }));
	pairs.free();

	const mixed = new Engine();
	mixed.set_v2(market.shape, market.reserves);
	for (let pool = 0; pool < POOLS; pool += 3) setConcentrated(mixed, market, pool, 1);
	const moves = anyPool.map(() => 1 + (random.next() - 0.5) * 0.004);
	const states = anyPool.map((pool, i) => (pool % 3 === 0 ? concentrated(reservesOf(market, pool), moves[i]) : null));
	const change = (i: number) => {
		const pool = anyPool[i] ?? 0;
		const state = states[i];
		if (state)
			mixed.set_v3(
				pool,
				market.shape[pool * 4 + 1] ?? 0,
				market.shape[pool * 4 + 2] ?? 0,
				state.shape,
				state.words,
				state.ticks,
				state.nets,
			);
		else mixed.set_reserves(updates.pools.subarray(i, i + 1), updates.reserves.subarray(i * 4, i * 4 + 4));
	};
	run(mixed, { updates, count: 2_000, maxHops: 3, change });
	const third = run(mixed, { updates, count: UPDATES, maxHops: 3, change });
	results.push(
		us("one third concentrated: update and search to 3 hops, p50", quantile(third.times, 0.5), 15),
		us("the same, p99", quantile(third.times, 0.99)),
	);
	results.push(
		figure({
			name: `memory with one third concentrated`,
			value: (engineMemoryBytes() - before) / MIB,
			unit: "MiB",
			better: "lower",
			aim: 64,
		}),
	);
	notes.push(`${third.profitable} of ${UPDATES} updates with one third concentrated found something profitable.`);
	mixed.free();
	return { results, notes, market };
}

function setConcentrated(engine: WasmEngine, market: Market, pool: number, moved: number): void {
	const { shape, words, ticks, nets } = concentrated(reservesOf(market, pool), moved);
	engine.set_v3(pool, market.shape[pool * 4 + 1] ?? 0, market.shape[pool * 4 + 2] ?? 0, shape, words, ticks, nets);
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, expect, it } from "vitest";
import { ArbError } from "../../domain/errors.ts";
import { type PoolState, tokensOf } from "../../domain/pool.ts";
import type { Hop } from "../../domain/route.ts";
import { Engine } from "../engine.ts";
import { refusalIn } from "../refusal.ts";
import { address, concentrated, hop, pair, randomNumbers, token } from "../testing/pools.ts";
import { type Path, PathSimulator, simulatePaths } from "./simulate-paths.ts";

const WORKER = new URL("./path-worker.ts", import.meta.url);
const opened: Worker[] = [];
/** The real thread, remembered: what is left of it is looked at afterwards. */
const openThread = () => {
	const worker = new Worker(WORKER);
	opened.push(worker);
	return worker;
};
afterEach(() => {
	// Node gives an ended thread the number −1.
	expect(opened.splice(0).filter((worker) => worker.threadId !== -1)).toEqual([]);
});

const seed = Number(process.env.SEED ?? 1);

/** Walks from pool to pool over shared tokens. */
function randomPaths(of: { readonly pools: readonly PoolState[]; readonly count: number; readonly sizes: number }): readonly Path[] {
	const random = randomNumbers(seed);
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	const byToken = Map.groupBy(
		of.pools.flatMap((state) => tokensOf(state).map((at) => ({ at, state }))),
		({ at }) => at,
	);
	return Array.from({ length: of.count }, () => {
		const first = pick(of.pools);
		const hops: Hop[] = [hop(first, pick(tokensOf(first)))];
		for (let more = Math.floor(random() * 4); more > 0; more--) {
			const at = hops.at(-1)?.tokenOut ?? "";
			const next = pick(byToken.get(at) ?? []).state;
			// A pool twice makes a broken route: an answer too.
			hops.push(hop(next, at));
		}
		return { hops, amountsIn: Array.from({ length: of.sizes }, () => BigInt(Math.floor(10 ** (random() * 36)))) };
	});
}

/** What one engine in this thread says, quote by quote: an output, or a refusal's name. */
function singly(pools: readonly PoolState[], paths: readonly Path[]): readonly (bigint | string)[] {
	using engine = new Engine();
	engine.upsertPools(pools);
	return paths.flatMap(({ hops, amountsIn }) =>
		amountsIn.map((amountIn) => {
			try {
				return engine.quoteRoute(hops, amountIn).amounts.at(-1) ?? 0n;
			} catch (error) {
				const name = refusalIn(error);
				if (name === null) throw error;
				return name;
			}
		}),
	);
}

async function inThreads(pools: readonly PoolState[], paths: readonly Path[]): Promise<readonly (bigint | string)[]> {
	const answers = await simulatePaths({ market: { pools }, paths, threads: 2, openThread });
	return paths.flatMap(({ amountsIn }, route) =>
		amountsIn.map((_, size) => answers.output({ route, size }) ?? answers.refusal({ route, size }) ?? ""),
	);
}

function randomMarket(count: number): readonly PoolState[] {
	const random = randomNumbers(seed + 1);
	return Array.from({ length: count }, (_, i): PoolState => {
		const [low, high] = [Math.floor(random() * 20), Math.floor(random() * 20)].sort((a, b) => a - b);
		const sides = { token0: token(low ?? 0), token1: token((high ?? 0) + 1) };
		const size = () => BigInt(Math.floor(10 ** (3 + random() * 24))).toString();
		return i % 3 === 0
			? concentrated(i + 1, { ...sides, liquidity: size() })
			: pair(i + 1, { ...sides, reserve0: size(), reserve1: size(), feePips: 3000 });
	});
}

it("answers as one engine does, quote by quote, on a random market", async () => {
	const pools = randomMarket(300);
	const paths = randomPaths({ pools, count: 3_000, sizes: 5 });
	const expected = singly(pools, paths);
	expect(await inThreads(pools, paths), `seed ${seed}`).toEqual(expected);
	const kinds = new Set(expected.map((answer) => (typeof answer === "bigint" ? "paid" : answer)));
	expect([...kinds]).toEqual(expect.arrayContaining(["paid", "broken_route", "amount_too_small", "overflow"]));
});

const dataset = join(import.meta.dirname, "../../../shared/data/pools/mainnet-17105k.jsonl");
it.skipIf(!existsSync(dataset))(
	"answers as one engine does on thousands of mainnet routes (skipped where ../shared/data is absent)",
	async () => {
		interface Row {
			readonly kind: string;
			readonly dex: string;
			readonly address: string;
			readonly fee: number;
			readonly token0: { readonly address: string };
			readonly token1: { readonly address: string };
			readonly reserve0: string;
			readonly reserve1: string;
		}
		const rows = readFileSync(dataset, "utf8")
			.split("\n")
			.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Row]));
		const pools = rows
			.filter((row) => row.kind === "v2")
			.map(({ dex, address: pool, fee, token0, token1, reserve0, reserve1 }): PoolState => {
				const tokens = { token0: token0.address.toLowerCase(), token1: token1.address.toLowerCase() };
				return { family: "uniswap-v2", address: pool.toLowerCase(), dex, ...tokens, feePips: Math.round(fee * 1e6), reserve0, reserve1 };
			});
		expect(pools.length).toBeGreaterThan(2_000);
		const paths = randomPaths({ pools, count: 5_000, sizes: 4 });
		const expected = singly(pools, paths);
		expect(await inThreads(pools, paths), `seed ${seed}`).toEqual(expected);
		expect(expected.filter((answer) => typeof answer === "bigint").length).toBeGreaterThan(5_000);
	},
);

const pools = randomMarket(50);
const many = randomPaths({ pools, count: 20_000, sizes: 10 });

it("keeps the pools between calls, takes calls side by side, and reports how far it is", async () => {
	await using simulator = new PathSimulator({ threads: 2, openThread });
	await expect(simulator.simulate({ paths: many })).rejects.toThrow(/^no pools are loaded/);
	await simulator.load({ pools });
	const steps: number[] = [];
	const [first, second] = await Promise.all([
		simulator.simulate({
			paths: many.slice(0, 5_000),
			onProgress: ({ done, total }) => {
				expect(total).toBe(50_000);
				steps.push(done);
			},
		}),
		simulator.simulate({ paths: many.slice(0, 5_000).toReversed() }),
	]);
	expect(steps.length).toBeGreaterThan(5);
	expect(steps.at(-1)).toBe(50_000);
	expect(steps).toEqual(steps.toSorted((a, b) => a - b));
	expect(second.output({ route: 4_999, size: 3 })).toBe(first.output({ route: 0, size: 3 }));

	await simulator.load({ pools: [pair(1, { reserve0: "1000", reserve1: "1000", feePips: 0 })] });
	const swap = { pool: address(1), family: "uniswap-v2", dex: "uniswap-v2", tokenIn: token(0), tokenOut: token(1) };
	const answers = await simulator.simulate({
		paths: [swap, { ...swap, pool: address(2) }].map((of) => ({ hops: [of], amountsIn: [1_000n, 0n] })),
	});
	expect([0, 1].map((size) => answers.output({ route: 0, size }))).toEqual([500n, null]);
	expect(answers.refusal({ route: 0, size: 1 })).toBe("amount_too_small");
	expect(answers.refusal({ route: 1, size: 0 })).toBe("unknown_pool");
	expect(await simulator.simulate({ paths: [] }).then(({ words }) => words.length)).toBe(0);
});

it("stops at the signal, and can be asked again", async () => {
	await using simulator = new PathSimulator({ threads: 2, openThread });
	await simulator.load({ pools });
	const stop = new AbortController();
	let last = 0;
	const onProgress = ({ done }: { readonly done: number }) => {
		last = done;
		stop.abort(new Error("enough"));
	};
	await expect(simulator.simulate({ paths: many, signal: stop.signal, onProgress })).rejects.toThrow("enough");
	expect(last).toBeLessThan(10_000);
	const answers = await simulator.simulate({ paths: many.slice(0, 10) });
	expect(last).toBeLessThan(10_000);
	expect(answers.words.length).toBe(400);
	await expect(simulator.simulate({ paths: many, signal: stop.signal })).rejects.toThrow("enough");
	await expect(simulatePaths({ market: { pools }, paths: many, signal: stop.signal, openThread })).rejects.toThrow("enough");
	const during = new AbortController();
	const abort = () => during.abort(new Error("enough"));
	await expect(simulatePaths({ market: { pools }, paths: many, signal: during.signal, onProgress: abort, openThread })).rejects.toThrow(
		"enough",
	);
});

it("rejects what is open, and what comes later, where a thread dies", async () => {
	await using simulator = new PathSimulator({ threads: 2, openThread });
	await simulator.load({ pools });
	const open = simulator.simulate({ paths: many });
	const other = simulator.simulate({ paths: many });
	const settled = Promise.allSettled([open, other]);
	await opened[0]?.terminate();
	for (const of of await settled) {
		expect(of).toMatchObject({ status: "rejected", reason: { code: "unavailable", retryable: true } });
	}
	await expect(simulator.simulate({ paths: many })).rejects.toThrow(/^a simulation thread ended by itself with code 1; open another/);
	await expect(simulator.load({ pools })).rejects.toThrow(/^a simulation thread ended by itself/);
});

it("rejects where a thread cannot start or throws", async () => {
	const broken = () => {
		const worker = new Worker("throw new Error('no memory for it')", { eval: true });
		opened.push(worker);
		return worker;
	};
	await expect(simulatePaths({ market: { pools }, paths: many, threads: 1, openThread: broken })).rejects.toThrow(
		/^a simulation thread no memory for it/,
	);
});

it("rejects what is open when it is closed, and what a progress callback throws", async () => {
	const simulator = new PathSimulator({ threads: 2, openThread });
	await simulator.load({ pools });
	const onProgress = () => {
		throw new Error("a full disk");
	};
	await expect(simulator.simulate({ paths: many, onProgress })).rejects.toThrow("a full disk");
	const open = simulator.simulate({ paths: many });
	await expect(simulator.load({ pools })).rejects.toThrow(/^1 simulations are open/);
	const closed = expect(open).rejects.toThrow(/^the path simulator is closed/);
	await simulator[Symbol.asyncDispose]();
	await closed;
});

it("refuses states and sizes that cannot be, by the field's name, and keeps the market", async () => {
	await using simulator = new PathSimulator({ threads: 1, openThread });
	await simulator.load({ pools });
	await expect(simulator.load({ pools: [pair(1, { reserve0: "1.5", reserve1: "1" })] })).rejects.toThrow(/^reserve0 of /);
	const path = many[0] as Path;
	const refused = async (paths: readonly Path[]) => {
		const error = await simulator.simulate({ paths }).catch((thrown: unknown) => thrown);
		return error instanceof ArbError ? error.message : "none";
	};
	expect(await refused([path, { ...path, amountsIn: [1n] }])).toMatch(/^paths\[1\]\.amountsIn: 1 sizes, the first path has 10/);
	expect(await refused([{ ...path, amountsIn: [1n, -1n] }])).toMatch(/^paths\[0\]\.amountsIn\[1\]: -1 is no unsigned integer/);
	expect(() => new PathSimulator({ threads: 0 })).toThrow(/^threads: 0 /);
	expect((await simulator.simulate({ paths: [path] })).words.length).toBe(40);
});

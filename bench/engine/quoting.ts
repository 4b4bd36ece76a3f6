import { createRandom } from "../../devnet/random.ts";
import { ArbError } from "../../domain/errors.ts";
import { readWords, WORDS, writeWords } from "../../rust-wasm/limbs.ts";
import { engineModule } from "../../rust-wasm/module.ts";
import type { BenchResult } from "../report.ts";
import { type Market, reservesOf } from "./market.ts";

const ROUTES = 1_000;
const CYCLES = 1_000;
const SDK_ROUTES = 300;
const SEED = 3;
const KEPT = 997n;
const WHOLE = 1000n;
const LENGTHS = new Uint32Array(ROUTES).fill(3);

type Peers = typeof import("./peers/quotes.mjs");

/** Three pairs in a row with an input, as the engine's arrays and as plain numbers. */
export interface Routes {
	readonly edges: Uint32Array;
	readonly amounts: BigUint64Array;
	readonly reserves: readonly (readonly (readonly [bigint, bigint])[])[];
	readonly inputs: readonly bigint[];
}

/** Any three pairs, each swapped from token0 to token1: a quote does not ask whether the tokens connect. */
export function randomRoutes(market: Market): Routes {
	const random = createRandom(SEED, "bench routes");
	const edges = new Uint32Array(ROUTES * 3);
	const amounts = new BigUint64Array(ROUTES * WORDS);
	const reserves: (readonly [bigint, bigint])[][] = [];
	const inputs: bigint[] = [];
	for (let route = 0; route < ROUTES; route++) {
		const pools = [0, 1, 2].map(() => Math.floor(random.next() * market.poolCount));
		for (const [i, pool] of pools.entries()) edges[route * 3 + i] = pool * 64 + 1;
		reserves.push(
			pools.map((pool) => [0, 1].map((side) => readWords(market.reserves, { offset: pool * 4 + side * 2, words: 2 })) as [bigint, bigint]),
		);
		const amount = BigInt(Math.floor(reservesOf(market, pools[0] ?? 0)[0] * random.logUniform(1e-6, 1e-2)));
		inputs.push(amount);
		writeWords(amounts, { offset: route * WORDS, words: WORDS }, amount);
	}
	return { edges, amounts, reserves, inputs };
}

/** Nanoseconds for each of `count`, the best of some rounds. */
export function bestOf(rounds: number, count: number, run: () => void): number {
	let best = Number.POSITIVE_INFINITY;
	for (let i = 0; i < rounds; i++) {
		const start = process.hrtime.bigint();
		run();
		best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
	}
	return best;
}

/** Exact 3-hop quotes in batches, against the same in plain BigInt and by the dex's own SDK; and cycles sized exactly. */
export function measurePairs(market: Market, routes: Routes, peers: Peers): readonly BenchResult[] {
	const { Engine } = engineModule();
	const engine = new Engine();
	engine.set_v2(market.shape, market.reserves);
	const ours = bestOf(200, ROUTES, () => engine.quote_routes(LENGTHS, routes.edges, 1, routes.amounts));
	const plain = (route: number): bigint => {
		let amount = routes.inputs[route] ?? 0n;
		for (const [reserveIn, reserveOut] of routes.reserves[route] ?? []) {
			const kept = amount * KEPT;
			amount = (kept * reserveOut) / (reserveIn * WHOLE + kept);
		}
		return amount;
	};
	const bigInt = bestOf(100, ROUTES, () => {
		for (let route = 0; route < ROUTES; route++) plain(route);
	});
	const sdkRoutes = routes.reserves.slice(0, SDK_ROUTES).map((reserves) => peers.v2Route(reserves));
	const sdk = bestOf(3, SDK_ROUTES, () => {
		for (const [route, quote] of sdkRoutes.entries()) quote(routes.inputs[route] ?? 0n);
	});
	const answers = engine.quote_routes(LENGTHS, routes.edges, 1, routes.amounts);
	for (const [route, quote] of sdkRoutes.entries()) {
		const answer = readWords(answers, { offset: route * WORDS, words: WORDS });
		if (answer !== plain(route) || answer !== quote(routes.inputs[route] ?? 0n)) {
			throw new ArbError({ code: "engine", message: `the peers disagree on route ${route}: ${answer}, ${plain(route)}`, retryable: false });
		}
	}
	const sizing = measureSizing(engine, market);
	engine.free();
	return [
		compared({ name: "exact 3-hop quote of pairs, in batches", value: ours, peerValue: sdk, peer: "@uniswap/v2-sdk", atLeast: 1_500 }),
		compared({ name: "the same", value: ours, peerValue: bigInt, peer: "plain BigInt", atLeast: 5 }),
		...sizing,
	];
}

/** Cycles of three pairs whose first one's price is off by a few percent. */
function measureSizing(engine: InstanceType<ReturnType<typeof engineModule>["Engine"]>, market: Market): readonly BenchResult[] {
	const random = createRandom(SEED, "bench cycles");
	const shape = new Uint32Array(CYCLES * 3 * 4);
	const reserves = new BigUint64Array(CYCLES * 3 * 4);
	const edges = new Uint32Array(CYCLES * 3);
	for (let cycle = 0; cycle < CYCLES; cycle++) {
		for (let i = 0; i < 3; i++) {
			const at = cycle * 3 + i;
			const pool = market.poolCount + at;
			const tokens = [0, 1, 2].map((token) => market.tokenCount + cycle * 3 + token);
			shape.set([pool, tokens[i] ?? 0, tokens[(i + 1) % 3] ?? 0, 3000], at * 4);
			const depth = random.logUniform(1e20, 1e24);
			writeWords(reserves, { offset: at * 4, words: 2 }, BigInt(Math.floor(depth)));
			writeWords(reserves, { offset: at * 4 + 2, words: 2 }, BigInt(Math.floor(depth * (i === 0 ? 1.02 + random.next() * 0.05 : 1))));
			edges[at] = pool * 64 + 1;
		}
	}
	engine.set_v2(shape, reserves);
	const bound = BigUint64Array.of(0n, 0n, 1n << 32n, 0n);
	const lengths = new Uint32Array(CYCLES).fill(3);
	const each = bestOf(10, CYCLES, () => engine.size_cycles(lengths, edges, bound));
	const sizes = engine.size_cycles(lengths, edges, bound);
	const profitable = Array.from({ length: CYCLES }, (_, i) => readWords(sizes, { offset: i * 2 * WORDS + WORDS, words: WORDS })).filter(
		(profit) => profit > 0n,
	);
	if (profitable.length !== CYCLES)
		throw new ArbError({ code: "engine", message: "a cycle of the benchmark earns nothing", retryable: false });
	const value = (each * CYCLES) / 1e6;
	return [
		{
			name: `${CYCLES} cycles of three pairs sized exactly`,
			value: round(value),
			unit: "ms",
			better: "lower",
			aim: 5,
			met: value <= 5,
			peer: null,
			ratio: null,
		},
	];
}

/** A concentrated pool as the module takes it, with inputs that cross 0 to 10 of its ticks downwards. */
export interface Crossable {
	readonly feePips: number;
	readonly sqrtPriceX96: bigint;
	readonly liquidity: bigint;
	readonly ticks: readonly (readonly [number, bigint])[];
	readonly inputs: readonly bigint[];
	readonly shape: Int32Array;
	readonly words: BigUint64Array;
	readonly nets: BigUint64Array;
	/** Four words for each input. */
	readonly amounts: BigUint64Array;
}

/** Exact swaps that cross 0 to 10 ticks, with nothing remembered and with the steps of earlier quotes. */
export async function measureConcentrated(pool: Crossable, peers: Peers): Promise<readonly BenchResult[]> {
	const { feePips, sqrtPriceX96, liquidity, ticks, inputs } = pool;
	const { Engine } = engineModule();
	const engine = new Engine();
	engine.set_v3(
		0,
		0,
		1,
		pool.shape,
		pool.words,
		Int32Array.from(ticks, ([tick]) => tick),
		pool.nets,
	);
	const amounts = inputs.map((_, i) => pool.amounts.subarray(i * WORDS, (i + 1) * WORDS));
	const edge = 1;
	const none = new BigUint64Array(0);
	const sdk = peers.v3Pool({ feePips, sqrtPriceX96, liquidity, tick: 0, ticks });
	for (const [i, input] of inputs.entries()) {
		const answer = readWords(engine.quote(edge, amounts[i] ?? none), { offset: 0, words: WORDS });
		const theirs = await sdk(input);
		if (answer !== theirs)
			throw new ArbError({ code: "engine", message: `the SDK pays ${theirs} for ${input}, the engine ${answer}`, retryable: false });
	}
	const repeats = 200;
	const loop = bestOf(5, repeats * amounts.length, () => {
		for (let i = 0; i < repeats; i++) for (const amount of amounts) engine.swap_v3(edge, amount, none);
	});
	const all = new BigUint64Array(repeats * amounts.length * WORDS);
	for (let i = 0; i < repeats; i++) for (const [j, amount] of amounts.entries()) all.set(amount, (i * amounts.length + j) * WORDS);
	const remembered = bestOf(5, repeats * amounts.length, () =>
		engine.quote_routes(Uint32Array.of(1), Uint32Array.of(edge), repeats * amounts.length, all),
	);
	let theirs = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 5; round++) {
		const start = process.hrtime.bigint();
		for (const input of inputs) await sdk(input);
		theirs = Math.min(theirs, Number(process.hrtime.bigint() - start) / inputs.length);
	}
	engine.free();
	return [
		compared({
			name: "exact swap crossing 0 to 10 ticks, steps of the state remembered",
			value: remembered,
			peerValue: theirs,
			peer: "@uniswap/v3-sdk",
			atLeast: 500,
		}),
		compared({ name: "the same, nothing remembered", value: loop, peerValue: theirs, peer: "@uniswap/v3-sdk" }),
	];
}

/** Positions of one spacing each around tick 0, under one that holds everything. */
export function crossablePool(): Crossable {
	const base = 10n ** 21n;
	const byTick = new Map<number, bigint>([
		[-887_220, base],
		[887_220, -base],
	]);
	for (let i = -15; i < 15; i++) {
		const share = (base * BigInt(1 + Math.abs(i % 3))) / 10n;
		byTick.set(i * 60, (byTick.get(i * 60) ?? 0n) + share);
		byTick.set((i + 1) * 60, (byTick.get((i + 1) * 60) ?? 0n) - share);
	}
	const ticks = [...byTick].filter(([, net]) => net !== 0n).sort(([a], [b]) => a - b);
	const liquidity = ticks.filter(([tick]) => tick <= 0).reduce((sum, [, net]) => sum + net, 0n);
	const [feePips, sqrtPriceX96] = [3000, 1n << 96n];
	const words = new BigUint64Array(6);
	writeWords(words, { offset: 0, words: 4 }, sqrtPriceX96);
	writeWords(words, { offset: 4, words: 2 }, liquidity);
	const nets = new BigUint64Array(ticks.length * 2);
	for (const [i, [, net]] of ticks.entries()) writeWords(nets, { offset: i * 2, words: 2 }, net);
	// Each spacing holds about the same amount: so many of them are crossed.
	const inputs = Array.from({ length: 11 }, (_, crossed) => (liquidity * 3n * BigInt(2 * crossed + 1)) / 2_000n);
	const amounts = new BigUint64Array(inputs.length * WORDS);
	for (const [i, input] of inputs.entries()) writeWords(amounts, { offset: i * WORDS, words: WORDS }, input);
	const shape = Int32Array.of(feePips, 60, 0, -887_272, 887_272);
	return { feePips, sqrtPriceX96, liquidity, ticks, inputs, shape, words, nets, amounts };
}

/** Our time and how many times faster than the peer's it is. */
function compared(of: {
	readonly name: string;
	readonly value: number;
	readonly peerValue: number;
	readonly peer: string;
	readonly atLeast?: number;
}): BenchResult {
	const ratio = of.peerValue / of.value;
	const met = of.atLeast === undefined ? null : ratio >= of.atLeast;
	return {
		name: of.name,
		value: round(of.value),
		unit: "ns",
		better: "lower",
		aim: null,
		met,
		peer: `faster than ${of.peer}${of.atLeast === undefined ? "" : ` (aim ${of.atLeast})`}`,
		ratio: round(ratio),
	};
}

function round(value: number): number {
	return Number(value.toPrecision(4));
}

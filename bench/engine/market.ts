import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../devnet/random.ts";
import { ArbError } from "../../domain/errors.ts";
import { ROOT } from "../../scripts/paths.ts";

/** A market of constant-product pairs as numbers: what the engine's module takes. */
export interface Market {
	readonly poolCount: number;
	readonly tokenCount: number;
	/** Pool, token0, token1, fee in pips for each. */
	readonly shape: Uint32Array;
	/** Two words for each reserve. */
	readonly reserves: BigUint64Array;
	/** By token: in how many pools it is. Token 0 is in the most. */
	readonly degrees: readonly number[];
}

const FEE_PIPS = 3000;
/** Prices of the same pair differ by about this much: within the fees, as in a market that others watch. */
const PRICE_NOISE = 0.0008;
const DATASET = join(ROOT, "../shared/data/pools/mainnet-17105k.jsonl");

/** Pools per token on mainnet, largest first. */
function mainnetDegrees(): readonly number[] {
	if (!existsSync(DATASET)) {
		throw new ArbError({ code: "dependency_missing", message: `the market snapshot ${DATASET} is not here`, retryable: false });
	}
	const counts = new Map<string, number>();
	for (const line of readFileSync(DATASET, "utf8").split("\n")) {
		if (line === "") continue;
		const row = JSON.parse(line) as { kind: string; token0: { address: string }; token1: { address: string } };
		if (row.kind.startsWith("bancor")) continue;
		for (const { address } of [row.token0, row.token1]) counts.set(address.toLowerCase(), (counts.get(address.toLowerCase()) ?? 0) + 1);
	}
	return [...counts.values()].sort((a, b) => b - a);
}

/**
 * Random pairs whose tokens are drawn by mainnet's degrees: hubs stay hubs, and the tail is stretched over the larger number of tokens. Reserves agree
 * with one price per token up to a little noise.
 */
export function randomMarket(of: { readonly seed: number; readonly pools: number; readonly tokens: number }): Market {
	const random = createRandom(of.seed, "bench market");
	const mainnet = mainnetDegrees();
	const cumulative: number[] = [];
	let total = 0;
	for (let token = 0; token < of.tokens; token++) {
		total += mainnet[token] ?? 1;
		cumulative.push(total);
	}
	const draw = (): number => {
		const at = random.next() * total;
		let [low, high] = [0, cumulative.length - 1];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((cumulative[middle] ?? 0) > at) high = middle;
			else low = middle + 1;
		}
		return low;
	};
	const prices = Array.from({ length: of.tokens }, () => 10 ** (random.next() * 4 - 2));
	const shape = new Uint32Array(of.pools * 4);
	const reserves = new BigUint64Array(of.pools * 4);
	const degrees = new Array<number>(of.tokens).fill(0);
	for (let pool = 0; pool < of.pools; pool++) {
		// Each token is in a pool before tokens are drawn.
		const a = pool < of.tokens ? pool : draw();
		let b = draw();
		while (b === a) b = draw();
		shape.set([pool, a, b, FEE_PIPS], pool * 4);
		degrees[a] = (degrees[a] ?? 0) + 1;
		degrees[b] = (degrees[b] ?? 0) + 1;
		const value = 10 ** (20 + random.next() * 3);
		const noise = 1 + (random.next() - 0.5) * 2 * PRICE_NOISE;
		writeReserves(reserves, pool, [value / (prices[a] ?? 1), (value / (prices[b] ?? 1)) * noise]);
	}
	return { poolCount: of.pools, tokenCount: of.tokens, shape, reserves, degrees };
}

/** Trades that move a pool's price by up to two parts in a thousand: pool numbers, and their reserves afterwards. */
export function randomUpdates(of: { readonly market: Market; readonly seed: number; readonly pools: readonly number[] }) {
	const random = createRandom(of.seed, "bench updates");
	const { market } = of;
	const reserves = new BigUint64Array(of.pools.length * 4);
	for (const [i, pool] of of.pools.entries()) {
		const moved = 1 + (random.next() - 0.5) * 0.004;
		const [reserve0, reserve1] = reservesOf(market, pool);
		writeReserves(reserves, i, [reserve0 * moved, reserve1 / moved]);
	}
	return { pools: Uint32Array.from(of.pools), reserves };
}

function writeReserves(target: BigUint64Array, at: number, [a, b]: readonly [number, number]): void {
	for (const [side, value] of [BigInt(Math.floor(a)), BigInt(Math.floor(b))].entries()) {
		target[at * 4 + side * 2] = BigInt.asUintN(64, value);
		target[at * 4 + side * 2 + 1] = value >> 64n;
	}
}

/** A concentrated pool as the module takes it. */
export interface Concentrated {
	readonly shape: Int32Array;
	readonly words: BigUint64Array;
	readonly ticks: Int32Array;
	readonly nets: BigUint64Array;
}

const TICK_SPACING = 60;
const MAX_TICK = 887_272;
const POSITIONS = 5;

/** Five positions, each ten spacings wider than the last, around the price that a pair's reserves have, with as much liquidity at that price. */
export function concentrated(reserves: readonly [number, number], moved = 1): Concentrated {
	const middle = Math.floor(Math.log(reserves[1] / reserves[0]) / Math.log(1.0001));
	const tick = Math.floor(middle + Math.log(moved) / Math.log(1.0001));
	const sqrtPrice = BigInt(Math.floor(1.0001 ** ((tick + 0.5) / 2) * 2 ** 96));
	const share = BigInt(Math.floor(Math.sqrt(reserves[0] * reserves[1]) / POSITIONS));
	const centre = Math.floor(middle / TICK_SPACING);
	const nets = new Map<number, bigint>();
	for (let i = 1; i <= POSITIONS; i++) {
		nets.set((centre - 10 * i) * TICK_SPACING, share);
		nets.set((centre + 10 * i) * TICK_SPACING, -share);
	}
	const ticks = Int32Array.from(nets.keys()).sort();
	const words = new BigUint64Array(6);
	for (let i = 0; i < 4; i++) words[i] = BigInt.asUintN(64, sqrtPrice >> BigInt(64 * i));
	words[4] = BigInt.asUintN(64, share * BigInt(POSITIONS));
	words[5] = (share * BigInt(POSITIONS)) >> 64n;
	const netWords = new BigUint64Array(ticks.length * 2);
	for (const [i, at] of ticks.entries()) {
		const net = BigInt.asUintN(128, nets.get(at) ?? 0n);
		netWords[i * 2] = BigInt.asUintN(64, net);
		netWords[i * 2 + 1] = net >> 64n;
	}
	return { shape: Int32Array.of(FEE_PIPS, TICK_SPACING, tick, -MAX_TICK, MAX_TICK), words, ticks, nets: netWords };
}

/** A pair's reserves as doubles. */
export function reservesOf(market: Market, pool: number): readonly [number, number] {
	const read = (side: number) =>
		Number(market.reserves[pool * 4 + side * 2] ?? 0n) + Number(market.reserves[pool * 4 + side * 2 + 1] ?? 0n) * 2 ** 64;
	return [read(0), read(1)];
}

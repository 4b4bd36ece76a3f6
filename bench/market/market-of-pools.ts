import { createRandom, type Random } from "../../devnet/random.ts";
import type { Pool } from "../../domain/pool.ts";
import type { TrackedPool } from "../../market/protocols/adapter.ts";

/** Prices of the same two tokens differ by about this much: within the fees, as where others trade too. */
const PRICE_NOISE = 0.0008;
const TICK_SPACING = 60;
/** Initialised ticks of a V3 pool beside those of its full range. */
const TICKS = 30;
const LAST_TICK = 887_220;

export interface SyntheticPool {
	readonly pool: Pool;
	readonly tracked: TrackedPool;
}

/** Pools that no chain has: tokens drawn so that few of them are in most pools, reserves that agree with one price per token up to a little noise. */
export function syntheticPools(of: {
	readonly chainId: number;
	readonly pairs: number;
	readonly concentrated: number;
}): readonly SyntheticPool[] {
	const random = createRandom(23, "bench market of pools");
	const tokens = Math.max(2, Math.floor((of.pairs + of.concentrated) * 0.6));
	const prices = Array.from({ length: tokens }, () => random.logUniform(1e-6, 1e6));
	return Array.from({ length: of.pairs + of.concentrated }, (_, i): SyntheticPool => {
		const first = Math.floor(tokens * random.next() ** 3);
		const [a, b] = [first, (first + 1 + Math.floor((tokens - 1) * random.next())) % tokens].sort((x, y) => x - y) as [number, number];
		const ratio = ((prices[a] ?? 1) / (prices[b] ?? 1)) * (1 + (random.next() - 0.5) * 2 * PRICE_NOISE);
		const place = { chainId: of.chainId, address: hex(2, i), dex: "bench", tokens: [hex(1, a), hex(1, b)], details: {} };
		return i < of.pairs ? pairOf(place, ratio, random) : concentratedOf(place, ratio, random);
	});
}

type Place = Pick<Pool, "chainId" | "address" | "dex" | "tokens" | "details">;

function pairOf(place: Place, ratio: number, random: Random): SyntheticPool {
	const reserve0 = random.logUniform(1e18, 1e26);
	const pool: Pool = { ...place, family: "uniswap-v2", feePips: 3000, tickSpacing: 0 };
	const shape = {
		family: "uniswap-v2",
		address: pool.address,
		dex: pool.dex,
		token0: pool.tokens[0] ?? "",
		token1: pool.tokens[1] ?? "",
		feePips: 3000,
	} as const;
	return { pool, tracked: { state: { ...shape, reserve0: whole(reserve0), reserve1: whole(Math.min(reserve0 * ratio, 2 ** 111)) } } };
}

function concentratedOf(place: Place, ratio: number, random: Random): SyntheticPool {
	const tick = Math.floor(Math.log(ratio) / Math.log(1.0001));
	const nearest = Math.floor(tick / TICK_SPACING);
	const pool: Pool = { ...place, family: "uniswap-v3", feePips: 3000, tickSpacing: TICK_SPACING };
	const liquidityGross = new Map<number, bigint>();
	const ticks = Array.from({ length: TICKS }, (_, i): [number, string] => {
		const at = (nearest + (i - TICKS / 2) * 10) * TICK_SPACING;
		const gross = BigInt(whole(random.logUniform(1e15, 1e17)));
		liquidityGross.set(at, gross);
		return [at, (i < TICKS / 2 ? gross : -gross).toString()];
	});
	const shape = {
		address: pool.address,
		dex: pool.dex,
		token0: pool.tokens[0] ?? "",
		token1: pool.tokens[1] ?? "",
		feePips: 3000,
		tickSpacing: TICK_SPACING,
	};
	const price = { sqrtPriceX96: sqrtPriceAt(tick), tick, liquidity: whole(random.logUniform(1e19, 1e23)) };
	return {
		pool,
		tracked: { liquidityGross, state: { family: "uniswap-v3", ...shape, ...price, tickLower: -LAST_TICK, tickUpper: LAST_TICK, ticks } },
	};
}

/** A price well inside a tick, so that doubles are exact enough. */
export function sqrtPriceAt(tick: number): string {
	return whole(1.0001 ** ((tick + 0.5) / 2) * 2 ** 96);
}

function whole(value: number): string {
	return BigInt(Math.floor(value)).toString();
}

function hex(kind: number, number: number): string {
	return `0x${kind.toString(16).padStart(2, "0")}${number.toString(16).padStart(38, "0")}`;
}

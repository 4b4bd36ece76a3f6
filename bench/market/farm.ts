import { createRandom, type Random } from "../../devnet/random.ts";
import { farmToken, type PlantedPair, type PlantedPool } from "../../market/testing/pool-farm.ts";

const SEED = 11;
/** Initialised ticks of a pool beside the two of its full range. */
const TICKS = 30;
/** How far from the price ticks lie at most, in tick spacings. */
const SPREAD = 400;
const TIERS = [
	{ fee: 500, tickSpacing: 10 },
	{ fee: 3000, tickSpacing: 60 },
	{ fee: 10_000, tickSpacing: 200 },
] as const;
/** TickMath.MAX_TICK. */
const MAX_TICK = 887_272;

/** The tokens among which so many pairs, every two of them, lie. */
export function tokensOf(pairs: readonly PlantedPair[]): readonly string[] {
	const last = pairs.reduce((most, { j }) => Math.max(most, j), 0);
	return Array.from({ length: last + 1 }, (_, number) => farmToken(number));
}

/** One pair for every two tokens, as many as are wanted; reserves as on mainnet, from dust to 2^100. */
export function randomPairs(count: number): readonly PlantedPair[] {
	const random = createRandom(SEED, "bench pairs");
	const pairs: PlantedPair[] = [];
	for (let j = 1; pairs.length < count; j++) {
		for (let i = 0; i < j && pairs.length < count; i++) {
			pairs.push({ i, j, reserve0: reserve(random), reserve1: reserve(random) });
		}
	}
	return pairs;
}

/** Pools of three tiers, each with a full range and {@link TICKS} ticks around its price. */
export function randomPools(count: number): readonly PlantedPool[] {
	const random = createRandom(SEED, "bench pools");
	const places: { readonly i: number; readonly j: number }[] = [];
	for (let j = 1; places.length * TIERS.length < count; j++) for (let i = 0; i < j; i++) places.push({ i, j });
	return places
		.flatMap((place) => TIERS.map((tier) => ({ ...place, ...tier })))
		.slice(0, count)
		.map((place): PlantedPool => {
			const middle = Math.floor((random.next() - 0.5) * 400_000);
			const last = Math.floor(MAX_TICK / place.tickSpacing);
			const around = Array.from({ length: TICKS }, () => Math.floor(middle / place.tickSpacing + (random.next() - 0.5) * 2 * SPREAD));
			const numbers = [...new Set([-last, ...around.filter((number) => Math.abs(number) < last), last])].sort((a, b) => a - b);
			return {
				...place,
				sqrtPriceX96: BigInt(Math.floor(1.0001 ** (middle / 2) * 2 ** 96)),
				liquidity: reserve(random),
				ticks: numbers.map((number, k) => {
					const gross = reserve(random);
					return [number * place.tickSpacing, gross, k % 2 === 0 ? gross : -gross] as const;
				}),
			};
		});
}

function reserve(random: Random): bigint {
	return BigInt(Math.floor(random.logUniform(1, 2 ** 100)));
}

import { Interface } from "ethers";
import { uintAt } from "../../market/protocols/abi-word.ts";
import { type DeployedPool, tokensOf } from "../deployed-pool.ts";
import { deskInterface, perform } from "../desk.ts";
import type { PoolPrice } from "../market-model.ts";
import type { SeededPair } from "../world.ts";
import type { Deploying } from "./dex.ts";

const Q96 = 2 ** 96;
/** TickMath.MIN_SQRT_RATIO + 1 and MAX_SQRT_RATIO - 1: no limit. */
const NO_LIMIT = { zeroForOne: 4295128740n, oneForZero: 1461446703485210103287273052203988822378723970341n };
/** Far above what any price takes: the limit ends the swap. */
export const UNBOUNDED_INPUT = 2n ** 127n - 1n;

/** A position around the price; ticks are multiples of the pool's spacing. */
interface SeedPosition {
	readonly tickLower: number;
	readonly tickUpper: number;
	readonly liquidity: bigint;
}

/**
 * Half-widths in ticks (one is 0.01 %) of the positions around the price, and each one's share of the pool's liquidity. The last but one spans
 * a factor of 1.5, the last a factor of 7; what lies on one side only makes liquidity uneven, so that ticks add and take away.
 */
const POSITION_SHAPE = [
	{ below: 60, above: 60, share: 0.3 },
	{ below: 240, above: 240, share: 0.25 },
	{ below: 900, above: 900, share: 0.2 },
	{ below: 4_000, above: 4_000, share: 0.15 },
	{ below: 20_000, above: 20_000, share: 0.1 },
	{ below: 480, above: -120, share: 0.2 },
	{ below: -60, above: 300, share: 0.25 },
] as const;

/** The positions that give a pool of concentrated liquidity a pair's depth. */
export function positionsAround(pair: Pick<SeededPair, "price" | "liquidity">, tickSpacing: number): readonly SeedPosition[] {
	const center = Math.round(Math.log(pair.price) / Math.log(1.0001) / tickSpacing) * tickSpacing;
	const onGrid = (ticks: number): number =>
		Math.sign(ticks) * Math.max(tickSpacing, Math.round(Math.abs(ticks) / tickSpacing) * tickSpacing);
	return POSITION_SHAPE.map((shape) => ({
		tickLower: center - onGrid(shape.below),
		tickUpper: center + Math.max(onGrid(shape.above), -onGrid(shape.below) + tickSpacing),
		liquidity: BigInt(Math.round(pair.liquidity * shape.share)),
	}));
}

/** Q64.96 square root of a price in base units. */
export function sqrtPriceX96(price: number): bigint {
	return BigInt(Math.round(Math.sqrt(price) * Q96));
}

const POOL = new Interface([
	"function initialize(uint160 sqrtPriceX96)",
	"function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes data)",
	"function mint(address leftoversRecipient, address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes data)",
]);
/** Algebra's `mint` has one argument more: who takes back what was paid too much. */
const MINTS = {
	"uniswap-v3": { signature: "mint(address,int24,int24,uint128,bytes)", holders: 1 },
	algebra: { signature: "mint(address,address,int24,int24,uint128,bytes)", holders: 2 },
} as const;

/** Price and positions of a pool with Uniswap V3's `initialize` and `mint`, or Algebra's. */
export async function seedV3(
	chain: Deploying,
	of: {
		readonly desk: string;
		readonly pool: string;
		readonly pair: SeededPair;
		readonly tickSpacing: number;
		readonly mint: keyof typeof MINTS;
	},
): Promise<void> {
	const { desk, pool, pair, tickSpacing } = of;
	const { signature, holders } = MINTS[of.mint];
	const calls = [
		POOL.encodeFunctionData("initialize", [sqrtPriceX96(pair.price)]),
		...positionsAround(pair, tickSpacing).map(({ tickLower, tickUpper, liquidity }) =>
			POOL.encodeFunctionData(signature, [...Array.from({ length: holders }, () => desk), tickLower, tickUpper, liquidity, "0x"]),
		),
	];
	await chain.call(chain.accounts.market, desk, perform(calls.map((data) => ({ to: pool, data }))));
}

/** What a square root of the price and the liquidity in range show the market. */
export function priceSeen(
	pool: DeployedPool,
	of: { readonly sqrtPriceX96: bigint; readonly liquidity: bigint; readonly feePips?: number },
): PoolPrice {
	const [token0, token1] = tokensOf(pool);
	const { feePips = pool.feePips } = of;
	return { token0, token1, feePips, price: (Number(of.sqrtPriceX96) / Q96) ** 2, liquidity: Number(of.liquidity) };
}

/** Direction and limit of a swap: to a price, or as far as it goes. */
export function limitTowards(of: { readonly seen: PoolPrice; readonly price: number }) {
	return { zeroForOne: of.price < of.seen.price, limit: sqrtPriceX96(of.price) };
}

export function withoutLimit(pool: DeployedPool, tokenIn: string) {
	const zeroForOne = tokensOf(pool)[0] === tokenIn;
	return { zeroForOne, limit: zeroForOne ? NO_LIMIT.zeroForOne : NO_LIMIT.oneForZero };
}

/** How pools with Uniswap V3's `swap` are read and traded in: the desk pays whichever callback they make. */
interface V3Reading {
	/** `slot0()` or `globalState()`: its first word is the square root of the price. */
	readonly priceView: string;
	/** The fee in that answer where it moves. */
	readonly feeWord?: number;
}

const LIQUIDITY = new Interface(["function liquidity() view returns (uint128)"]).encodeFunctionData("liquidity");

export function v3Trading({ priceView, feeWord }: V3Reading) {
	const priceCall = new Interface([`function ${priceView} view returns (uint160)`]).encodeFunctionData(priceView.replace("()", ""));
	const swapV3 = (pool: DeployedPool, of: { readonly zeroForOne: boolean; readonly amountIn: bigint; readonly limit: bigint }): string =>
		deskInterface().encodeFunctionData("swapV3", [pool.address, of.zeroForOne, of.amountIn, of.limit]);
	return {
		views: (pool: DeployedPool) => [
			{ to: pool.address, data: priceCall },
			{ to: pool.address, data: LIQUIDITY },
		],
		observe: (pool: DeployedPool, [state = "0x", liquidity = "0x"]: readonly string[]): readonly PoolPrice[] => [
			priceSeen(pool, {
				sqrtPriceX96: uintAt(state, 0),
				liquidity: uintAt(liquidity, 0),
				...(feeWord === undefined ? {} : { feePips: Number(uintAt(state, feeWord)) }),
			}),
		],
		swap: (pool: DeployedPool, of: { readonly tokenIn: string; readonly amountIn: bigint }): string =>
			swapV3(pool, { ...withoutLimit(pool, of.tokenIn), amountIn: of.amountIn }),
		trade: (pool: DeployedPool, of: { readonly seen: PoolPrice; readonly price: number }): string =>
			swapV3(pool, { ...limitTowards(of), amountIn: UNBOUNDED_INPUT }),
	};
}

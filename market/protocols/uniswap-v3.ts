import { id } from "ethers";
import type { Pool, UniswapV3PoolState } from "../../domain/pool.ts";
import type { Call, ChainClient } from "../chain-client.ts";
import type { ChainLog } from "../log.ts";
import { addressAt, intAt, intWord, uintAt } from "./abi-word.ts";
import type { ProtocolAdapter, TrackedPool } from "./adapter.ts";

const POOL_CREATED = id("PoolCreated(address,address,uint24,int24,address)");
const INITIALIZE = id("Initialize(uint160,int24)");
const SWAP = id("Swap(address,address,int256,int256,uint160,uint128,int24)");
const MINT = id("Mint(address,address,int24,int24,uint128,uint256,uint256)");
const BURN = id("Burn(address,int24,int24,uint128,uint256,uint256)");
const SLOT0 = id("slot0()").slice(0, 10);
const LIQUIDITY = id("liquidity()").slice(0, 10);
const TICK_BITMAP = id("tickBitmap(int16)").slice(0, 10);
const TICKS = id("ticks(int24)").slice(0, 10);

/** TickMath.MIN_TICK and MAX_TICK. */
const MAX_TICK = 887_272;
/** Ticks per bitmap word (`TickBitmap.position`). */
const WORD = 256;
/** A pool with at most this many words in all (spacing 60 has 116) is read whole. */
const WHOLE_WORDS = 128;
/** Else this many words on each side of the price: 41,000 ticks at spacing 10 (60-fold), 4,100 at spacing 1 (1.5-fold). */
const WORDS_EACH_SIDE = 16;
/** With fewer known words than this ahead of the price the pool is read anew around it. */
const WORDS_KEPT_AHEAD = 4;

type TrackedV3 = Extract<TrackedPool, { readonly liquidityGross: unknown }>;

/**
 * Concentrated liquidity. Price, tick and liquidity come whole with each `Swap`; ticks change by `Mint` and `Burn` as in `UniswapV3Pool._updatePosition`.
 * Other events (Flash, Collect, SetFeeProtocol, observations) change nothing that a swap's amounts depend on.
 */
export const uniswapV3: ProtocolAdapter = {
	family: "uniswap-v3",
	creationTopic: POOL_CREATED,
	stateTopics: [INITIALIZE, SWAP, MINT, BURN],

	parseCreation(log, chainId, dex) {
		return {
			chainId,
			address: addressAt(log.data, 1),
			family: "uniswap-v3",
			dex: dex.name,
			token0: addressAt(log.topics[1] ?? "0x", 0),
			token1: addressAt(log.topics[2] ?? "0x", 0),
			feePips: Number(uintAt(log.topics[3] ?? "0x", 0)),
			tickSpacing: Number(intAt(log.data, 0)),
		};
	},

	async load(client, pools, blockHash) {
		const prices = await readPrices(client, pools, blockHash);
		const words = await readWords(client, prices, blockHash);
		return readTicks(client, words, blockHash);
	},

	async reserves(client, pools, blockHash) {
		const prices = await readPrices(client, pools, blockHash);
		return pools.map((pool, i) => {
			const sqrtPriceX96 = BigInt(prices[i]?.sqrtPriceX96 ?? "0");
			const liquidity = BigInt(prices[i]?.liquidity ?? "0");
			// White paper, section 2: x = L / sqrt(P), y = L * sqrt(P).
			const reserve0 = sqrtPriceX96 === 0n ? 0n : (liquidity << 96n) / sqrtPriceX96;
			return { pool, reserve0, reserve1: (liquidity * sqrtPriceX96) >> 96n };
		});
	},

	apply(tracked, log) {
		if (!("liquidityGross" in tracked)) return tracked;
		switch (log.topics[0]) {
			case INITIALIZE:
				return moved(tracked, { sqrtPriceX96: uintAt(log.data, 0), liquidity: 0n, tick: Number(intAt(log.data, 1)) });
			case SWAP:
				return moved(tracked, { sqrtPriceX96: uintAt(log.data, 2), liquidity: uintAt(log.data, 3), tick: Number(intAt(log.data, 4)) });
			case MINT:
				// The data starts with the sender, which is not indexed.
				return withPosition(tracked, log, { ticksAt: 2, change: uintAt(log.data, 1) });
			case BURN:
				return withPosition(tracked, log, { ticksAt: 2, change: -uintAt(log.data, 0) });
			default:
				return tracked;
		}
	},
};

function moved(
	tracked: TrackedV3,
	to: { readonly sqrtPriceX96: bigint; readonly liquidity: bigint; readonly tick: number },
): TrackedPool | "reload" {
	const state: UniswapV3PoolState = {
		...tracked.state,
		sqrtPriceX96: to.sqrtPriceX96.toString(),
		liquidity: to.liquidity.toString(),
		tick: to.tick,
	};
	const margin = WORDS_KEPT_AHEAD * WORD * state.tickSpacing;
	const isNearEdge =
		(state.tickLower > -MAX_TICK && state.tick - state.tickLower < margin) ||
		(state.tickUpper < MAX_TICK && state.tickUpper - state.tick < margin);
	return isNearEdge ? "reload" : { ...tracked, state };
}

/** Liquidity added to (or, negative, taken from) the range whose ticks are the log's topics from `ticksAt` on. */
function withPosition(
	tracked: TrackedV3,
	log: ChainLog,
	of: { readonly ticksAt: number; readonly change: bigint },
): TrackedPool | "reload" {
	// A burn of 0 only updates what the position is owed.
	if (of.change === 0n) return tracked;
	const { state } = tracked;
	const lower = Number(intAt(log.topics[of.ticksAt] ?? "0x", 0));
	const upper = Number(intAt(log.topics[of.ticksAt + 1] ?? "0x", 0));
	const gross = new Map(tracked.liquidityGross);
	const net = new Map(state.ticks.map(([tick, value]) => [tick, BigInt(value)] as const));
	for (const [tick, netChange] of [
		[lower, of.change],
		[upper, -of.change],
	] as const) {
		if (tick < state.tickLower || tick > state.tickUpper) continue;
		const grossAfter = (gross.get(tick) ?? 0n) + of.change;
		if (grossAfter < 0n) return "reload";
		if (grossAfter === 0n) {
			gross.delete(tick);
			net.delete(tick);
		} else {
			gross.set(tick, grossAfter);
			net.set(tick, (net.get(tick) ?? 0n) + netChange);
		}
	}
	const isInRange = lower <= state.tick && state.tick < upper;
	return {
		liquidityGross: gross,
		state: {
			...state,
			liquidity: (BigInt(state.liquidity) + (isInRange ? of.change : 0n)).toString(),
			ticks: sorted(net),
		},
	};
}

function sorted(net: ReadonlyMap<number, bigint>): [number, string][] {
	return [...net].sort(([a], [b]) => a - b).map(([tick, value]) => [tick, value.toString()]);
}

// reading -------------------------------------------------------------------------------------------------------------

type PricedState = Omit<UniswapV3PoolState, "ticks">;

async function readPrices(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<PricedState[]> {
	const answers = await client.callAt(
		blockHash,
		pools.flatMap(({ address }) => [
			{ to: address, data: SLOT0 },
			{ to: address, data: LIQUIDITY },
		]),
	);
	return pools.map((pool, i) => {
		const slot0 = answers[2 * i] ?? "0x";
		const tick = Number(intAt(slot0, 1));
		const { address, dex, token0, token1, feePips, tickSpacing } = pool;
		const { lowestWord, highestWord } = wordsToRead(tick, tickSpacing);
		return {
			family: "uniswap-v3",
			address,
			dex,
			token0,
			token1,
			feePips,
			tickSpacing,
			sqrtPriceX96: uintAt(slot0, 0).toString(),
			tick,
			liquidity: uintAt(answers[2 * i + 1] ?? "0x", 0).toString(),
			// Up to the outermost bit of the outermost word that is read.
			tickLower: Math.max(-MAX_TICK, lowestWord * WORD * tickSpacing),
			tickUpper: Math.min(MAX_TICK, (highestWord * WORD + WORD - 1) * tickSpacing),
		};
	});
}

/** The bitmap words to read around a price, by number (`TickBitmap.position` of the compressed tick). */
export function wordsToRead(tick: number, tickSpacing: number): { readonly lowestWord: number; readonly highestWord: number } {
	const wordOf = (at: number) => Math.floor(Math.floor(at / tickSpacing) / WORD);
	const first = wordOf(-MAX_TICK);
	const last = wordOf(MAX_TICK);
	if (last - first + 1 <= WHOLE_WORDS) return { lowestWord: first, highestWord: last };
	return { lowestWord: Math.max(first, wordOf(tick) - WORDS_EACH_SIDE), highestWord: Math.min(last, wordOf(tick) + WORDS_EACH_SIDE) };
}

interface WithTickNumbers {
	readonly state: PricedState;
	readonly ticks: readonly number[];
}

async function readWords(client: ChainClient, states: readonly PricedState[], blockHash: string): Promise<WithTickNumbers[]> {
	const ranges = states.map((state) => wordsToRead(state.tick, state.tickSpacing));
	const calls: Call[] = [];
	for (const [i, { address }] of states.entries()) {
		const range = ranges[i];
		for (let word = range?.lowestWord ?? 0; word <= (range?.highestWord ?? -1); word++)
			calls.push({ to: address, data: TICK_BITMAP + intWord(word) });
	}
	const answers = (await client.callAt(blockHash, calls))[Symbol.iterator]();
	return states.map((state, i) => {
		const ticks: number[] = [];
		const range = ranges[i];
		for (let word = range?.lowestWord ?? 0; word <= (range?.highestWord ?? -1); word++) {
			let bits = BigInt(answers.next().value ?? "0x0");
			for (let bit = 0; bits > 0n; bit++, bits >>= 1n) {
				if ((bits & 1n) === 1n) ticks.push((word * WORD + bit) * state.tickSpacing);
			}
		}
		return { state, ticks };
	});
}

async function readTicks(client: ChainClient, pools: readonly WithTickNumbers[], blockHash: string): Promise<TrackedV3[]> {
	const calls = pools.flatMap(({ state, ticks }) => ticks.map((tick) => ({ to: state.address, data: TICKS + intWord(tick) })));
	const answers = (await client.callAt(blockHash, calls))[Symbol.iterator]();
	return pools.map(({ state, ticks }) => {
		const liquidityGross = new Map<number, bigint>();
		const net = new Map<number, bigint>();
		for (const tick of ticks) {
			const info = answers.next().value ?? "0x";
			liquidityGross.set(tick, uintAt(info, 0));
			net.set(tick, intAt(info, 1));
		}
		return { state: { ...state, ticks: sorted(net) }, liquidityGross };
	});
}

import { id } from "ethers";
import type { Pool, UniswapV3PoolState } from "../../domain/pool.ts";
import { readWords } from "../../rust-wasm/limbs.ts";
import type { ConcentratedStates } from "../bulk/concentrated-record.ts";
import { readConcentrated } from "../bulk/concentrated-states.ts";
import { MAX_TICK, WORD } from "../bulk/tick-window.ts";
import type { ChainLog } from "../log.ts";
import { addressAt, intAt, uintAt } from "./abi-word.ts";
import { assertRead, factoryOf, type ProtocolAdapter, type TrackedPool } from "./adapter.ts";
import { readBalances } from "./balances.ts";

const POOL_CREATED = id("PoolCreated(address,address,uint24,int24,address)");
const INITIALIZE = id("Initialize(uint160,int24)");
const SWAP = id("Swap(address,address,int256,int256,uint160,uint128,int24)");
const MINT = id("Mint(address,address,int24,int24,uint128,uint256,uint256)");
const BURN = id("Burn(address,int24,int24,uint128,uint256,uint256)");
/** With fewer known words than this ahead of the price the pool is read anew around it. */
const WORDS_KEPT_AHEAD = 4;

interface TrackedV3 {
	readonly state: UniswapV3PoolState;
	readonly liquidityGross: ReadonlyMap<number, bigint>;
}

function isTrackedV3(tracked: TrackedPool): tracked is TrackedV3 {
	return tracked.state.family === "uniswap-v3" && tracked.liquidityGross !== undefined;
}

/**
 * Concentrated liquidity. Price, tick and liquidity come whole with each `Swap`; ticks change by `Mint` and `Burn` as in `UniswapV3Pool._updatePosition`.
 * Other events (Flash, Collect, SetFeeProtocol, observations) change nothing that a swap's amounts depend on.
 */
export const uniswapV3: ProtocolAdapter = {
	families: ["uniswap-v3"],
	stateTopics: [INITIALIZE, SWAP, MINT, BURN],

	creation: ({ chainId, dex }) => ({
		emitter: factoryOf(dex),
		topics: (tokens) => [POOL_CREATED, tokens, tokens],
		parse: (log) => ({
			...{ chainId, address: addressAt(log.data, 1), family: "uniswap-v3", dex: dex.name },
			tokens: [addressAt(log.topics[1] ?? "0x", 0), addressAt(log.topics[2] ?? "0x", 0)],
			...{ feePips: Number(uintAt(log.topics[3] ?? "0x", 0)), tickSpacing: Number(intAt(log.data, 0)), details: {} },
		}),
	}),

	async load({ client, pools, blockHash }) {
		const states = await readConcentrated(client, { pools, blockHash, ticks: "around" });
		return pools.map((pool, i) => trackedAt(states, i, pool));
	},

	holdings: readBalances,

	async reserves({ client, pools, blockHash }) {
		const states = await readConcentrated(client, { pools, blockHash, ticks: "none" });
		return pools.map((pool, i) => {
			assertRead(pool, states.status[i]);
			const { sqrtPriceX96, liquidity } = priceAt(states, i);
			// White paper, section 2: x = L / sqrt(P), y = L * sqrt(P).
			const reserve0 = sqrtPriceX96 === 0n ? 0n : (liquidity << 96n) / sqrtPriceX96;
			return { pool, reserve0, reserve1: (liquidity * sqrtPriceX96) >> 96n };
		});
	},

	apply(tracked, log) {
		if (!isTrackedV3(tracked)) return tracked;
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

function trackedAt(states: ConcentratedStates, index: number, pool: Pool): TrackedV3 {
	assertRead(pool, states.status[index]);
	const { address, dex, feePips, tickSpacing } = pool;
	const [token0 = "", token1 = ""] = pool.tokens;
	const { sqrtPriceX96, liquidity } = priceAt(states, index);
	const ticks: [number, string][] = [];
	const liquidityGross = new Map<number, bigint>();
	for (let at = states.start[index] ?? 0; at < (states.start[index + 1] ?? 0); at++) {
		const tick = states.ticks[at] ?? 0;
		liquidityGross.set(tick, readWords(states.gross, { offset: at * 2, words: 2 }));
		ticks.push([tick, BigInt.asIntN(128, readWords(states.net, { offset: at * 2, words: 2 })).toString()]);
	}
	return {
		liquidityGross,
		state: {
			family: "uniswap-v3",
			...{ address, dex, token0, token1, feePips, tickSpacing },
			sqrtPriceX96: sqrtPriceX96.toString(),
			tick: states.tick[index] ?? 0,
			liquidity: liquidity.toString(),
			// Up to the outermost bit of the outermost word that is read.
			tickLower: Math.max(-MAX_TICK, (states.firstWord[index] ?? 0) * WORD * tickSpacing),
			tickUpper: Math.min(MAX_TICK, ((states.lastWord[index] ?? 0) * WORD + WORD - 1) * tickSpacing),
			ticks,
		},
	};
}

function priceAt(states: ConcentratedStates, index: number): { readonly sqrtPriceX96: bigint; readonly liquidity: bigint } {
	return {
		sqrtPriceX96: readWords(states.words, { offset: index * 6, words: 4 }),
		liquidity: readWords(states.words, { offset: index * 6 + 4, words: 2 }),
	};
}

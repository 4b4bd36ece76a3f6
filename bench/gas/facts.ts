import { id } from "ethers";
import type { Pool } from "../../domain/pool.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import { intWord, uintAt } from "../../market/protocols/abi-word.ts";
import type { GasHop, PoolGasHop } from "../../rust-wasm/calculations/gas.ts";
import type { TickWalk } from "../../rust-wasm/calculations/tick-walk.ts";

const selector = (signature: string): string => id(signature).slice(0, 10);
const PRICE_CUMULATIVE = selector("price0CumulativeLast()");
const SLOT0 = selector("slot0()");
const FEE_GROWTH = [selector("feeGrowthGlobal0X128()"), selector("feeGrowthGlobal1X128()")] as const;
const PROTOCOL_FEES = selector("protocolFees()");
const TICKS = selector("ticks(int24)");
const PIPS = 1_000_000n;

/** What a pair's gas depends on beside its reserves. */
interface PairFacts {
	readonly family: "uniswap-v2";
	isSynced: boolean;
	isAccumulated: boolean;
}

/** What a V3 pool's gas depends on beside price and liquidity. */
interface PoolFacts {
	readonly family: "uniswap-v3";
	/** By token: is its `feeGrowthGlobal` above zero. */
	readonly hasGrowth: [boolean, boolean];
	/** `slot0.feeProtocol`: the divisor of each token's fees, 0 being none. */
	readonly feeProtocol: readonly [number, number];
	hasProtocolFees: boolean;
	isObserved: boolean;
	observationIndex: number;
	cardinality: number;
	readonly cardinalityNext: number;
}

type Facts = PairFacts | PoolFacts;

/** A swap that is to be executed in the next block, in the pool's own terms. */
export interface ChosenSwap {
	readonly pool: Pool;
	readonly zeroForOne: boolean;
	/** Base units of the input. */
	readonly amountIn: bigint;
	/** V3 only. */
	readonly walk: TickWalk | null;
}

/**
 * What the chain tells about pools at the end of one block, carried on through the swaps of the next: the second swap of a block meets what the
 * first one left.
 */
export class BlockFacts {
	readonly #pools: ReadonlyMap<string, Facts>;
	/** `feeGrowthOutside` of both tokens by pool and tick: is it above zero. */
	readonly #ticks: ReadonlyMap<string, [boolean, boolean]>;

	private constructor(pools: ReadonlyMap<string, Facts>, ticks: ReadonlyMap<string, [boolean, boolean]>) {
		this.#pools = pools;
		this.#ticks = ticks;
	}

	/** Reads what the swaps, in the order of their execution, will meet. */
	static async read(client: ChainClient, blockHash: string, swaps: readonly ChosenSwap[]): Promise<BlockFacts> {
		const pools = [...new Map(swaps.map(({ pool }) => [pool.address, pool])).values()];
		const ticks = new Map<string, { readonly to: string; readonly data: string }>();
		for (const { pool, walk } of swaps) {
			for (const tick of walk?.crossed ?? []) ticks.set(tickKey(pool, tick), { to: pool.address, data: TICKS + intWord(tick) });
		}
		const [answers, tickAnswers] = await Promise.all([
			client.callAt(
				blockHash,
				pools.flatMap(({ address, family }) =>
					(family === "uniswap-v2" ? [PRICE_CUMULATIVE] : [SLOT0, ...FEE_GROWTH, PROTOCOL_FEES]).map((data) => ({ to: address, data })),
				),
			),
			client.callAt(blockHash, [...ticks.values()]),
		]);
		const next = answers[Symbol.iterator]();
		const word = (): string => next.next().value ?? "0x";
		const facts = new Map<string, Facts>();
		for (const { address, family } of pools) facts.set(address, family === "uniswap-v2" ? pairFacts(word()) : poolFacts(word));
		const outside = [...ticks.keys()].map((key, i) => {
			const info = tickAnswers[i] ?? "0x";
			// TickInfo: liquidityGross, liquidityNet, feeGrowthOutside0X128, feeGrowthOutside1X128, …
			return [key, [uintAt(info, 2) > 0n, uintAt(info, 3) > 0n]] satisfies [string, [boolean, boolean]];
		});
		return new BlockFacts(facts, new Map(outside));
	}

	/** The hop as the estimate takes it, at the state that the swaps asked for before have left; tokens' codes are the caller's. */
	next(swap: ChosenSwap, tokens: Pick<GasHop, "tokenIn" | "tokenOut">): GasHop {
		const { pool, zeroForOne } = swap;
		const facts = this.#pools.get(pool.address);
		if (facts?.family === "uniswap-v2") {
			const isFirstInBlock = !facts.isSynced;
			const freshWords = isFirstInBlock && !facts.isAccumulated ? 2 : 0;
			facts.isSynced = true;
			facts.isAccumulated = true;
			const dex = pool.dex === "sushiswap-v2" ? pool.dex : "uniswap-v2";
			return { family: "uniswap-v2", dex, ...tokens, zeroForOne, isFirstInBlock, freshWords };
		}
		if (facts === undefined || swap.walk === null) throw new RangeError(`pool ${pool.address} was not read`);
		const { crossed, ...walk } = swap.walk;
		const side = zeroForOne ? 0 : 1;
		// `UniswapV3Pool.swap` divides the fee of each step and stores only what is not zero.
		const fee = (swap.amountIn * BigInt(pool.feePips) + PIPS - 1n) / PIPS;
		const hasProtocolFee = facts.feeProtocol[side] > 0 && fee >= BigInt(facts.feeProtocol[side]);
		// `protocolFees` holds both tokens in one word.
		let freshWords = Number(!facts.hasGrowth[side]) + Number(hasProtocolFee && !facts.hasProtocolFees);
		facts.hasGrowth[side] = true;
		if (hasProtocolFee) facts.hasProtocolFees = true;
		for (const tick of crossed) {
			const outside = this.#ticks.get(tickKey(pool, tick)) ?? [false, false];
			for (const token of [0, 1] as const) {
				if (!outside[token] && facts.hasGrowth[token]) freshWords += 1;
				outside[token] ||= facts.hasGrowth[token];
			}
		}
		return {
			...{ family: "uniswap-v3", dex: "uniswap-v3", ...tokens, zeroForOne, freshWords, hasProtocolFee },
			walk: { ...walk, crossed: crossed.length },
			observation: observe(facts, walk.isTickMoved),
		};
	}
}

function tickKey(pool: Pool, tick: number): string {
	return `${pool.address} ${tick}`;
}

/** The last swap was in another block: blocks of this chain have times of their own. */
function pairFacts(cumulative: string): PairFacts {
	return { family: "uniswap-v2", isSynced: false, isAccumulated: uintAt(cumulative, 0) > 0n };
}

function poolFacts(word: () => string): PoolFacts {
	const slot0 = word();
	const [growth0, growth1, protocolFees] = [word(), word(), word()] as const;
	const feeProtocol = Number(uintAt(slot0, 5));
	return {
		family: "uniswap-v3",
		hasGrowth: [uintAt(growth0, 0) > 0n, uintAt(growth1, 0) > 0n],
		feeProtocol: [feeProtocol % 16, feeProtocol >> 4],
		hasProtocolFees: uintAt(protocolFees, 0) > 0n || uintAt(protocolFees, 1) > 0n,
		isObserved: false,
		observationIndex: Number(uintAt(slot0, 2)),
		cardinality: Number(uintAt(slot0, 3)),
		cardinalityNext: Number(uintAt(slot0, 4)),
	};
}

/** `Oracle.write` for a swap that moves the tick: once per block, into the next slot as far as the pool has grown. */
function observe(facts: PoolFacts, isTickMoved: boolean): PoolGasHop["observation"] {
	if (facts.isObserved) return "none";
	const hasGrown = facts.cardinalityNext > facts.cardinality && facts.observationIndex === facts.cardinality - 1;
	const cardinality = hasGrown ? facts.cardinalityNext : facts.cardinality;
	const index = (facts.observationIndex + 1) % cardinality;
	const observation = index === facts.observationIndex ? "same" : "next";
	if (isTickMoved) {
		facts.isObserved = true;
		facts.cardinality = cardinality;
		facts.observationIndex = index;
	}
	return observation;
}

import { isConcentrated, type PoolState, type UniswapV2PoolState, type UniswapV3PoolState } from "../domain/pool.ts";
import type { Engine } from "./engine.ts";
import { WORDS, writeWords } from "./limbs.ts";

type FedEngine = Pick<Engine, "upsertPools" | "updateV2Reserves" | "movePools" | "movingFields" | "removePool">;

interface MovingField {
	readonly field: string;
	/** Values of it; a list has as many as it has entries. */
	readonly count: number;
}

/** Of every family of concentrated liquidity: the engine leaves the fees as they are where no values are given for them. */
const PLACE: readonly MovingField[] = ["sqrtPriceX96", "liquidity", "tick"].map((field) => ({ field, count: 1 }));

/**
 * Keeps an engine's pools at the states that it is given, by the least that does: reserves of pairs and what swaps change in other pools cross in typed arrays, in
 * one call each; a pool that is new, or of which something else changed, crosses whole.
 */
export class StateFeed {
	readonly #engine: FedEngine;
	/** What the engine holds. */
	readonly #given = new Map<string, PoolState>();
	/** What swaps change in a pool, for as long as the engine holds the same whole state. */
	readonly #moving = new Map<string, readonly MovingField[]>();

	constructor(engine: FedEngine) {
		this.#engine = engine;
	}

	/** Takes states over, one of a pool. @throws ArbError as {@link Engine.upsertPools}; the next states of these pools then cross whole. */
	give(states: readonly PoolState[]): void {
		const whole: PoolState[] = [];
		const pairs: UniswapV2PoolState[] = [];
		const others: PoolState[] = [];
		const values: bigint[] = [];
		const counts: number[] = [];
		for (const state of states) {
			const given = this.#given.get(state.address);
			if (state.family === "uniswap-v2") {
				if (given?.family === "uniswap-v2" && isSamePair(given, state)) pairs.push(state);
				else whole.push(state);
				continue;
			}
			const moved = given === undefined ? null : this.#moves(given, state);
			if (moved === null) whole.push(state);
			else {
				others.push(state);
				counts.push(moved.length);
				values.push(...moved);
			}
		}
		try {
			if (whole.length > 0) this.#engine.upsertPools(whole);
			if (pairs.length > 0) this.#engine.updateV2Reserves({ pools: pairs.map(({ address }) => address), reserves: reservesOf(pairs) });
			if (others.length > 0) {
				const words = new BigUint64Array(values.length * WORDS);
				for (const [i, value] of values.entries()) writeWords(words, { offset: i * WORDS, words: WORDS }, value);
				this.#engine.movePools({ pools: others.map(({ address }) => address), counts: Uint32Array.from(counts), values: words });
			}
		} catch (error) {
			for (const { address } of states) this.#given.delete(address);
			throw error;
		}
		for (const { address } of whole) this.#moving.delete(address);
		for (const state of states) this.#given.set(state.address, state);
	}

	remove(address: string): void {
		this.#engine.removePool(address);
		this.#given.delete(address);
		this.#moving.delete(address);
	}

	/** The values of the moving fields, where nothing but these differs; null where the state must cross whole. */
	#moves(given: PoolState, state: PoolState): readonly bigint[] | null {
		if (state.family === "uniswap-v3") {
			if (given.family !== "uniswap-v3" || !isSameRange(given, state)) return null;
			return [BigInt(state.sqrtPriceX96), BigInt(state.liquidity), BigInt(state.tick)];
		}
		const fields = this.#movingOf(state);
		if (fields.length === 0 || !isSameButFor(given, state, (name) => fields.some(({ field }) => field === name))) return null;
		const values: bigint[] = [];
		for (const { field, count } of fields) {
			const value: unknown = Reflect.get(state, field);
			const own = Array.isArray(value) ? value : [value];
			if (own.length !== count || !own.every(isInteger)) return null;
			for (const one of own) values.push(BigInt(one));
		}
		return values;
	}

	#movingOf(state: PoolState): readonly MovingField[] {
		if (isConcentrated(state)) return PLACE;
		const known = this.#moving.get(state.address);
		if (known !== undefined) return known;
		const fields = this.#engine.movingFields(state.address);
		this.#moving.set(state.address, fields);
		return fields;
	}
}

function isInteger(value: unknown): value is string | number {
	return typeof value === "number" ? Number.isSafeInteger(value) : typeof value === "string" && value !== "";
}

function isSamePair(a: UniswapV2PoolState, b: UniswapV2PoolState): boolean {
	return a.feePips === b.feePips && a.token0 === b.token0 && a.token1 === b.token1 && a.dex === b.dex;
}

function isSameRange(a: UniswapV3PoolState, b: UniswapV3PoolState): boolean {
	const isSameShape =
		a.feePips === b.feePips && a.tickSpacing === b.tickSpacing && a.tickLower === b.tickLower && a.tickUpper === b.tickUpper;
	if (!isSameShape || a.token0 !== b.token0 || a.token1 !== b.token1 || a.dex !== b.dex) return false;
	return a.ticks === b.ticks || JSON.stringify(a.ticks) === JSON.stringify(b.ticks);
}

/** Adapters keep the parts that did not change, so that most are the same objects. */
function isSameButFor(before: PoolState, after: PoolState, isLeftOut: (field: string) => boolean): boolean {
	let fields = 0;
	for (const field in after) {
		fields++;
		const [a, b]: unknown[] = [Reflect.get(before, field), Reflect.get(after, field)];
		if (a === b || isLeftOut(field)) continue;
		if (typeof a !== "object" || typeof b !== "object" || JSON.stringify(a) !== JSON.stringify(b)) return false;
	}
	for (const _ in before) fields--;
	return fields === 0;
}

function reservesOf(pairs: readonly UniswapV2PoolState[]): BigUint64Array {
	const words = new BigUint64Array(pairs.length * 4);
	for (const [i, { reserve0, reserve1 }] of pairs.entries()) {
		writeWords(words, { offset: i * 4, words: 2 }, BigInt(reserve0));
		writeWords(words, { offset: i * 4 + 2, words: 2 }, BigInt(reserve1));
	}
	return words;
}

import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { TrackedPool } from "../protocols/adapter.ts";

/**
 * The version of what is stored. It rises whenever a row or a block's content is written in another form, or an adapter keeps other things of a pool than before:
 * what has another version is not read, and its pools are loaded from the chain.
 */
export const HISTORY_VERSION = 1;

/**
 * A pool's state as it is stored beside the pool's facts: of the two families that most pools belong to, what swaps and positions change; of the others the whole
 * state as a text of its own, so that reading it costs nothing until it is asked for.
 */
export type StateRow = PairRow | ConcentratedRow | string;
type PairRow = readonly [reserve0: string, reserve1: string];
/** The last member is tick, net and gross liquidity of each tick, one after the other. */
type ConcentratedRow = readonly [
	sqrtPriceX96: string,
	tick: number,
	liquidity: string,
	tickLower: number,
	tickUpper: number,
	ticks: readonly (string | number)[],
];

export function rowOf(tracked: TrackedPool): StateRow {
	const { state, liquidityGross, ...more } = tracked;
	if (Object.keys(more).length === 0) {
		if (state.family === "uniswap-v2" && liquidityGross === undefined) return [state.reserve0, state.reserve1];
		if (state.family === "uniswap-v3" && liquidityGross?.size === state.ticks.length) {
			const ticks = state.ticks.flatMap(([tick, net]) => [tick, net, String(liquidityGross.get(tick))]);
			return [state.sqrtPriceX96, state.tick, state.liquidity, state.tickLower, state.tickUpper, ticks];
		}
	}
	return JSON.stringify(tracked, tagged);
}

/** @throws ArbError `invalid_input` for a row that {@link rowOf} did not write for a pool of this family. */
export function trackedOf(pool: Pool, row: StateRow): TrackedPool {
	const { address, family, dex, tokens, feePips, tickSpacing } = pool;
	const [token0 = "", token1 = ""] = tokens;
	if (typeof row === "string") {
		const tracked: unknown = JSON.parse(row, untagged);
		if (isTracked(tracked) && tracked.state.address === address && tracked.state.family === family) return tracked;
	} else if (family === "uniswap-v2" && isPairRow(row)) {
		return { state: { family, ...{ address, dex, token0, token1, feePips }, reserve0: row[0], reserve1: row[1] } };
	} else if (family === "uniswap-v3" && !isPairRow(row)) {
		const [sqrtPriceX96, tick, liquidity, tickLower, tickUpper, flat] = row;
		const ticks: [number, string][] = [];
		const liquidityGross = new Map<number, bigint>();
		for (let i = 0; i < flat.length; i += 3) {
			const at = Number(flat[i]);
			ticks.push([at, String(flat[i + 1])]);
			liquidityGross.set(at, BigInt(flat[i + 2] ?? 0));
		}
		const shape = { address, dex, token0, token1, feePips, tickSpacing };
		return { liquidityGross, state: { family, ...shape, sqrtPriceX96, tick, liquidity, tickLower, tickUpper, ticks } };
	}
	throw new ArbError({
		code: "invalid_input",
		message: `the stored state of pool ${address} is none of family ${family}; delete the chain's history, and its pools are loaded anew`,
		retryable: false,
	});
}

function isPairRow(row: PairRow | ConcentratedRow): row is PairRow {
	return row.length === 2;
}

function isTracked(value: unknown): value is TrackedPool {
	const state: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "state") : undefined;
	return typeof state === "object" && state !== null;
}

// JSON has no maps and no large integers --------------------------------------------------------------------------------

const MAP = "$map";
const INTEGER = "$integer";

function tagged(key: string, value: unknown): unknown {
	if (typeof value === "bigint") return { [INTEGER]: value.toString() };
	if (value instanceof Map) return { [MAP]: [...value] };
	const isPlain = value === null || typeof value !== "object" || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
	if (isPlain && typeof value !== "function") return value;
	throw new ArbError({
		code: "invalid_input",
		message: `${key || "a pool's state"} is neither plain data nor a map and cannot be stored; let its adapter keep it as one of these`,
		retryable: false,
	});
}

function untagged(_key: string, value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	const integer: unknown = Reflect.get(value, INTEGER);
	if (typeof integer === "string") return BigInt(integer);
	const entries: unknown = Reflect.get(value, MAP);
	return Array.isArray(entries) ? new Map(entries) : value;
}

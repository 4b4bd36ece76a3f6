import type { ConcentratedState, OtherFamily, OtherPoolState, Pool, TickedState } from "../../../domain/pool.ts";
import { readWords } from "../../../rust-wasm/limbs.ts";
import type { ConcentratedForm, ConcentratedPool } from "../../bulk/concentrated-form.ts";
import type { ConcentratedStates } from "../../bulk/concentrated-record.ts";
import { readConcentrated } from "../../bulk/concentrated-states.ts";
import { MAX_TICK, WORD } from "../../bulk/tick-window.ts";
import { assertRead, type Reading, type Reserves } from "../adapter.ts";
import type { Place, TrackedTicks } from "./changes.ts";

/** What a family's contracts tell beside price, liquidity and ticks (`ConcentratedStates.afterTick`, `answerWords`). */
export interface Told {
	readonly afterTick: readonly [number, number];
	readonly answerWords: number;
}

/** Where the pools of a family are read, and in which form their contracts tell them. */
export interface Source {
	readonly form: ConcentratedForm;
	/** Absent: the pool's own address. */
	at?(pool: Pool): ConcentratedPool;
}

/** States with every tick around the price, in the order of the pools; `stateOf` puts a family's own fields beside the shared ones. */
export async function readTicks<State extends ConcentratedState>(
	reading: Reading,
	of: Source & { stateOf(pool: Pool, ticked: TickedState, told: Told): State },
): Promise<TrackedTicks<State>[]> {
	const states = await read(reading, of, "around");
	return reading.pools.map((pool, i) => {
		assertRead(pool, states.status[i]);
		const { ticks, liquidityGross } = ticksAt(states, i);
		const { sqrtPriceX96, liquidity, tick } = placeAt(states, i);
		const ticked: TickedState = {
			tickSpacing: pool.tickSpacing,
			sqrtPriceX96: sqrtPriceX96.toString(),
			tick,
			liquidity: liquidity.toString(),
			// Up to the outermost bit of the outermost word that is read.
			tickLower: Math.max(-MAX_TICK, (states.firstWord[i] ?? 0) * WORD * pool.tickSpacing),
			tickUpper: Math.min(MAX_TICK, ((states.lastWord[i] ?? 0) * WORD + WORD - 1) * pool.tickSpacing),
			ticks,
		};
		return { liquidityGross, state: of.stateOf(pool, ticked, toldAt(states, i)) };
	});
}

/** What the pools tell without their ticks, in their order. */
export async function readTold(reading: Reading, source: Source): Promise<Told[]> {
	const states = await read(reading, source, "none");
	return reading.pools.map((pool, i) => {
		assertRead(pool, states.status[i]);
		return toldAt(states, i);
	});
}

/** Virtual reserves: x = L ÷ √P, y = L × √P (white paper of Uniswap V3, section 2). `feePips` is what the pool's answer tells of its fee. */
export async function readVirtualReserves(reading: Reading, of: Source & { feePips?(told: Told): number }): Promise<Reserves[]> {
	const states = await read(reading, of, "none");
	return reading.pools.map((pool, i) => {
		assertRead(pool, states.status[i]);
		const { sqrtPriceX96, liquidity } = placeAt(states, i);
		const reserve0 = sqrtPriceX96 === 0n ? 0n : (liquidity << 96n) / sqrtPriceX96;
		const feePips = of.feePips?.(toldAt(states, i));
		return { pool, reserve0, reserve1: (liquidity * sqrtPriceX96) >> 96n, ...(feePips === undefined ? {} : { feePips }) };
	});
}

/** The documented form of a pool's state, less what differs between the families. */
export function familyState<Family extends OtherFamily>(family: Family, pool: Pool, ticked: TickedState): OtherPoolState & TickedState {
	const { address, dex, tokens, details } = pool;
	return { family, address, dex, tokens, details, ...ticked };
}

function read({ client, pools, blockHash }: Reading, { form, at }: Source, ticks: "around" | "none"): Promise<ConcentratedStates> {
	return readConcentrated(client, { pools: at === undefined ? pools : pools.map(at), blockHash, ticks, form });
}

function ticksAt(states: ConcentratedStates, index: number): Pick<TrackedTicks, "liquidityGross"> & Pick<TickedState, "ticks"> {
	const ticks: [number, string][] = [];
	const liquidityGross = new Map<number, bigint>();
	for (let at = states.start[index] ?? 0; at < (states.start[index + 1] ?? 0); at++) {
		const tick = states.ticks[at] ?? 0;
		liquidityGross.set(tick, readWords(states.gross, { offset: at * 2, words: 2 }));
		ticks.push([tick, BigInt.asIntN(128, readWords(states.net, { offset: at * 2, words: 2 })).toString()]);
	}
	return { ticks, liquidityGross };
}

function placeAt(states: ConcentratedStates, index: number): Place {
	return {
		sqrtPriceX96: readWords(states.words, { offset: index * 6, words: 4 }),
		liquidity: readWords(states.words, { offset: index * 6 + 4, words: 2 }),
		tick: states.tick[index] ?? 0,
	};
}

function toldAt(states: ConcentratedStates, index: number): Told {
	return {
		afterTick: [states.afterTick[index * 2] ?? 0, states.afterTick[index * 2 + 1] ?? 0],
		answerWords: states.answerWords[index] ?? 0,
	};
}

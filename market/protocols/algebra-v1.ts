import { id } from "ethers";
import { ArbError, messageOf } from "../../domain/errors.ts";
import type { OtherPoolState, Pool, TickedState } from "../../domain/pool.ts";
import { hexUint, runReader } from "../bulk/reader.ts";
import { describeStatus, STATUS, signed24 } from "../bulk/record.ts";
import { isExecutionFailure } from "../bulk/refusal.ts";
import type { ChainClient } from "../chain-client.ts";
import { tryCalls } from "../tried-calls.ts";
import { addressAt, intAt } from "./abi-word.ts";
import type { ProtocolAdapter, Reading, TrackedPool } from "./adapter.ts";
import { algebraPoolCreated } from "./algebra-pool-created.ts";
import { readBalances } from "./balances.ts";
import { afterV3Event, hasTicks, POSITION_TOPICS, SWAP, type TrackedTicks, withFields } from "./concentrated/changes.ts";
import { familyState, readTicks, readVirtualReserves } from "./concentrated/reading.ts";
import { nextTimestamp } from "./next-block.ts";

const GLOBAL_STATE = id("globalState()").slice(0, 10);
const TICK_SPACING = id("tickSpacing()").slice(0, 10);
const DATA_STORAGE = id("dataStorageOperator()").slice(0, 10);
/** A pool whose spacing can be set keeps its ticks as they are, a bit for each; the others divide them by the spacing (`TickTable.toggleTick`). */
const SET_TICK_SPACING = id("setTickSpacing(int24)").slice(2, 10);
/** ABI words of `globalState()`: one more where there is a fee for each direction (V1.9). */
const WORDS_DIRECTIONAL = 8;
const WORDS_OF_ONE_FEE = 7;

/**
 * What is kept in `Pool.details`: `dataStorageOperator`, which sets the fee, and whether fees are by direction. `Pool.tickSpacing` is the distance of the tick
 * table's bits.
 */
interface Details {
	readonly dataStorageOperator: string;
	readonly isDirectional: boolean;
}

function detailsOf(pool: Pick<Pool, "address" | "dex" | "details">): Details {
	const { dataStorageOperator, isDirectional } = pool.details;
	if (typeof dataStorageOperator === "string" && typeof isDirectional === "boolean") return { dataStorageOperator, isDirectional };
	const message = `pool ${pool.address} of ${pool.dex}: its details lack dataStorageOperator or isDirectional; discover it again`;
	throw new ArbError({ code: "invalid_input", message, retryable: false });
}

type State = OtherPoolState & TickedState;

/** The fees that the first swap of the next block pays: it writes a timepoint, and the fee follows from all of the day's. */
async function withFees({ client, pools, blockHash }: Reading, tracked: readonly TrackedTicks<State>[]): Promise<TrackedTicks<State>[]> {
	if (tracked.length === 0) return [];
	const timestamp = await nextTimestamp(client, blockHash);
	return await Promise.all(
		tracked.map(async (own, i) => {
			const pool = pools[i];
			return pool === undefined ? own : await withFee(client, { pool, tracked: own, timestamp, blockHash });
		}),
	);
}

async function withFee(
	client: ChainClient,
	of: { readonly pool: Pool; readonly tracked: TrackedTicks<State>; readonly timestamp: number; readonly blockHash: string },
): Promise<TrackedTicks<State>> {
	const { pool, tracked } = of;
	const { dataStorageOperator, isDirectional } = detailsOf(pool);
	// Before its first price a pool has no timepoint.
	if (BigInt(tracked.state.sqrtPriceX96) === 0n) return { ...tracked, state: withFields(tracked.state, { fee: 0 }) };
	const input = dataStorageOperator.slice(2) + hexUint(of.timestamp, 4) + (isDirectional ? "01" : "00");
	let bytes: Buffer;
	try {
		bytes = await runReader(client, { reader: "AlgebraFee", input, blockHash: of.blockHash, leastBytes: 44, as: pool.address });
	} catch (error) {
		if (isExecutionFailure(error)) throw unread(pool, `${messageOf(error)}; use a node that takes state overrides in eth_call`);
		throw error;
	}
	if (bytes[0] !== STATUS.read) {
		throw unread(pool, `its data storage ${dataStorageOperator}: ${describeStatus(bytes[0] ?? STATUS.empty)}; take it out of the pools`);
	}
	const { sqrtPriceX96, tick, liquidity } = tracked.state;
	const seen = [bytes.toString("hex", 1, 21), bytes.toString("hex", 24, 40)].map((digits) => BigInt(`0x${digits}`).toString());
	if (seen[0] !== sqrtPriceX96 || seen[1] !== liquidity || signed24(bytes, 21) !== tick) {
		const words = `its storage says price ${seen[0]}, liquidity ${seen[1]}; its getters and logs ${sqrtPriceX96}, ${liquidity}`;
		throw unread(pool, `${words}: it is laid out otherwise than Algebra V1's; take it out of the pools`);
	}
	const [feeZto, feeOtz] = [bytes.readUInt16BE(40), bytes.readUInt16BE(42)];
	return { ...tracked, state: withFields(tracked.state, isDirectional ? { feeZto, feeOtz } : { fee: feeZto }) };
}

function unread(pool: Pool, why: string): ArbError {
	return new ArbError({ code: "chain", message: `fee of pool ${pool.address} of ${pool.dex} in the next block: ${why}`, retryable: false });
}

async function load(reading: Reading): Promise<TrackedPool[]> {
	const tracked = await readTicks(reading, {
		form: "algebra",
		stateOf: (pool, ticked) => familyState("algebra-v1", pool, ticked),
	});
	return await withFees(reading, tracked);
}

/** Which contract sets the fee and how the pool keeps its ticks; a contract that does not answer as an Algebra V1 pool is left out. */
async function complete({ client, pools, blockHash }: Reading): Promise<Pool[]> {
	const questions = [GLOBAL_STATE, TICK_SPACING, DATA_STORAGE];
	const [answers, codes] = await Promise.all([
		tryCalls(
			client,
			blockHash,
			pools.flatMap(({ address }) => questions.map((data) => ({ to: address, data, words: data === GLOBAL_STATE ? WORDS_OF_ONE_FEE : 1 }))),
		),
		Promise.all(pools.map(({ address }) => client.readAt({ blockHash, method: "eth_getCode", params: [address] }))),
	]);
	return pools.flatMap((pool, i) => {
		const [state, spacing, operator] = answers.slice(i * questions.length, (i + 1) * questions.length);
		if (!state || !spacing || !operator) return [];
		const hasEveryTick = codes[i]?.includes(SET_TICK_SPACING) === true;
		const isDirectional = (state.length - 2) / 64 >= WORDS_DIRECTIONAL;
		const tickSpacing = hasEveryTick ? 1 : Number(intAt(spacing, 0));
		return [{ ...pool, tickSpacing, details: { dataStorageOperator: addressAt(operator, 0), isDirectional } }];
	});
}

function isOwn(tracked: TrackedPool): tracked is TrackedTicks<State> {
	return hasTicks(tracked, "algebra-v1");
}

/**
 * Algebra V1 and V1.9. The fee that `globalState` and the event `Fee` tell is that of the block they are from; the first swap of the next one sets it anew from
 * volatility and volume, which depends on its time.
 */
export const algebraV1: ProtocolAdapter = {
	families: ["algebra-v1"],
	stateTopics: [...POSITION_TOPICS, SWAP],
	creation: (scope) => algebraPoolCreated(scope, { family: "algebra-v1", tickSpacing: 0 }),
	complete,
	load,
	isSilent: () => true,
	refresh: async (reading, tracked) => await withFees(reading, tracked.filter(isOwn)),
	holdings: readBalances,
	reserves: (reading) =>
		readVirtualReserves(reading, {
			form: "algebra",
			feePips: ({ afterTick: [first, second], answerWords }) => (answerWords >= WORDS_DIRECTIONAL ? Math.max(first, second) : first),
		}),
	apply: (tracked, log) => (isOwn(tracked) ? (afterV3Event(tracked, log, SWAP) ?? tracked) : tracked),
};

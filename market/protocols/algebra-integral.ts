import { AbiCoder, id } from "ethers";
import type { OtherPoolState, TickedState } from "../../domain/pool.ts";
import type { ChainLog } from "../log.ts";
import { tryCalls } from "../tried-calls.ts";
import { addressAt, uintAt } from "./abi-word.ts";
import type { ProtocolAdapter, Reading, TrackedPool } from "./adapter.ts";
import { algebraPoolCreated } from "./algebra-pool-created.ts";
import { readBalances } from "./balances.ts";
import { afterV3Event, hasTicks, POSITION_TOPICS, SWAP, type TrackedTicks, withFields } from "./concentrated/changes.ts";
import { familyState, readTicks, readVirtualReserves, type Told } from "./concentrated/reading.ts";
import { askAhead, nextTimestamp } from "./next-block.ts";

const FEE = id("Fee(uint16)");
const PLUGIN = id("Plugin(address)");
const PLUGIN_CONFIG = id("PluginConfig(uint8)");
const PLUGIN_GETTER = id("plugin()").slice(0, 10);
const BEFORE_SWAP = id("beforeSwap(address,address,bool,int256,uint160,bool,bytes)").slice(0, 10);

/** Flags of `pluginConfig` (library Plugins): the plugin is called before each swap; it may set the fee. */
const BEFORE_SWAP_FLAG = 1;
const DYNAMIC_FEE_FLAG = 1 << 7;
const PIPS = 1_000_000;
/** The bits of the tick table are single ticks, whatever distance of positions the pool asks for: that may change. */
const TABLE_SPACING = 1;
/** A plugin whose fee differs between an input of 1 and one of 2^64 follows the amount. */
const ASKED_AMOUNTS = [1n, 1n << 64n] as const;
/** Price limits one inside of TickMath's: none. */
const NO_LIMIT = { zeroToOne: 4295128740n, oneToZero: 1461446703485210103287273052203988822378723970341n };
const NOBODY = `0x${"0".repeat(40)}`;
const abi = AbiCoder.defaultAbiCoder();

/** What this family has beside the shared fields; `fee`, or `feeZto` and `feeOtz`, are absent where the engine is to refuse (`unknown_hook`). */
interface Own {
	readonly lastFee: number;
	readonly pluginConfig: number;
	readonly plugin: string;
	readonly fee?: number | undefined;
	readonly feeZto?: number | undefined;
	readonly feeOtz?: number | undefined;
}
type State = OtherPoolState & TickedState & Own;

/** Pools of this family are made here only. */
function isOwn(tracked: TrackedPool): tracked is TrackedTicks<State> {
	return hasTicks(tracked, "algebra-integral") && typeof Reflect.get(tracked.state, "pluginConfig") === "number";
}

const isAsked = ({ pluginConfig }: Pick<Own, "pluginConfig">): boolean => (pluginConfig & BEFORE_SWAP_FLAG) !== 0;

/** The fees of the next block: `lastFee`, unless the plugin is asked before each swap. */
async function withFees(reading: Reading, tracked: readonly TrackedTicks<State>[]): Promise<TrackedTicks<State>[]> {
	const asked = tracked.filter(({ state }) => isAsked(state));
	const fees = asked.length === 0 ? new Map() : await pluginFees(reading, asked);
	return tracked.map((pool) => {
		const { feeZto, feeOtz } = fees.get(pool.state.address) ?? {};
		return { ...pool, state: withFields(pool.state, { ...feesOf(pool.state), feeZto, feeOtz }) };
	});
}

/** Those that follow without the plugin; none where it is asked. */
function feesOf(own: Pick<Own, "lastFee" | "pluginConfig">): Pick<Own, "fee" | "feeZto" | "feeOtz"> {
	return { fee: isAsked(own) ? undefined : own.lastFee, feeZto: undefined, feeOtz: undefined };
}

interface Fees {
	readonly feeZto: number;
	readonly feeOtz: number;
}

/** What plugins demand of swaps in the next block, by the pool's address; without the pools of those that refuse, or whose fee follows the amount. */
async function pluginFees({ client, blockHash }: Reading, tracked: readonly TrackedTicks<State>[]): Promise<Map<string, Fees>> {
	const timestamp = await nextTimestamp(client, blockHash);
	const calls = tracked.flatMap(({ state: { address, plugin } }) =>
		[true, false].flatMap((zeroToOne) =>
			ASKED_AMOUNTS.map((amount) => ({ from: address, to: plugin, data: beforeSwap(zeroToOne, amount) })),
		),
	);
	const answers = await askAhead(client, { blockHash, timestamp, calls });
	const fees = new Map<string, Fees>();
	for (const [i, { state }] of tracked.entries()) {
		const [zto = null, ztoOfMore, otz = null, otzOfMore] = answers.slice(4 * i, 4 * i + 4).map((answer) => feeIn(answer, state));
		if (zto !== null && otz !== null && zto === ztoOfMore && otz === otzOfMore) fees.set(state.address, { feeZto: zto, feeOtz: otz });
	}
	return fees;
}

function beforeSwap(zeroToOne: boolean, amount: bigint): string {
	const types = ["address", "address", "bool", "int256", "uint160", "bool", "bytes"];
	const limit = zeroToOne ? NO_LIMIT.zeroToOne : NO_LIMIT.oneToZero;
	return BEFORE_SWAP + abi.encode(types, [NOBODY, NOBODY, zeroToOne, amount, limit, false, "0x"]).slice(2);
}

/**
 * The fee that a plugin's answer makes: its override or else `lastFee`, and its own share on top. Null where the pool would refuse: an answer of another form, an
 * override without the flag for it, nothing left of the input.
 */
function feeIn(answer: string | null, { lastFee, pluginConfig }: Own): number | null {
	if (answer === null || answer.length < 2 + 3 * 64 || answer.slice(0, 10) !== BEFORE_SWAP) return null;
	const [over, own] = [Number(uintAt(answer, 1)), Number(uintAt(answer, 2))];
	if (over !== 0 && (pluginConfig & DYNAMIC_FEE_FLAG) === 0) return null;
	const fee = (over === 0 ? lastFee : over) + own;
	return fee < PIPS ? fee : null;
}

function toldOf({ afterTick: [lastFee, pluginConfig] }: Told): Pick<Own, "lastFee" | "pluginConfig"> {
	return { lastFee, pluginConfig };
}

async function load(reading: Reading): Promise<TrackedPool[]> {
	const questions = reading.pools.map(({ address }) => ({ to: address, data: PLUGIN_GETTER, words: 1 }));
	const [tracked, plugins] = await Promise.all([
		readTicks(reading, {
			form: "algebra",
			stateOf: (pool, ticked, told): State => ({ ...familyState("algebra-integral", pool, ticked), ...toldOf(told), plugin: NOBODY }),
		}),
		tryCalls(reading.client, reading.blockHash, questions),
	]);
	const known = tracked.map((pool, i) => {
		const plugin = plugins[i];
		return plugin ? { ...pool, state: withFields(pool.state, { plugin: addressAt(plugin, 0) }) } : pool;
	});
	return await withFees(reading, known);
}

/**
 * Algebra Integral. A pool's plugin may name the fee of each swap, by rules and at times of its own: it is asked, as the pool asks it, at the time of the next
 * block. Events of spacing and the community's share change no amount of a swap.
 */
export const algebraIntegral: ProtocolAdapter = {
	families: ["algebra-integral"],
	stateTopics: [...POSITION_TOPICS, SWAP, FEE, PLUGIN, PLUGIN_CONFIG],
	creation: (scope) => algebraPoolCreated(scope, { family: "algebra-integral", tickSpacing: TABLE_SPACING }),
	load,
	isSilent: () => true,
	refresh: async (reading, tracked) => await withFees(reading, tracked.filter(isOwn)),
	holdings: readBalances,
	reserves: (reading) => readVirtualReserves(reading, { form: "algebra", feePips: ({ afterTick: [lastFee] }) => lastFee }),
	apply: (tracked, log) => (isOwn(tracked) ? (afterV3Event(tracked, log, SWAP) ?? afterOwnEvent(tracked, log)) : tracked),
};

/** Where a plugin is asked, what it demands now is for `refresh` to find out: until then the engine refuses. */
function afterOwnEvent(tracked: TrackedTicks<State>, log: ChainLog): TrackedPool {
	const changed = (fields: Partial<Own>): TrackedPool => {
		const state = withFields(tracked.state, fields);
		return { ...tracked, state: withFields(state, feesOf(state)) };
	};
	switch (log.topics[0]) {
		case FEE:
			return changed({ lastFee: Number(uintAt(log.data, 0)) });
		case PLUGIN:
			return changed({ plugin: addressAt(log.data, 0) });
		case PLUGIN_CONFIG:
			return changed({ pluginConfig: Number(uintAt(log.data, 0)) });
		default:
			return tracked;
	}
}

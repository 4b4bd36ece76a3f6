import { id } from "ethers";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { ConcentratedPool } from "../bulk/concentrated-form.ts";
import type { ChainLog } from "../log.ts";
import { addressAt, addressTopic, intAt, uintAt } from "./abi-word.ts";
import { type ProtocolAdapter, type Reading, type TrackedPool, vaultOf } from "./adapter.ts";
import { hasTicks, withFields, withPlace, withPosition } from "./concentrated/changes.ts";
import { heldByTicks } from "./concentrated/holdings.ts";
import { familyState, readTicks, readTold, readVirtualReserves, type Source, type Told } from "./concentrated/reading.ts";

const INITIALIZE = id("Initialize(bytes32,address,address,uint24,int24,address,uint160,int24)");
const MODIFY_LIQUIDITY = id("ModifyLiquidity(bytes32,address,int24,int24,int256,bytes32)");
const SWAP = id("Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)");
const PROTOCOL_FEE_UPDATED = id("ProtocolFeeUpdated(bytes32,uint24)");
const STATE_TOPICS = [INITIALIZE, MODIFY_LIQUIDITY, SWAP, PROTOCOL_FEE_UPDATED];

const NATIVE = `0x${"0".repeat(40)}`;
/** A key's fee that says that the hook sets it (`LPFeeLibrary.DYNAMIC_FEE_FLAG`). */
const DYNAMIC_FEE = 0x80_0000;
/** Flags in a hook's address (library Hooks): before and after swaps, and the amounts that these two may change. */
const SWAP_FLAGS = (1 << 7) | (1 << 6) | (1 << 3) | (1 << 2);
const PIPS = 1_000_000;

/** What is kept in `Pool.details`: `manager`, and the pool's key, `currency0`, `currency1` (the zero address is the native coin), `fee`, `hooks`. */
interface Details {
	readonly manager: string;
	readonly hooks: string;
}

function detailsOf(pool: Pool): Details {
	const { manager, hooks } = pool.details;
	if (typeof manager === "string" && typeof hooks === "string") return { manager, hooks };
	const message = `pool ${pool.address} of ${pool.dex}: its details lack manager or hooks; discover it again`;
	throw new ArbError({ code: "invalid_input", message, retryable: false });
}

const source: Source = {
	form: "v4",
	at: (pool): ConcentratedPool => ({ address: detailsOf(pool).manager, id: pool.address, tickSpacing: pool.tickSpacing }),
};

/** A hook that runs in swaps may change their amounts or refuse them: the engine quotes no such pool. */
function assertQuotable(pool: Pool): void {
	const { hooks } = detailsOf(pool);
	if ((Number.parseInt(hooks.slice(-4), 16) & SWAP_FLAGS) === 0) return;
	throw new ArbError({
		code: "chain",
		message: `pool ${pool.address} of ${pool.dex}: its hook ${hooks} takes part in swaps, which the engine does not quote; take it out of the pools`,
		retryable: false,
	});
}

const feesOf = ({ afterTick: [protocolFee, lpFee] }: Told) => ({ protocolFee, lpFee });

/** That of the dearer direction: twelve bits for each, both parts taken from the input one after the other (`ProtocolFeeLibrary.calculateSwapFee`). */
function feePips(told: Told): number {
	const { protocolFee, lpFee } = feesOf(told);
	const protocol = Math.max(protocolFee & 0xfff, protocolFee >> 12);
	return protocol + lpFee - Math.floor((protocol * lpFee) / PIPS);
}

async function load(reading: Reading): Promise<TrackedPool[]> {
	reading.pools.forEach(assertQuotable);
	return await readTicks(reading, {
		...source,
		stateOf: (pool, ticked, told) => ({ ...familyState("uniswap-v4", pool, ticked), ...feesOf(told), hooks: detailsOf(pool).hooks }),
	});
}

/**
 * Uniswap V4: one manager holds every pool and logs for all. The LPs' fee is that of the key, or one that the hook sets without a log. Donations change no
 * amount of a swap.
 */
export const uniswapV4: ProtocolAdapter = {
	families: ["uniswap-v4"],
	stateTopics: STATE_TOPICS,
	singleton: {
		address: (pool) => detailsOf(pool).manager,
		poolOf: ({ topics: [event = "", pool = null] }) => (STATE_TOPICS.includes(event) ? pool : null),
	},

	creation: ({ chainId, wrappedNative, dex }) => ({
		emitter: vaultOf(dex),
		topics(tokens) {
			const currencies = tokens?.includes(addressTopic(wrappedNative)) ? [addressTopic(NATIVE), ...tokens] : tokens;
			return [INITIALIZE, null, currencies, currencies];
		},
		parse(log) {
			const [currency0, currency1] = [addressAt(log.topics[2] ?? "0x", 0), addressAt(log.topics[3] ?? "0x", 0)];
			const tokens = [currency0, currency1].map((currency) => (currency === NATIVE ? wrappedNative : currency));
			// The native coin against its wrapped self: one token for us.
			if (tokens[0] === tokens[1]) return null;
			const [fee, hooks, manager] = [Number(uintAt(log.data, 0)), addressAt(log.data, 2), vaultOf(dex)];
			return {
				...{ chainId, address: log.topics[1] ?? "0x", family: "uniswap-v4", dex: dex.name, tokens },
				...{ feePips: fee === DYNAMIC_FEE ? 0 : fee, tickSpacing: Number(intAt(log.data, 1)) },
				details: { manager, currency0, currency1, fee, hooks },
			};
		},
	}),

	load,
	isSilent: (pool) => pool.details.fee === DYNAMIC_FEE,
	async refresh(reading, tracked) {
		const told = await readTold(reading, source);
		return tracked.map((pool, i) => {
			const own = told[i];
			return own === undefined || !hasTicks(pool, "uniswap-v4") ? pool : { ...pool, state: withFields(pool.state, feesOf(own)) };
		});
	},

	reserves: (reading) => readVirtualReserves(reading, { ...source, feePips }),
	/** The manager's balance is that of all pools: what one has follows from its liquidity. */
	async holdings(reading) {
		const tracked = await readTicks(reading, { ...source, stateOf: (pool, ticked) => familyState("uniswap-v4", pool, ticked) });
		return reading.pools.flatMap((pool, i) => {
			const state = tracked[i]?.state;
			return state === undefined ? [] : [{ pool, amounts: heldByTicks(state) }];
		});
	},

	apply(tracked, log) {
		if (!hasTicks(tracked, "uniswap-v4")) return tracked;
		return afterEvent(tracked, log);
	},
};

function afterEvent(tracked: Parameters<typeof withPlace>[0], log: ChainLog): TrackedPool | "reload" {
	switch (log.topics[0]) {
		case SWAP:
			return withPlace(tracked, { sqrtPriceX96: uintAt(log.data, 2), liquidity: uintAt(log.data, 3), tick: Number(intAt(log.data, 4)) });
		case MODIFY_LIQUIDITY:
			return withPosition(tracked, {
				lower: Number(intAt(log.data, 0)),
				upper: Number(intAt(log.data, 1)),
				change: intAt(log.data, 2),
			});
		case PROTOCOL_FEE_UPDATED:
			return { ...tracked, state: withFields(tracked.state, { protocolFee: Number(uintAt(log.data, 0)) }) };
		case INITIALIZE:
			return "reload";
		default:
			return tracked;
	}
}

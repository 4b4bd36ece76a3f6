import { id } from "ethers";
import type { ProtocolAdapter } from "./adapter.ts";
import { readBalances } from "./balances.ts";
import { afterV3Event, hasTicks, POSITION_TOPICS } from "./concentrated/changes.ts";
import { familyState, readTicks, readVirtualReserves } from "./concentrated/reading.ts";
import { v3PoolCreated } from "./uniswap-v3.ts";

/** Uniswap V3's event with the protocol's share of the fee in either token behind it. */
const SWAP = id("Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)");

/** PancakeSwap V3: Uniswap V3 with other fee tiers. The protocol's share is a part of the fee, so `SetFeeProtocol` changes no amount. */
export const pancakeV3: ProtocolAdapter = {
	families: ["pancake-v3"],
	stateTopics: [...POSITION_TOPICS, SWAP],
	creation: (scope) => v3PoolCreated("pancake-v3", scope),
	load: (reading) =>
		readTicks(reading, {
			form: "v3",
			stateOf: (pool, ticked) => ({ ...familyState("pancake-v3", pool, ticked), feePips: pool.feePips }),
		}),
	holdings: readBalances,
	reserves: (reading) => readVirtualReserves(reading, { form: "v3" }),
	apply: (tracked, log) => (hasTicks(tracked, "pancake-v3") ? (afterV3Event(tracked, log, SWAP) ?? tracked) : tracked),
};

import type { Pool, PoolState, ProtocolFamily } from "../../domain/pool.ts";
import type { ChainClient } from "../chain-client.ts";
import type { ProtocolAdapter, Reserves, TrackedPool } from "./adapter.ts";
import { uniswapV2 } from "./uniswap-v2.ts";
import { uniswapV3 } from "./uniswap-v3.ts";

const ADAPTERS: Readonly<Record<ProtocolFamily, ProtocolAdapter>> = { "uniswap-v2": uniswapV2, "uniswap-v3": uniswapV3 };

export function adapterOf(family: ProtocolFamily): ProtocolAdapter {
	return ADAPTERS[family];
}

/** First topics of every event that changes a pool's state, of all families. */
export const STATE_TOPICS: readonly string[] = Object.values(ADAPTERS).flatMap((adapter) => adapter.stateTopics);

/** Reads pools of any families, pinned to one block; by address. */
export async function loadTracked(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<Map<string, TrackedPool>> {
	const loaded = await ofEachFamily(pools, (adapter, own) => adapter.load(client, own, blockHash));
	return new Map(loaded.map((tracked) => [tracked.state.address, tracked]));
}

/** Reserves of pools of any families at the end of one block, in no particular order. */
export function readReserves(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<Reserves[]> {
	return ofEachFamily(pools, (adapter, own) => adapter.reserves(client, own, blockHash));
}

/** Fresh states of pools of any families at the end of one block, in the order of `pools`. */
export async function loadStates(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<PoolState[]> {
	const tracked = await loadTracked(client, pools, blockHash);
	return pools.flatMap((pool) => tracked.get(pool.address)?.state ?? []);
}

async function ofEachFamily<Item>(
	pools: readonly Pool[],
	read: (adapter: ProtocolAdapter, own: readonly Pool[]) => Promise<Item[]>,
): Promise<Item[]> {
	const adapters = Object.values(ADAPTERS);
	const items = await Promise.all(
		adapters.map((adapter) =>
			read(
				adapter,
				pools.filter((pool) => pool.family === adapter.family),
			),
		),
	);
	return items.flat();
}

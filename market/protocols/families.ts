import { ArbError } from "../../domain/errors.ts";
import type { Pool, PoolState, ProtocolFamily } from "../../domain/pool.ts";
import type { Holdings, ProtocolAdapter, Reading, Reserves, TrackedPool } from "./adapter.ts";
import { algebraIntegral } from "./algebra-integral.ts";
import { algebraV1 } from "./algebra-v1.ts";
import { balancerV2Stable } from "./balancer/v2-stable.ts";
import { balancerV2Weighted } from "./balancer/v2-weighted.ts";
import { balancerV3Stable, balancerV3Weighted } from "./balancer/v3.ts";
import { curveClassic } from "./curve/classic.ts";
import { curveCryptoV1, tricryptoNg, twocryptoNg } from "./curve/crypto.ts";
import { stableswapNg } from "./curve/stableswap-ng.ts";
import { pancakeV3 } from "./pancake-v3.ts";
import { slipstreamCl } from "./slipstream-cl.ts";
import { camelotV2 } from "./solidly/camelot.ts";
import { velodromeV1, velodromeV2 } from "./solidly/pairs.ts";
import { uniswapV2 } from "./uniswap-v2.ts";
import { uniswapV3 } from "./uniswap-v3.ts";
import { uniswapV4 } from "./uniswap-v4.ts";

const ADAPTERS: readonly ProtocolAdapter[] = [
	uniswapV2,
	uniswapV3,
	pancakeV3,
	uniswapV4,
	algebraIntegral,
	algebraV1,
	slipstreamCl,
	balancerV2Weighted,
	balancerV2Stable,
	balancerV3Weighted,
	balancerV3Stable,
	curveClassic,
	stableswapNg,
	curveCryptoV1,
	tricryptoNg,
	twocryptoNg,
	velodromeV1,
	velodromeV2,
	camelotV2,
];
const BY_FAMILY: ReadonlyMap<ProtocolFamily, ProtocolAdapter> = new Map(
	ADAPTERS.flatMap((adapter) => adapter.families.map((family) => [family, adapter] as const)),
);

/** @throws ArbError `configuration` for a family whose pools cannot be read yet. */
export function adapterOf(family: ProtocolFamily): ProtocolAdapter {
	const adapter = BY_FAMILY.get(family);
	if (adapter !== undefined) return adapter;
	throw new ArbError({
		code: "configuration",
		message: `pools of family ${family} cannot be read; take its dexes out of the chain file`,
		retryable: false,
	});
}

/** First topics of every event that changes a pool's state, of all families. */
export const STATE_TOPICS: readonly string[] = [...new Set(ADAPTERS.flatMap((adapter) => adapter.stateTopics))];

/** Reads pools of any families, pinned to one block; by address. */
export async function loadTracked(reading: Reading): Promise<Map<string, TrackedPool>> {
	const loaded = await ofEachFamily(reading, (adapter, own) => adapter.load(own));
	return new Map(loaded.map((tracked) => [tracked.state.address, tracked]));
}

/** Reserves of the pools whose families tell them, at the end of one block, in no particular order. */
export function readReserves(reading: Reading): Promise<Reserves[]> {
	return ofEachFamily(reading, async (adapter, own) => (await adapter.reserves?.(own)) ?? []);
}

/** What pools of any families hold at the end of one block, in no particular order; one that does not tell is left out. */
export function readHoldings(reading: Reading): Promise<Holdings[]> {
	return ofEachFamily(reading, (adapter, own) => adapter.holdings(own));
}

/** Fresh states of pools of any families at the end of one block, in the order of `pools`. */
export async function loadStates(reading: Reading): Promise<PoolState[]> {
	const tracked = await loadTracked(reading);
	return reading.pools.flatMap((pool) => tracked.get(pool.address)?.state ?? []);
}

/** The pools of each adapter that has some. */
export function byAdapter(pools: readonly Pool[]): Map<ProtocolAdapter, Pool[]> {
	const found = new Map<ProtocolAdapter, Pool[]>();
	for (const pool of pools) {
		const adapter = adapterOf(pool.family);
		const own = found.get(adapter);
		if (own === undefined) found.set(adapter, [pool]);
		else own.push(pool);
	}
	return found;
}

async function ofEachFamily<Item>(reading: Reading, read: (adapter: ProtocolAdapter, own: Reading) => Promise<Item[]>): Promise<Item[]> {
	const items = await Promise.all([...byAdapter(reading.pools)].map(([adapter, pools]) => read(adapter, { ...reading, pools })));
	return items.flat();
}

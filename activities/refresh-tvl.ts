import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import { readPools } from "../db/registry.ts";
import { poolsBelowFloor, recordTvl } from "../db/tvl.ts";
import { ArbError } from "../domain/errors.ts";
import type { ChainClient } from "../market/chain-client.ts";
import { gatherPrices } from "../market/prices/prices.ts";
import { ratio, scaled } from "../market/prices/ratio.ts";
import { floorChanges, type TvlPrice, TvlTable } from "../market/prices/tvl.ts";
import { readHoldings } from "../market/protocols/families.ts";
import type { ActorActivities } from "../workflows/messages.ts";
import type { Log } from "./dependencies.ts";
import { asFailure } from "./step.ts";

export interface RefreshTvlDependencies {
	readonly chain: Pick<ChainConfig, "chainId" | "wrappedNative" | "stablecoins" | "tokens" | "prices">;
	readonly db: Database;
	readonly client: ChainClient;
	readonly log: Log;
}

/** Pools between a token and the native coin where the settings do not say. */
const MAX_HOPS = 3;

/** Values every allowed pool of the registry at the head, stores the values, and lets pools below the floor leave the search and come back. */
export function refreshTvlActivity(deps: RefreshTvlDependencies): ActorActivities["refreshTvl"] {
	return async ({ chainId }) => {
		try {
			return await refreshTvl(deps, chainId);
		} catch (error) {
			throw asFailure(error);
		}
	};
}

async function refreshTvl(
	deps: RefreshTvlDependencies,
	chainId: number,
): Promise<{ readonly blockNumber: number; readonly summary: string }> {
	const { chain, client, db } = deps;
	if (chainId !== chain.chainId) {
		throw new ArbError({ code: "configuration", message: `this worker serves chain ${chain.chainId}, not ${chainId}`, retryable: false });
	}
	const [pools, block, left] = await Promise.all([readPools(db, chainId, "allowed"), client.head(), poolsBelowFloor(db, chainId)]);
	if (pools.length === 0) return { blockNumber: block.number, summary: "the registry has no pools yet" };
	const tokens = [...new Set([chain.wrappedNative, ...pools.flatMap((pool) => pool.tokens)])];
	const [prices, holdings] = await Promise.all([
		gatherPrices(client, { chain, block, pools, tokens, maxHops: chain.prices?.maxHops ?? MAX_HOPS, isDetailed: true }),
		readHoldings({ client, pools, blockHash: block.hash }),
	]);
	const native = prices.usdPrices?.find((price) => price.token === chain.wrappedNative);
	// Without the dollar price of the native coin nothing has a value: all pools would fall below the floor.
	if (native === undefined) {
		throw new ArbError({
			code: "unavailable",
			message: `block ${block.number}: the native coin has no price in dollars (${prices.nativeUsdSource}); values stay as they were`,
			retryable: true,
		});
	}
	const table = new TvlTable(holdings.map(({ pool: { address, dex, tokens: own }, amounts }) => ({ address, dex, tokens: own, amounts })));
	for (const { token, numeratorAttodollars, denominatorUnits, depthWei } of prices.usdPrices ?? []) {
		const price: TvlPrice = {
			price: ratio(BigInt(numeratorAttodollars), BigInt(denominatorUnits)),
			capAttodollars:
				depthWei === undefined
					? null
					: scaled(BigInt(depthWei), ratio(BigInt(native.numeratorAttodollars), BigInt(native.denominatorUnits))),
		};
		table.setPrice(token, price);
	}
	const rows = table.rows();
	const floorUsd = chain.prices?.tvlFloorUsd;
	const refused = new Set(prices.refusedPrices?.map((price) => price.token));
	const undecided = new Set(pools.filter((pool) => pool.tokens.some((token) => refused.has(token))).map((pool) => pool.address));
	const changes = floorUsd === undefined ? { leaving: [], returning: [...left] } : floorChanges({ rows, floorUsd, left, undecided });
	await recordTvl(db, {
		...{ chainId, blockNumber: block.number, at: new Date(block.timestamp * 1000) },
		values: rows.map((row) => ({ ...row, microUsd: row.microUsd.toString() })),
		...changes,
	});
	const worth = (rows.at(-1)?.microUsd ?? 0n) / 1_000_000n;
	const summary = `${holdings.length} pools hold ${worth} USD; ${changes.leaving.length} leave the search, ${changes.returning.length} come back`;
	deps.log.info({ chainId, block: block.number, pools: holdings.length, usd: worth.toString() }, "values of pools stored");
	return { blockNumber: block.number, summary };
}

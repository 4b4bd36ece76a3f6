import type { ChainConfig } from "../../config/chain.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool, ProtocolFamily, UniswapV2PoolState, UniswapV3PoolState } from "../../domain/pool.ts";
import { describeStatus, STATUS } from "../bulk/record.ts";
import type { ChainClient } from "../chain-client.ts";
import type { ChainLog } from "../log.ts";

export type Dex = ChainConfig["dexes"][number];

/**
 * A pool's state with what is needed beside it to keep it by logs alone: a concentrated-liquidity tick disappears when its `liquidityGross` comes to 0
 * (`Tick.update`), which the net amount does not tell. Immutable: each change makes a new one, so earlier ones can be kept for reorgs.
 */
export type TrackedPool =
	| { readonly state: UniswapV2PoolState }
	| { readonly state: UniswapV3PoolState; readonly liquidityGross: ReadonlyMap<number, bigint> };

/** What a pool offers at its current price, in base units; for concentrated liquidity the virtual reserves. */
export interface Reserves {
	readonly pool: Pool;
	readonly reserve0: bigint;
	readonly reserve1: bigint;
}

/** How pools of one protocol family are found, read and kept. */
export interface ProtocolAdapter {
	readonly family: ProtocolFamily;
	/** First topic of the factory's event that announces a pool; topics 1 and 2 are the tokens. */
	readonly creationTopic: string;
	/** First topics of the pool events that change what the swap mathematics needs. */
	readonly stateTopics: readonly string[];
	/** The pool that a creation event announces. */
	parseCreation(log: ChainLog, chainId: number, dex: Dex): Pool;
	/** States at the end of that block, in the order of `pools`; {@link assertRead} for one that is no such pool. */
	load(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<TrackedPool[]>;
	/** Reserves at the end of that block, in the order of `pools`: without the ticks that {@link load} reads. */
	reserves(client: ChainClient, pools: readonly Pool[], blockHash: string): Promise<Reserves[]>;
	/** The pool after one of its logs; `reload` where the log leads to a part of the pool that is not known. */
	apply(tracked: TrackedPool, log: ChainLog): TrackedPool | "reload";
}

/** @throws ArbError `chain` that names a pool which could not be read as one of its family. */
export function assertRead(pool: Pool, status: number | undefined): void {
	if (status === STATUS.read) return;
	throw new ArbError({
		code: "chain",
		message: `pool ${pool.address} of ${pool.dex} cannot be read as ${pool.family}: ${describeStatus(status ?? STATUS.empty)}; take it out of the pools`,
		retryable: false,
	});
}

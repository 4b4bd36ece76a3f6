import type { ChainConfig } from "../../config/chain.ts";
import { ArbError } from "../../domain/errors.ts";
import type { Pool, PoolState, ProtocolFamily } from "../../domain/pool.ts";
import { describeStatus, STATUS } from "../bulk/record.ts";
import type { ChainClient } from "../chain-client.ts";
import type { ChainLog, TopicFilter } from "../log.ts";

export type Dex = ChainConfig["dexes"][number];

/**
 * A pool's state with what is needed beside it to keep it by logs alone: a concentrated-liquidity tick disappears when its `liquidityGross` comes to 0
 * (`Tick.update`), which the net amount does not tell. Immutable: each change makes a new one, so earlier ones can be kept for reorgs.
 */
export interface TrackedPool {
	readonly state: PoolState;
	/** Concentrated liquidity only. */
	readonly liquidityGross?: ReadonlyMap<number, bigint>;
	/** Whom a pool asks for its tokens' rates, in the tokens' order; null where a token has none. */
	readonly rateProviders?: readonly (string | null)[];
}

/** What a pool of two tokens offers at its current price, in base units; for concentrated liquidity the virtual reserves. */
export interface Reserves {
	readonly pool: Pool;
	readonly reserve0: bigint;
	readonly reserve1: bigint;
	/** Millionths, where the fee is a part of the pool's state; of two directions the dearer. */
	readonly feePips?: number;
}

/** What a pool holds of each of its tokens, in base units, in their order. */
export interface Holdings {
	readonly pool: Pool;
	readonly amounts: readonly bigint[];
}

/** What reading needs beside the pools. */
export interface Reading {
	readonly client: ChainClient;
	readonly pools: readonly Pool[];
	readonly blockHash: string;
}

/** What discovery knows of the chain when it asks an adapter. */
export interface DiscoveryScope {
	readonly chainId: number;
	readonly wrappedNative: string;
	readonly dex: Dex;
}

/** How the pools of a dex announce themselves. */
export interface CreationEvents {
	/** The contract that emits them. */
	readonly emitter: string;
	/** `tokens` are the tokens of interest as topics, for events that index them; null: any. */
	topics(tokens: readonly string[] | null): TopicFilter;
	/** The pool that one such event announces; null for one that is not of this dex and family. */
	parse(log: ChainLog): Pool | null;
}

/** How pools of some protocol families are found, read and kept. */
export interface ProtocolAdapter {
	readonly families: readonly ProtocolFamily[];
	/** Null where a dex of this family announces no pool by an event that names it. */
	creation(scope: DiscoveryScope): CreationEvents | null;
	/**
	 * Pools with the facts that neither event nor list tells (tokens of a vault's pool, decimals that scale balances). Absent where the event tells all.
	 * Pools that are not what they should be are left out.
	 */
	complete?(reading: Reading, scope: DiscoveryScope): Promise<Pool[]>;
	/** The pools that the factory lists, from its `from`-th on, at most `limit` of them; absent where it keeps no list. */
	enumerate?(
		client: ChainClient,
		scope: DiscoveryScope,
		part: { readonly from: number; readonly limit: number; readonly blockHash: string },
	): Promise<{ readonly pools: readonly Pool[]; readonly total: number }>;
	/** First topics of the events that change what the swap mathematics needs. */
	readonly stateTopics: readonly string[];
	/** For pools of a contract that logs for all of them: that contract, and the pool (its `address`) that a log of it is about, or that it is about all. */
	readonly singleton?: { address(pool: Pool): string; poolOf(log: ChainLog): string | "all" | null };
	/** States at the end of that block, in the order of `pools`; {@link assertRead} for one that is no such pool. */
	load(reading: Reading): Promise<TrackedPool[]>;
	/**
	 * Whether something that no log tells may change the pool's answers from block to block (rates, a fee kept elsewhere): such a pool is read again with every block. What
	 * follows from time alone is computed by the engine instead. Absent: never.
	 */
	isSilent?(pool: Pool): boolean;
	/** Pools after a block, in the order of `tracked`: those for which {@link isSilent} holds. Absent: {@link load} reads them. */
	refresh?(reading: Reading, tracked: readonly TrackedPool[]): Promise<TrackedPool[]>;
	/** Reserves at the end of that block, in the order of `pools`; absent where a pool's balances do not tell its price. */
	reserves?(reading: Reading): Promise<Reserves[]>;
	/** What the pools hold; one that does not tell is left out. */
	holdings(reading: Reading): Promise<Holdings[]>;
	/** The pool after one of its logs; `reload` where the log leads to a part of the pool that is not known. */
	apply(tracked: TrackedPool, log: ChainLog): TrackedPool | "reload";
}

/** @throws ArbError `chain` that names a pool which could not be read as one of its family. */
export function assertRead(pool: Pool, status: number | undefined): void {
	if (status !== STATUS.read) throw unreadable(pool, describeStatus(status ?? STATUS.empty));
}

/** The error for a pool that is not what it should be. */
export function unreadable(pool: Pool, why: string): ArbError {
	return new ArbError({
		code: "chain",
		message: `pool ${pool.address} of ${pool.dex} cannot be read as ${pool.family}: ${why}; take it out of the pools`,
		retryable: false,
	});
}

/** @throws ArbError `invalid_input` for a pool without that text among its details. */
export function textDetail(pool: Pool, name: string): string {
	const value = pool.details[name];
	if (typeof value === "string") return value;
	throw new ArbError({
		code: "invalid_input",
		message: `pool ${pool.address} of ${pool.dex} (${pool.family}) has no ${name} among its details; discover it again`,
		retryable: false,
	});
}

/**
 * The contract that creates the dex's pools.
 *
 * @throws ArbError `configuration` where the settings do not name it.
 */
export function factoryOf(dex: Dex): string {
	if (dex.factory !== undefined) return dex.factory;
	throw new ArbError({
		code: "configuration",
		message: `dex ${dex.name} (${dex.family}): factory is missing in the settings`,
		retryable: false,
	});
}

/**
 * The contract that holds the dex's pools.
 *
 * @throws ArbError `configuration` where the settings do not name it.
 */
export function vaultOf(dex: Dex): string {
	if (dex.vault !== undefined) return dex.vault;
	throw new ArbError({
		code: "configuration",
		message: `dex ${dex.name} (${dex.family}): vault is missing in the settings`,
		retryable: false,
	});
}

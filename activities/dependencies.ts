import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import type { Mode } from "../domain/outcome.ts";
import type { RelayKind } from "../domain/plan.ts";
import type { Relay } from "../execution/relay.ts";
import type { Wallets } from "../execution/wallets.ts";
import type { ChainClient } from "../market/chain-client.ts";
import type { Scorer } from "../models/scorer.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** What the steps of one chain's lifecycles work with; made once per process by `workers/`. */
export interface ChainDependencies {
	readonly chain: ChainConfig;
	readonly mode: Mode;
	readonly db: Database;
	readonly client: ChainClient;
	/** Null while no ensemble is registered: rules decide. */
	readonly scorer: Scorer | null;
	/** Absent in paper mode, which holds no spendable key. */
	readonly wallets: Wallets | null;
	readonly relays: ReadonlyMap<RelayKind, Relay>;
	readonly checkpoint: (name: Checkpoint) => void;
	readonly log: Log;
}

/** Structured logging: fields first, then the sentence. */
export interface Log {
	info(fields: Readonly<Record<string, unknown>>, message: string): void;
	warn(fields: Readonly<Record<string, unknown>>, message: string): void;
	error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

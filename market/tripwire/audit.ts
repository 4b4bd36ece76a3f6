import { setTimeout as delay } from "node:timers/promises";
import type { Pool, PoolState } from "../../domain/pool.ts";
import type { ChainClient } from "../chain-client.ts";
import { readableStates } from "../discovery/readable.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { differences } from "./difference.ts";

/** What an audit found of one pool. */
export interface Audited {
	readonly pool: string;
	readonly kept: PoolState;
	/** As the chain tells it now; null where it cannot be read as one of its family any more. */
	readonly fresh: TrackedPool | null;
	/** The fields that differ; empty where none does, {@link UNREADABLE} alone where nothing can be read. */
	readonly fields: readonly string[];
}

/** In the place of fields. */
export const UNREADABLE = "unreadable";

/** Time after which a difference is looked at once more. */
const SECOND_LOOK_MS = 200;

interface AuditQuestion {
	readonly blockHash: string;
	readonly pools: readonly Pool[];
	readonly kept: readonly PoolState[];
}

/**
 * Compares states of pools with what the chain says of them at the end of that block, in the order of `kept`. A difference counts once a second look at the same block
 * shows it too: a node that is about to take the next block in may answer with that one's state (anvil does while it mines).
 *
 * @throws ArbError of the node.
 */
export async function auditStates(client: ChainClient, of: AuditQuestion): Promise<readonly Audited[]> {
	const first = await compared(client, of);
	const differing = new Set(first.filter(({ fields }) => fields.length > 0).map(({ pool }) => pool));
	if (differing.size === 0) return first;
	await delay(SECOND_LOOK_MS);
	const second = await compared(client, {
		blockHash: of.blockHash,
		pools: of.pools.filter(({ address }) => differing.has(address)),
		kept: of.kept.filter(({ address }) => differing.has(address)),
	});
	return first.map((each) => second.find(({ pool }) => pool === each.pool) ?? each);
}

async function compared(client: ChainClient, of: AuditQuestion): Promise<readonly Audited[]> {
	const { tracked } = await readableStates(client, of);
	return of.kept.map((kept) => {
		const fresh = tracked.get(kept.address) ?? null;
		return { pool: kept.address, kept, fresh, fields: fresh === null ? [UNREADABLE] : differences(kept, fresh.state) };
	});
}

/** Draws that may hit what was drawn already or is left out, for each name asked for. */
const TRIES_PER_NAME = 20;

/** So many of the names, fewer where most of them are left out, drawn from a block's hash: every block others, the same for the same block. */
export function drawn(
	names: readonly string[],
	of: { readonly blockHash: string; readonly count: number; readonly except: ReadonlySet<string> },
): readonly string[] {
	const taken = new Set<string>();
	let seed = BigInt(of.blockHash);
	for (let tries = of.count * TRIES_PER_NAME; tries > 0 && taken.size < of.count && names.length > 0; tries--) {
		const name = names[Number(seed % BigInt(names.length))];
		if (name !== undefined && !of.except.has(name)) taken.add(name);
		// A step of Knuth's generator for 64 bits (MMIX): the hash is uniform, its steps need only not repeat.
		seed = BigInt.asUintN(256, seed * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) >> 1n;
	}
	return [...taken];
}

import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { ChainClient } from "../chain-client.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { loadTracked } from "../protocols/families.ts";

export interface Readable {
	readonly tracked: ReadonlyMap<string, TrackedPool>;
	/** Why a pool's state cannot be had, by address. */
	readonly unreadable: ReadonlyMap<string, string>;
}

/** Whether it is some pool's fault that states could not be read, and not the node's. */
export function isPoolsFault(error: unknown): error is ArbError {
	return error instanceof ArbError && error.code === "chain" && !error.retryable;
}

/**
 * States of the pools at the end of a block; a pool that cannot be read as one of its family is told apart from the others by halves.
 *
 * @throws ArbError of the node.
 */
export async function readableStates(
	client: ChainClient,
	of: { readonly pools: readonly Pool[]; readonly blockHash: string },
): Promise<Readable> {
	const { pools, blockHash } = of;
	if (pools.length === 0) return { tracked: new Map(), unreadable: new Map() };
	try {
		return { tracked: await loadTracked({ client, pools, blockHash }), unreadable: new Map() };
	} catch (error) {
		if (!isPoolsFault(error)) throw error;
		const [first] = pools;
		if (pools.length === 1 && first !== undefined) return { tracked: new Map(), unreadable: new Map([[first.address, error.message]]) };
	}
	const middle = Math.ceil(pools.length / 2);
	const halves = [
		await readableStates(client, { pools: pools.slice(0, middle), blockHash }),
		await readableStates(client, { pools: pools.slice(middle), blockHash }),
	];
	return {
		tracked: new Map(halves.flatMap((half) => [...half.tracked])),
		unreadable: new Map(halves.flatMap((half) => [...half.unreadable])),
	};
}

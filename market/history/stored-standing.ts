import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ArbError } from "../../domain/errors.ts";
import type { Pool } from "../../domain/pool.ts";
import type { TrackedPool } from "../protocols/adapter.ts";
import { pack, unpack } from "./packing.ts";
import { poolLine, poolOfLine } from "./pool-line.ts";
import { rowOf, type StateRow, trackedOf } from "./state-row.ts";

/** Pools that are worked on before other work of the process gets its turn. */
const SLICE = 500;

/** All pools of a book with their states, packed. */
export interface PackedStanding {
	/** SHA-256 of the list of pools. */
	readonly poolsKey: string;
	readonly pools: Buffer;
	readonly states: Buffer;
}

/** Remembers the list that it packed last: lists are long and change rarely. */
export class StandingPacker {
	#last: { readonly of: readonly Pool[]; readonly key: string; readonly packed: Buffer } | undefined;

	async pack(of: { readonly pools: readonly Pool[]; readonly tracked: readonly TrackedPool[] }): Promise<PackedStanding> {
		const rows: string[] = [];
		await inSlices(of.tracked, (tracked) => rows.push(JSON.stringify(rowOf(tracked))));
		const { key, packed } = await this.#packPools(of.pools);
		return { poolsKey: key, pools: packed, states: await pack(rows.join("\n")) };
	}

	async #packPools(pools: readonly Pool[]): Promise<{ readonly key: string; readonly packed: Buffer }> {
		const last = this.#last;
		if (last !== undefined && last.of.length === pools.length && last.of.every((pool, i) => pool === pools[i])) return last;
		const lines: string[] = [];
		await inSlices(pools, (pool) => lines.push(poolLine(pool)));
		const text = lines.join("\n");
		this.#last = { of: pools, key: createHash("sha256").update(text).digest("hex"), packed: await pack(text) };
		return this.#last;
	}
}

/**
 * Reads packed states. `known` are pools by address: one whose facts are still the same is taken over instead of being read from its line; without `known` all
 * are read. Returns the pools with their states, and the addresses of the stored pools that are not among the known or are other ones by now.
 *
 * @throws ArbError `invalid_input` for what is no packed standing.
 */
export async function unpackStanding(
	packed: Pick<PackedStanding, "pools" | "states">,
	known?: ReadonlyMap<string, Pool>,
): Promise<{ readonly pools: Map<string, Pool>; readonly tracked: Map<string, TrackedPool>; readonly strangers: readonly string[] }> {
	const [poolText, stateText] = await Promise.all([unpack(packed.pools), unpack(packed.states)]);
	const [lines, rows] = [poolText, stateText].map((text) => (text === "" ? [] : text.split("\n")));
	if (lines === undefined || rows === undefined || lines.length !== rows.length) {
		throw new ArbError({
			code: "invalid_input",
			message: `a stored base has ${lines?.length} pools and ${rows?.length} states; delete the chain's history, and its pools are loaded anew`,
			retryable: false,
		});
	}
	const pools = new Map<string, Pool>();
	const tracked = new Map<string, TrackedPool>();
	const strangers: string[] = [];
	const lineOfKnown = known === undefined ? undefined : await linesOf(known);
	let next = 0;
	await inSlices(lines, (line) => {
		const row = JSON.parse(rows[next++] ?? "null") as StateRow;
		const pool = lineOfKnown === undefined ? poolOfLine(line) : lineOfKnown.get(line);
		if (pool === undefined) strangers.push(poolOfLine(line).address);
		else {
			pools.set(pool.address, pool);
			tracked.set(pool.address, trackedOf(pool, row));
		}
	});
	return { pools, tracked, strangers };
}

async function linesOf(pools: ReadonlyMap<string, Pool>): Promise<ReadonlyMap<string, Pool>> {
	const byLine = new Map<string, Pool>();
	await inSlices([...pools.values()], (pool) => byLine.set(poolLine(pool), pool));
	return byLine;
}

async function inSlices<Item>(items: readonly Item[], work: (item: Item) => unknown): Promise<void> {
	for (let from = 0; from < items.length; from += SLICE) {
		for (const item of items.slice(from, from + SLICE)) work(item);
		if (from + SLICE < items.length) await nextTurn();
	}
}

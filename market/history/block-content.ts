import type { Pool } from "../../domain/pool.ts";
import type { Block } from "../block.ts";
import type { ChainLog } from "../log.ts";
import type { BlockInputs } from "../pool-book.ts";
import { pack, unpack } from "./packing.ts";
import { poolLine, poolOfLine } from "./pool-line.ts";
import { rowOf, type StateRow } from "./state-row.ts";

/** What made a block's states out of those of its parent. */
export interface BlockContent {
	/** About pools of the book, in their order. */
	readonly logs: readonly ChainLog[];
	/** Pools that were read at the block. */
	readonly read: ReadonlyMap<string, StateRow>;
	/** Pools that came to the book at the block; their states are among those read. */
	readonly joined: readonly Pool[];
}

/** The same before it is written. */
export type BlockChanges = Omit<BlockInputs, "block">;

/** Logs as `[address, index, topics, data]`: addresses and topics by their place in a list, because few of them are in many logs. */
type Written = readonly [
	texts: readonly string[],
	logs: readonly (readonly [address: number, logIndex: number, topics: readonly number[], data: string])[],
	read: readonly (readonly [address: string, row: StateRow])[],
	joined: readonly string[],
];

export async function packContent({ logs, read, joined }: BlockChanges): Promise<Buffer> {
	const places = new Map<string, number>();
	const placeOf = (text: string): number => {
		const known = places.get(text);
		if (known !== undefined) return known;
		places.set(text, places.size);
		return places.size - 1;
	};
	const ownLogs = logs.map((log) => [placeOf(log.address), log.logIndex, log.topics.map(placeOf), log.data.slice(2)] as const);
	const written: Written = [
		[...places.keys()].map((text) => text.slice(2)),
		ownLogs,
		read.map((tracked) => [tracked.state.address, rowOf(tracked)]),
		joined.map(poolLine),
	];
	return await pack(JSON.stringify(written));
}

export async function unpackContent(packed: Buffer, block: Pick<Block, "number" | "hash">): Promise<BlockContent> {
	const [texts, logs, read, joined] = JSON.parse(await unpack(packed)) as Written;
	const full = texts.map((text) => `0x${text}`);
	return {
		logs: logs.map(([address, logIndex, topics, data]) => ({
			address: full[address] ?? "",
			topics: topics.map((topic) => full[topic] ?? ""),
			data: `0x${data}`,
			blockNumber: block.number,
			blockHash: block.hash,
			logIndex,
		})),
		read: new Map(read),
		joined: joined.map(poolOfLine),
	};
}

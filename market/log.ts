import { ArbError } from "../domain/errors.ts";

/** An event as a node reports it; addresses and hashes in lower case. */
export interface ChainLog {
	readonly address: string;
	readonly topics: readonly string[];
	readonly data: string;
	readonly blockNumber: number;
	readonly blockHash: string;
	readonly logIndex: number;
}

/** Per topic position: one value, any of several, or null for anything (the filter of `eth_getLogs`). */
export type TopicFilter = readonly (string | readonly string[] | null)[];

/**
 * Reads a list of logs, whatever order they come in and however often: the order of the chain, each once.
 *
 * @throws ArbError `chain` where the answer is no list of logs, or two logs claim the same place.
 */
export function parseLogs(value: unknown): ChainLog[] {
	if (!Array.isArray(value)) throw badLog(`the node answered ${JSON.stringify(value)}, which is no list`);
	const inOrder = value.map(parseLog).sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
	return inOrder.filter((log, i) => {
		const before = inOrder[i - 1];
		if (before?.blockNumber !== log.blockNumber || before.logIndex !== log.logIndex) return true;
		if (JSON.stringify(before) === JSON.stringify(log)) return false;
		throw badLog(`two logs claim index ${log.logIndex} of block ${log.blockNumber}`);
	});
}

function parseLog(value: unknown): ChainLog {
	const topics = field(value, "topics");
	if (!Array.isArray(topics)) throw badLog(`a log's topics are ${JSON.stringify(topics)}`);
	if (field(value, "removed") === true) throw badLog("a log is marked as removed");
	return {
		address: hex(field(value, "address"), "address", 40),
		topics: topics.map((topic) => hex(topic, "topics", 64)),
		data: hex(field(value, "data"), "data"),
		blockNumber: Number(hex(field(value, "blockNumber"), "blockNumber")),
		blockHash: hex(field(value, "blockHash"), "blockHash", 64),
		logIndex: Number(hex(field(value, "logIndex"), "logIndex")),
	};
}

function field(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function hex(value: unknown, name: string, digits?: number): string {
	const isHex = typeof value === "string" && /^0x[0-9a-fA-F]*$/.test(value);
	if (isHex && (digits === undefined || value.length === digits + 2)) return value.toLowerCase();
	throw badLog(`a log's ${name} is ${JSON.stringify(value)}`);
}

function badLog(why: string): ArbError {
	return new ArbError({ code: "chain", message: `logs: ${why}; ask another node`, retryable: true });
}

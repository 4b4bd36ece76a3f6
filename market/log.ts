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

/** @throws ArbError `chain` where the node's answer is no list of logs. */
export function parseLogs(value: unknown): ChainLog[] {
	if (!Array.isArray(value)) {
		throw new ArbError({
			code: "chain",
			message: `eth_getLogs: the node answered ${JSON.stringify(value)}, which is no list`,
			retryable: true,
		});
	}
	return value.map(parseLog).sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
}

function parseLog(value: Record<string, unknown>): ChainLog {
	const topics = value.topics;
	return {
		address: String(value.address).toLowerCase(),
		topics: Array.isArray(topics) ? topics.map((topic) => String(topic).toLowerCase()) : [],
		data: String(value.data),
		blockNumber: Number(value.blockNumber),
		blockHash: String(value.blockHash),
		logIndex: Number(value.logIndex),
	};
}

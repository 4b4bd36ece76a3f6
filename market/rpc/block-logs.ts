import { type ChainLog, parseLogs } from "../log.ts";
import { canonical, DisagreementError } from "./agreement.ts";
import { bloomHas, bloomMayHold, type LogFilter } from "./bloom.ts";
import type { Header } from "./header.ts";
import type { RpcPool } from "./pool.ts";
import type { Read } from "./race.ts";
import { provedLogs } from "./receipts-root.ts";
import { RpcError } from "./rpc-error.ts";

const LOGS = "eth_getLogs";
const RECEIPTS = "eth_getBlockReceipts";

/**
 * The logs of one block that a filter takes, in order. A node that leaves logs out does so without an error, so one node's word is not enough: either the bloom
 * of a header that hashes to its block shows that there are none; or two endpoints agree, and where they do not, or say that there are none although the bloom
 * is set, the receipts decide; or, where the settings say so, the receipts decide at once.
 *
 * @throws RpcError `unknown_block` where the endpoints do not have the block, and those of {@link RpcPool.read}.
 */
export async function blockLogs(pool: RpcPool, header: Header, filter: LogFilter): Promise<ChainLog[]> {
	if (header.isSelfHashed && !bloomMayHold(header.logsBloom, filter)) {
		pool.countLogs("bloomEmptyLogs");
		return [];
	}
	if (pool.logPolicy === "receipts") {
		return await logsFromReceipts(pool, header, filter).catch((error: unknown) => {
			if (!isUnprovable(error)) throw error;
			throw new RpcError({
				kind: "unsupported",
				message: `no endpoint has ${RECEIPTS}, so that nothing proves a block's logs; add endpoints, or set rpc.logs to "agreement" or "unchecked"`,
				cause: error,
			});
		});
	}
	const read = logsRead(header, filter);
	if (pool.logPolicy === "unchecked") return await pool.read(read);
	try {
		const agreed = await pool.read(read, { agreed: true, isStrict: true });
		if (agreed.length > 0 || !bloomMayHold(header.logsBloom, filter)) return agreed;
	} catch (error) {
		if (!(error instanceof DisagreementError)) throw error;
		return await decidedByReceipts(pool, header, filter, error);
	}
	return await logsFromReceipts(pool, header, filter).catch((error: unknown) => {
		// Two say that there are none, and no endpoint can prove more: a bloom may be set by other logs.
		if (isUnprovable(error)) return [];
		throw error;
	});
}

/** After endpoints have contradicted each other: the receipts show who is right; where no endpoint has them, the majority is. */
async function decidedByReceipts(pool: RpcPool, header: Header, filter: LogFilter, error: DisagreementError): Promise<ChainLog[]> {
	try {
		const proved = await logsFromReceipts(pool, header, filter);
		const right = `value ${canonical(proved)}`;
		const wrong = error.votes.filter(({ key }) => key !== right);
		pool.blame(wrong, LOGS, `its logs of block ${header.block.number} are not those of the receipts root`);
		return proved;
	} catch (failure) {
		if (!isUnprovable(failure)) throw failure;
		return await pool.read(logsRead(header, filter), { agreed: true });
	}
}

async function logsFromReceipts(pool: RpcPool, header: Header, filter: LogFilter): Promise<ChainLog[]> {
	const { hash, number } = header.block;
	const read: Read<ChainLog[]> = {
		method: RECEIPTS,
		params: [hash],
		at: { hash, number },
		check: async (answer) => {
			if (answer === null) throw new RpcError({ kind: "unknown_block", message: `${RECEIPTS}: the node does not have block ${hash}` });
			return parseLogs(await provedLogs(answer, { hash, number, receiptsRoot: header.receiptsRoot }));
		},
	};
	const logs = await pool.read(read);
	pool.countLogs("provedLogs");
	return logs.filter((log) => isTaken(log, filter));
}

function logsRead(header: Header, filter: LogFilter): Read<ChainLog[]> {
	const { hash, number } = header.block;
	return {
		method: LOGS,
		params: [{ blockHash: hash, ...filterParams(filter) }],
		at: { hash, number },
		check: (answer) => {
			// A null for a block that is not there is known of some nodes.
			if (answer === null) throw new RpcError({ kind: "invalid", message: `${LOGS}: the node answered null for block ${hash}` });
			const logs = parseLogs(answer);
			for (const log of logs) {
				if (log.blockHash !== hash || log.blockNumber !== number) throw strayLog(log, `block ${number} (${hash})`);
				assertTaken(log, filter);
				const isInBloom = [log.address, ...log.topics].every((value) => bloomHas(header.logsBloom, value));
				if (!isInBloom) throw strayLog(log, `the bloom of block ${number}`);
			}
			return logs;
		},
	};
}

/** The part of an `eth_getLogs` filter that chooses among a block's logs. */
export function filterParams({ addresses, topics }: LogFilter): Readonly<Record<string, unknown>> {
	return { ...(addresses && { address: addresses }), ...(topics && { topics }) };
}

/** @throws RpcError `invalid` where a node answers with a log that was not asked for. */
export function assertTaken(log: ChainLog, filter: LogFilter): void {
	if (!isTaken(log, filter)) throw strayLog(log, "the filter");
}

function isTaken(log: ChainLog, { addresses, topics = [] }: LogFilter): boolean {
	const isOf = (value: string | undefined, choice: string | readonly string[]) =>
		value !== undefined && (typeof choice === "string" ? [choice] : choice).some((one) => one.toLowerCase() === value);
	if (addresses !== undefined && addresses.length > 0 && !isOf(log.address, addresses)) return false;
	return topics.every((choice, i) => choice === null || choice.length === 0 || isOf(log.topics[i], choice));
}

function strayLog(log: ChainLog, of: string): RpcError {
	return new RpcError({
		kind: "invalid",
		message: `${LOGS}: log ${log.logIndex} of block ${log.blockNumber} (${log.address}) is not of ${of}`,
	});
}

function isUnprovable(error: unknown): boolean {
	return error instanceof RpcError && error.kind === "unsupported";
}

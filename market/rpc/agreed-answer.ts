import { canonical } from "./agreement.ts";
import type { RpcPool } from "./pool.ts";
import { RpcError } from "./rpc-error.ts";

/** What the chain itself decides of a receipt; the rest is a node's rendering of it. L1 and operator fees are of OP-stack receipts, and paid. */
const RECEIPT_FIELDS = [
	"transactionHash",
	"transactionIndex",
	"blockHash",
	"blockNumber",
	"from",
	"to",
	"status",
	"gasUsed",
	"cumulativeGasUsed",
	"effectiveGasPrice",
	"logs",
	"l1Fee",
	"operatorFeeScalar",
	"operatorFeeConstant",
];
const LOG_FIELDS = ["address", "topics", "data", "logIndex"];
const TRANSACTION_FIELDS = ["hash", "nonce", "from", "to", "value", "input", "gas", "blockHash", "blockNumber", "transactionIndex"];
const BLOCK_FIELDS = ["hash", "number", "parentHash"];

/** The methods whose question is a hash, and the fields that answers are compared by. */
const COMPARED: Readonly<Record<string, readonly string[]>> = {
	eth_getTransactionReceipt: RECEIPT_FIELDS,
	eth_getTransactionByHash: TRANSACTION_FIELDS,
	eth_getBlockByHash: BLOCK_FIELDS,
};

/**
 * One endpoint's answer to a question about a hash that as many others give as the settings demand.
 *
 * @throws RpcError `unsupported` for other methods, and those of {@link RpcPool.read}.
 */
export async function agreedAnswer(pool: RpcPool, method: string, params: readonly unknown[]): Promise<unknown> {
	const fields = COMPARED[method];
	const [hash] = params;
	if (fields === undefined) {
		throw new RpcError({
			kind: "unsupported",
			message: `${method}: agreement is had on ${Object.keys(COMPARED).join(", ")}; ask the provider, or give it its fields to compare`,
		});
	}
	return await pool.find(
		{
			method,
			params,
			key: (answer) => canonical(comparable(answer, fields)),
			check: (answer) => {
				const own = fieldOf(answer, method === "eth_getTransactionReceipt" ? "transactionHash" : "hash");
				if (answer === null || own === hash) return answer;
				throw new RpcError({ kind: "invalid", message: `${method}: asked for ${String(hash)}, the node answered ${String(own)}` });
			},
		},
		{ agreed: true },
	);
}

function comparable(answer: unknown, fields: readonly string[]): unknown {
	const logs = fields.includes("logs") ? fieldOf(answer, "logs") : null;
	return {
		...picked(answer, fields),
		logs: Array.isArray(logs) ? logs.map((log) => picked(log, LOG_FIELDS)).sort((a, b) => Number(a.logIndex) - Number(b.logIndex)) : logs,
	};
}

function picked(value: unknown, fields: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(fields.map((name) => [name, lowerCase(fieldOf(value, name))]));
}

function lowerCase(value: unknown): unknown {
	return typeof value === "string" ? value.toLowerCase() : value;
}

function fieldOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? (Reflect.get(value, name) ?? null) : null;
}

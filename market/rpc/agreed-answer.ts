import { parseLogs } from "../log.ts";
import { canonical } from "./agreement.ts";
import { bloomOf } from "./bloom.ts";
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
				if (answer === null) return answer;
				const own = fieldOf(answer, method === "eth_getTransactionReceipt" ? "transactionHash" : "hash");
				if (method === "eth_getTransactionReceipt") assertLogsMatchBloom(answer);
				if (own === hash) return answer;
				throw new RpcError({ kind: "invalid", message: `${method}: asked for ${String(hash)}, the node answered ${String(own)}` });
			},
		},
		{ agreed: true },
	);
}

/** A receipt from which logs were left out still has the bloom of all of them. Chains that keep no blooms have zeros there. */
function assertLogsMatchBloom(receipt: unknown): void {
	const bloom = fieldOf(receipt, "logsBloom");
	if (typeof bloom !== "string" || /^0x0*$/.test(bloom)) return;
	if (bloomOf(parseLogs(fieldOf(receipt, "logs"))) === bloom.toLowerCase()) return;
	throw new RpcError({ kind: "invalid", message: "eth_getTransactionReceipt: the logs are not those that the receipt's bloom is made of" });
}

function comparable(answer: unknown, fields: readonly string[]): unknown {
	const logs = fieldOf(answer, "logs");
	return { ...picked(answer, fields), logs: fields.includes("logs") && Array.isArray(logs) ? parseLogs(logs) : null };
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

import { z } from "zod";
import { ArbError } from "../domain/errors.ts";
import { decodeRevert, type RevertReason } from "../domain/executor-events.ts";
import type { ReceiptFacts } from "../domain/lifecycle.ts";
import { askNode, hexQuantity, isMethodMissing, type Node, nodeFault } from "./node.ts";

const lowerCase = z.string().transform((text) => text.toLowerCase());
const amount = z.string().transform((text) => BigInt(text).toString());

const receiptSchema = z.object({
	transactionHash: lowerCase,
	blockNumber: z.string().transform(Number),
	blockHash: lowerCase,
	from: lowerCase,
	status: z.enum(["0x0", "0x1"]),
	gasUsed: amount,
	effectiveGasPrice: amount,
	logs: z.array(z.object({ address: lowerCase, topics: z.array(z.string()), data: z.string() })),
});

const traceSchema = z.object({ output: z.string().optional(), error: z.string().optional() });
const transactionSchema = z.object({
	from: z.string(),
	to: z.string().nullable(),
	input: z.string(),
	value: z.string(),
	gas: z.string(),
});

/**
 * A transaction's receipt; null where it is in no block. Whether that block is still canonical is the caller's to check.
 *
 * @throws ArbError of `askNode`.
 */
export async function readReceipt(provider: Node, transactionHash: string): Promise<ReceiptFacts | null> {
	const answer = await askNode(provider, "eth_getTransactionReceipt", [transactionHash]);
	if (answer === null) return null;
	const { status, effectiveGasPrice, ...receipt } = receiptSchema.parse(answer);
	return { ...receipt, status: status === "0x1" ? "success" : "reverted", effectiveGasPriceWei: effectiveGasPrice };
}

/**
 * Why an included transaction failed. Asks for its trace, which is exact. A node that does not trace executes it again on the state before its
 * block, which lacks the transactions that came first in the block; the message says so.
 *
 * @throws ArbError of `askNode`; `not_found` where the node no longer has the transaction.
 */
export async function revertReason(provider: Node, receipt: Pick<ReceiptFacts, "transactionHash" | "blockNumber">): Promise<RevertReason> {
	const options = { tracer: "callTracer", tracerConfig: { onlyTopCall: true } };
	let answer: unknown;
	try {
		answer = await askNode(provider, "debug_traceTransaction", [receipt.transactionHash, options]);
	} catch (error) {
		if (!isMethodMissing(error)) throw error;
		return await reexecuted(provider, receipt);
	}
	const { output = "0x", error } = traceSchema.parse(answer);
	// Without data, the machine's own words are all there is: "out of gas", for instance.
	if (output === "0x" && error !== undefined && !/^execution reverted$/i.test(error)) return { code: "reverted", message: error };
	return decodeRevert(output);
}

async function reexecuted(
	provider: Node,
	{ transactionHash, blockNumber }: Pick<ReceiptFacts, "transactionHash" | "blockNumber">,
): Promise<RevertReason> {
	const answer = await askNode(provider, "eth_getTransactionByHash", [transactionHash]);
	if (answer === null) {
		throw new ArbError({
			code: "not_found",
			message: `the node has the receipt of ${transactionHash}, but not the transaction; ask again, or use an archive node`,
			retryable: true,
		});
	}
	const { from, to, input, value, gas } = transactionSchema.parse(answer);
	const call = { from, to, input, value, gas };
	const where = `executed again on block ${blockNumber - 1}`;
	try {
		await askNode(provider, "eth_call", [call, hexQuantity(blockNumber - 1)]);
	} catch (error) {
		const fault = nodeFault(error);
		if (fault === null) throw error;
		const reason = decodeRevert(typeof fault.data === "string" ? fault.data : "0x");
		return { ...reason, message: `${reason.message} (${where})` };
	}
	return { code: "reverted", message: `reverted, but succeeds when ${where}: a transaction before it in its block changed the outcome` };
}

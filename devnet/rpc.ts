import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";

const answerSchema = z.object({
	result: z.unknown().optional(),
	error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});

const batchSchema = z.array(answerSchema.extend({ id: z.int() }));

/** The node's own refusal of a call, as opposed to a node that cannot be reached. */
export class RpcError extends ArbError {
	readonly method: string;
	readonly rpcCode: number;

	constructor(init: { readonly method: string; readonly rpcCode: number; readonly message: string }) {
		super({ code: "chain", message: `${init.method}: ${init.message} (JSON-RPC error ${init.rpcCode})`, retryable: false });
		this.method = init.method;
		this.rpcCode = init.rpcCode;
	}
}

/** JSON-RPC over HTTP, one call per request: calls are answered in the order in which their predecessors were awaited. */
export class Rpc {
	readonly url: string;

	constructor(url: string) {
		this.url = url;
	}

	/**
	 * @throws RpcError what the node answered
	 * @throws ArbError `unavailable` where the node cannot be reached
	 */
	async call(method: string, ...params: readonly unknown[]): Promise<unknown> {
		return resultOf(method, answerSchema.parse(await this.#post(method, { jsonrpc: "2.0", id: 1, method, params })));
	}

	/**
	 * Many calls of one method in one request.
	 *
	 * @param rows each call's parameters
	 * @returns the answers, in the order of the calls
	 * @throws RpcError what the node answered to the first that it refused
	 * @throws ArbError `unavailable` where the node cannot be reached
	 */
	async batch(method: string, rows: readonly (readonly unknown[])[]): Promise<readonly unknown[]> {
		if (rows.length === 0) return [];
		const body = await this.#post(
			method,
			rows.map((params, id) => ({ jsonrpc: "2.0", id, method, params })),
		);
		const answers = new Map(batchSchema.parse(body).map((answer) => [answer.id, answer]));
		return rows.map((_, id) => resultOf(method, answers.get(id) ?? {}));
	}

	async #post(method: string, request: unknown): Promise<unknown> {
		try {
			const response = await fetch(this.url, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(request),
			});
			return await response.json();
		} catch (error) {
			throw new ArbError({
				code: "unavailable",
				message: `${method}: the node at ${this.url} does not answer (${messageOf(error)}); check that the devnet runs`,
				retryable: true,
				cause: error,
			});
		}
	}
}

function resultOf(method: string, { result, error }: z.output<typeof answerSchema>): unknown {
	if (error !== undefined) throw new RpcError({ method, rpcCode: error.code, message: error.message });
	return result;
}

/** A JSON-RPC quantity. */
export const quantity = z
	.string()
	.regex(/^0x[0-9a-fA-F]+$/)
	.transform((text) => BigInt(text));

/** A JSON-RPC quantity that fits a number: block numbers, timestamps, nonces. */
export const smallQuantity = quantity.transform((value) => Number(value));

export const hexQuantity = (value: bigint | number): string => `0x${value.toString(16)}`;

const blockSchema = z.object({
	number: smallQuantity,
	hash: z.string(),
	parentHash: z.string(),
	timestamp: smallQuantity,
	gasUsed: quantity,
	gasLimit: quantity,
	baseFeePerGas: quantity,
	transactions: z.array(z.string()),
});

export type Block = z.output<typeof blockSchema>;

/** A block with the hashes of its transactions. */
export async function readBlock(rpc: Rpc, block: number | "latest"): Promise<Block> {
	return blockSchema.parse(await rpc.call("eth_getBlockByNumber", block === "latest" ? block : hexQuantity(block), false));
}

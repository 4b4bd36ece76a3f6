import { Transaction } from "ethers";
import { z } from "zod";
import type { BlockRef } from "../../domain/candidate.ts";
import { ArbError } from "../../domain/errors.ts";
import type { ChainClient } from "../chain-client.ts";
import type { ChainLog } from "../log.ts";

/** A signed transaction that is not included yet. */
export interface PendingTransaction {
	readonly hash: string;
	readonly from: string;
	readonly to: string | null;
	/** The signed bytes. */
	readonly raw: string;
}

const quantity = z.string().transform(BigInt);
const answerSchema = z.object({
	blockNumber: z.string().nullish(),
	type: z.string().transform(Number),
	chainId: quantity.optional(),
	nonce: z.string().transform(Number),
	gas: quantity,
	gasPrice: quantity.nullish(),
	maxFeePerGas: quantity.nullish(),
	maxPriorityFeePerGas: quantity.nullish(),
	to: z.string().nullish(),
	value: quantity,
	input: z.string(),
	accessList: z.array(z.object({ address: z.string(), storageKeys: z.array(z.string()) })).nullish(),
	r: z.string(),
	s: z.string(),
	v: z.string().optional(),
	yParity: z.string().optional(),
});

/** EIP-1559, EIP-2930 and legacy: others carry what a bundle of bytes cannot be rebuilt from. */
const KNOWN_TYPES = new Set([0, 1, 2]);

/**
 * A transaction out of the mempool, its signed bytes put together from its fields; null where no endpoint has it, it is included already, or is of a type that
 * cannot be put together.
 *
 * @throws ArbError `chain` where the answer is no transaction or its bytes have another hash.
 */
export async function readPending(client: Pick<ChainClient, "transaction">, hash: string): Promise<PendingTransaction | null> {
	const answer = await client.transaction(hash);
	if (answer === null) return null;
	const parsed = answerSchema.safeParse(answer);
	if (!parsed.success) {
		throw new ArbError({ code: "chain", message: `pending transaction ${hash}: ${parsed.error.message}`, retryable: false });
	}
	const fields = parsed.data;
	if (fields.blockNumber != null || !KNOWN_TYPES.has(fields.type)) return null;
	const transaction = Transaction.from({
		...{ type: fields.type, nonce: fields.nonce, gasLimit: fields.gas, value: fields.value, data: fields.input },
		...(fields.to == null ? {} : { to: fields.to }),
		...(fields.chainId === undefined ? {} : { chainId: fields.chainId }),
		...(fields.type === 2
			? { maxFeePerGas: fields.maxFeePerGas ?? 0n, maxPriorityFeePerGas: fields.maxPriorityFeePerGas ?? 0n }
			: { gasPrice: fields.gasPrice ?? 0n }),
		...(fields.type === 0 ? {} : { accessList: fields.accessList ?? [] }),
		signature: {
			r: padded(fields.r),
			s: padded(fields.s),
			...(fields.type === 0 ? { v: fields.v ?? "0x1b" } : { yParity: parityOf(fields) }),
		},
	});
	if (transaction.hash !== hash || transaction.from === null) {
		throw new ArbError({ code: "chain", message: `pending transaction ${hash}: its fields hash to ${transaction.hash}`, retryable: false });
	}
	return { hash, from: transaction.from.toLowerCase(), to: transaction.to?.toLowerCase() ?? null, raw: transaction.serialized };
}

function parityOf({ yParity, v }: { readonly yParity?: string | undefined; readonly v?: string | undefined }): 0 | 1 {
	return Number(yParity ?? v ?? 0) === 1 ? 1 : 0;
}

/** Quantities leave leading zeros out. */
function padded(word: string): string {
	return `0x${word.slice(2).padStart(64, "0")}`;
}

/** The logs that it would leave in a block after that one; none where it would fail there. */
export async function logsBehind(
	client: Pick<ChainClient, "simulateAfter">,
	of: { readonly transaction: PendingTransaction; readonly block: BlockRef },
): Promise<readonly ChainLog[]> {
	const { from, to, value, data, gasLimit } = Transaction.from(of.transaction.raw);
	const [effect] = await client.simulateAfter(of.block, [
		{
			...{ from: from ?? of.transaction.from, value: hex(value), input: data, gas: hex(gasLimit) },
			...(to === null ? {} : { to }),
		},
	]);
	return effect?.logs ?? [];
}

function hex(value: bigint): string {
	return `0x${value.toString(16)}`;
}

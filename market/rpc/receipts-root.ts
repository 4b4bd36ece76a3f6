import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { concat, encodeRlp, getBytes, hexlify, toBeHex } from "ethers";
import { z } from "zod";
import { quantityBytes } from "./header.ts";
import { RpcError } from "./rpc-error.ts";

const bytes = z.string().regex(/^0x([0-9a-fA-F]{2})*$/);
const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/);

/** What a receipt has in its consensus form (EIP-658, EIP-2718), and its place. */
const receiptSchema = z.object({
	type: quantity.optional(),
	/** Absent before EIP-658, where `root` stands in its place. */
	status: quantity.optional(),
	root: bytes.optional(),
	cumulativeGasUsed: quantity,
	logsBloom: bytes,
	logs: z.array(z.object({ address: bytes, topics: z.array(bytes), data: bytes }).loose()),
	transactionIndex: quantity,
	/** OP-stack deposits (type 0x7e) since Regolith and Canyon. */
	depositNonce: quantity.optional(),
	depositReceiptVersion: quantity.optional(),
});
type Receipt = z.output<typeof receiptSchema>;

const DEPOSIT_TYPE = 0x7e;

/**
 * The logs of a block as its receipts hold them, in order, once the receipts hash to the root that the block's header names.
 *
 * `receipts` is the answer of `eth_getBlockReceipts`; the logs come back in the node's own form.
 *
 * @throws RpcError `invalid` where an answer is no list of receipts, or its root is another: something is missing, changed or out of place.
 */
export async function provedLogs(
	receipts: unknown,
	header: { readonly receiptsRoot: string; readonly hash: string; readonly number: number },
): Promise<readonly unknown[]> {
	const parsed = z.array(receiptSchema).safeParse(receipts);
	if (!parsed.success) {
		const issue = parsed.error.issues[0];
		throw new RpcError({
			kind: "invalid",
			message: `eth_getBlockReceipts: ${issue?.path.join(".") || "(root)"}: ${issue?.message ?? "is no list of receipts"}`,
		});
	}
	const inOrder = parsed.data.toSorted((a, b) => Number(a.transactionIndex) - Number(b.transactionIndex));
	const root = await orderedTrieRoot(inOrder.map(encodeReceipt));
	if (root !== header.receiptsRoot.toLowerCase()) {
		throw new RpcError({
			kind: "invalid",
			message: `eth_getBlockReceipts: the receipts of block ${header.hash} hash to ${root}, its header says ${header.receiptsRoot}`,
		});
	}
	// The root does not cover where a log says that it stands: its index follows from its place.
	let logIndex = 0;
	return inOrder.flatMap((receipt) =>
		receipt.logs.map((log) => ({
			...log,
			blockNumber: `0x${header.number.toString(16)}`,
			blockHash: header.hash,
			logIndex: `0x${(logIndex++).toString(16)}`,
		})),
	);
}

/** Root of the trie from RLP(index) to each item, as headers commit to transactions and receipts. */
export async function orderedTrieRoot(items: readonly string[]): Promise<string> {
	const trie = new MerklePatriciaTrie();
	for (const [index, item] of items.entries()) await trie.put(getBytes(encodeRlp(quantityBytes(toBeHex(index)))), getBytes(item));
	return hexlify(trie.root());
}

/** EIP-2718: the type's byte before the list, none for a legacy receipt. */
export function encodeReceipt(receipt: Omit<Receipt, "transactionIndex">): string {
	const logs = receipt.logs.map(({ address, topics, data }) => [address, topics, data]);
	const outcome = receipt.status === undefined ? (receipt.root ?? "0x") : quantityBytes(receipt.status);
	const list: (string | (string | string[])[][])[] = [outcome, quantityBytes(receipt.cumulativeGasUsed), receipt.logsBloom, logs];
	const type = Number(receipt.type ?? "0x0");
	// OP-stack specification, deposits: the nonce since Regolith is hashed only together with the version that Canyon added.
	if (type === DEPOSIT_TYPE && receipt.depositNonce !== undefined && receipt.depositReceiptVersion !== undefined) {
		list.push(quantityBytes(receipt.depositNonce), quantityBytes(receipt.depositReceiptVersion));
	}
	const encoded = encodeRlp(list);
	return type === 0 ? encoded : concat([toBeHex(type, 1), encoded]);
}

import { encodeRlp, keccak256, stripZerosLeft } from "ethers";
import { type Block, parseBlock } from "../block.ts";
import { RpcError } from "./rpc-error.ts";

/** A block with what its header says about the logs in it. */
export interface Header {
	readonly block: Block;
	/** 2,048 bits (yellow paper, 4.3.1). */
	readonly logsBloom: string;
	readonly receiptsRoot: string;
	/**
	 * Does the header's content hash to the block's hash? Then the hash vouches for bloom and root. Not so on chains whose headers have fields or hashes of
	 * their own, and on forks that add a field unknown here: there such a header needs a second endpoint's word.
	 */
	readonly isSelfHashed: boolean;
}

/** Header fields in the order of their RLP; quantities lose leading zeros, the others are bytes (yellow paper, 4.3). */
const FIELDS = [
	["parentHash", "bytes"],
	["sha3Uncles", "bytes"],
	["miner", "bytes"],
	["stateRoot", "bytes"],
	["transactionsRoot", "bytes"],
	["receiptsRoot", "bytes"],
	["logsBloom", "bytes"],
	["difficulty", "quantity"],
	["number", "quantity"],
	["gasLimit", "quantity"],
	["gasUsed", "quantity"],
	["timestamp", "quantity"],
	["extraData", "bytes"],
	["mixHash", "bytes"],
	["nonce", "bytes"],
] as const;

/** Each fork's additions, in order: a header has the first so many of them. EIP-1559, EIP-4895, EIP-4844 (two), EIP-4788, EIP-7685. */
const FORK_FIELDS = [
	["baseFeePerGas", "quantity"],
	["withdrawalsRoot", "bytes"],
	["blobGasUsed", "quantity"],
	["excessBlobGas", "quantity"],
	["parentBeaconBlockRoot", "bytes"],
	["requestsHash", "bytes"],
] as const;

/**
 * Reads a header with its proof.
 *
 * @throws ArbError `chain` that names the missing field.
 */
export function parseHeader(value: unknown): Header {
	const block = parseBlock(value);
	const logsBloom = hexField(value, "logsBloom");
	const receiptsRoot = hexField(value, "receiptsRoot");
	if (logsBloom === null || receiptsRoot === null) {
		throw new RpcError({
			kind: "invalid",
			message: `the header of block ${block.number} has no ${logsBloom === null ? "logsBloom" : "receiptsRoot"}`,
		});
	}
	return { block, logsBloom, receiptsRoot, isSelfHashed: hashHeader(value) === block.hash };
}

/** keccak256 of the header's RLP; null where a field of the first fifteen is missing. */
export function hashHeader(value: unknown): string | null {
	const items: string[] = [];
	for (const [field, kind] of FIELDS) {
		const found = hexField(value, field);
		if (found === null) return null;
		items.push(kind === "quantity" ? quantityBytes(found) : found);
	}
	for (const [field, kind] of FORK_FIELDS) {
		const found = hexField(value, field);
		if (found === null) break;
		items.push(kind === "quantity" ? quantityBytes(found) : found);
	}
	return keccak256(encodeRlp(items));
}

function hexField(value: unknown, field: string): string | null {
	const found = typeof value === "object" && value !== null ? Reflect.get(value, field) : null;
	return typeof found === "string" && /^0x[0-9a-f]*$/i.test(found) ? found : null;
}

/** An integer in RLP: big-endian without leading zeros, nothing at all for 0. */
export function quantityBytes(quantity: string): string {
	return stripZerosLeft(`0x${quantity.length % 2 === 0 ? "" : "0"}${quantity.slice(2)}`);
}

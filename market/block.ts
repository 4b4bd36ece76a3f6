import type { Amount } from "../domain/amount.ts";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";

/** A block's header, as far as the system reads it. JSON: it may travel in payloads. */
export interface Block extends BlockRef {
	readonly parentHash: string;
	readonly gasUsed: Amount;
	readonly gasLimit: Amount;
}

/** EIP-1559: the base fee moves by at most an eighth per block, and full blocks hold twice the target. */
const BASE_FEE_MAX_CHANGE_DENOMINATOR = 8n;
const ELASTICITY_MULTIPLIER = 2n;

/** The base fee per gas of the block after `block`, in wei, by the formula of EIP-1559 in its own integer steps. */
export function nextBaseFee(block: Pick<Block, "baseFeePerGasWei" | "gasUsed" | "gasLimit">): bigint {
	const baseFee = BigInt(block.baseFeePerGasWei);
	const gasUsed = BigInt(block.gasUsed);
	const target = BigInt(block.gasLimit) / ELASTICITY_MULTIPLIER;
	if (gasUsed === target || target === 0n) return baseFee;
	if (gasUsed > target) {
		const rise = (baseFee * (gasUsed - target)) / target / BASE_FEE_MAX_CHANGE_DENOMINATOR;
		return baseFee + (rise > 0n ? rise : 1n);
	}
	return baseFee - (baseFee * (target - gasUsed)) / target / BASE_FEE_MAX_CHANGE_DENOMINATOR;
}

/** The part of a header that candidates and facts carry. */
export function blockRef(block: BlockRef): BlockRef {
	return { number: block.number, hash: block.hash, timestamp: block.timestamp, baseFeePerGasWei: block.baseFeePerGasWei };
}

/**
 * Reads a header from a node's answer or from a `newHeads` notification.
 *
 * @throws ArbError `chain` that names the missing field; a chain without base fees is not supported.
 */
export function parseBlock(value: unknown): Block {
	return {
		number: Number(quantity(value, "number")),
		hash: text(value, "hash"),
		parentHash: text(value, "parentHash"),
		timestamp: Number(quantity(value, "timestamp")),
		baseFeePerGasWei: quantity(value, "baseFeePerGas").toString(),
		gasUsed: quantity(value, "gasUsed").toString(),
		gasLimit: quantity(value, "gasLimit").toString(),
	};
}

function text(value: unknown, field: string): string {
	const found = typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
	if (typeof found === "string" && found.startsWith("0x")) return found;
	throw new ArbError({ code: "chain", message: `a block header of the node has no usable ${field} (${String(found)})`, retryable: false });
}

function quantity(value: unknown, field: string): bigint {
	return BigInt(text(value, field));
}

import { sha256, toUtf8Bytes } from "ethers";
import type { Amount } from "./amount.ts";
import { ArbError } from "./errors.ts";

/**
 * One line of a double entry. `account` is a path (`asset:treasury`, `asset:wallet:0x…`, `income:gross-profit`, `expense:gas`,
 * `expense:flash-loan-fee`, `expense:relay-payment`, `expense:distributed`, `liability:reward:0x…`, `equity:funding`); `asset` is `native` or a token
 * address in lower case. Exactly one of `debit` and `credit` is not "0".
 */
export interface Posting {
	readonly account: string;
	readonly asset: string;
	readonly debit: Amount;
	readonly credit: Amount;
}

/** The native coin of a chain as a ledger asset. */
export const NATIVE_ASSET = "native";

export function debit(account: string, asset: string, amount: bigint): Posting {
	return { account, asset, debit: amount.toString(), credit: "0" };
}

export function credit(account: string, asset: string, amount: bigint): Posting {
	return { account, asset, debit: "0", credit: amount.toString() };
}

/**
 * Checks that debits equal credits for each asset and that every line has one positive side.
 *
 * @throws ArbError `ledger` that names the asset and both sums.
 */
export function assertBalanced(postings: readonly Posting[]): void {
	const difference = new Map<string, bigint>();
	for (const posting of postings) {
		const debits = BigInt(posting.debit);
		const credits = BigInt(posting.credit);
		if (debits < 0n || credits < 0n || (debits === 0n) === (credits === 0n)) {
			throw new ArbError({
				code: "ledger",
				message: `posting to ${posting.account}: exactly one of debit (${posting.debit}) and credit (${posting.credit}) must be positive`,
				retryable: false,
			});
		}
		difference.set(posting.asset, (difference.get(posting.asset) ?? 0n) + debits - credits);
	}
	for (const [asset, value] of difference) {
		if (value !== 0n) {
			throw new ArbError({ code: "ledger", message: `debits and credits of asset ${asset} differ by ${value}`, retryable: false });
		}
	}
}

/** An entry as it is chained: everything that its hash commits to. */
export interface LedgerEntryContent {
	readonly chainId: number;
	/** What caused it: a workflow ID, an epoch, a top-up. Unique. */
	readonly reference: string;
	readonly transactionHash: string | null;
	readonly blockNumber: number | null;
	readonly postings: readonly Posting[];
}

export const LEDGER_GENESIS_HASH = `0x${"0".repeat(64)}`;

/** sha256 over the previous entry's hash and this entry's content in a fixed order of fields. */
export function ledgerEntryHash(previousHash: string, content: LedgerEntryContent): string {
	const canonical = JSON.stringify([
		previousHash,
		content.chainId,
		content.reference,
		content.transactionHash,
		content.blockNumber,
		content.postings.map((p) => [p.account, p.asset, p.debit, p.credit]),
	]);
	return sha256(toUtf8Bytes(canonical));
}

import { concat, keccak256, Transaction } from "ethers";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type SimulatedCall, simulatedCall } from "./block-simulation.ts";

interface BundleTransaction extends SimulatedCall {
	readonly hash: string;
	readonly raw: string;
}

/** Transactions for a range of blocks, to be included whole and successful, or not at all. */
export interface Bundle {
	readonly hash: string;
	readonly transactions: readonly BundleTransaction[];
	readonly firstBlock: number;
	readonly lastBlock: number;
}

interface BundleStatus {
	readonly status: "pending" | "included" | "dropped" | "unknown";
	readonly reason?: string;
}

interface Entry {
	readonly bundle: Bundle;
	status: BundleStatus;
	/** Why builders that saw it left it out, by block. */
	readonly reasons: string[];
}

/** As real relays do, answers go back some time only. */
const KEPT_BUNDLES = 5_000;

/** The bundles that the relay has been given. They live in memory: a relay that restarts has forgotten them. */
export class Bundles {
	readonly #byHash = new Map<string, Entry>();
	readonly #byTransaction = new Map<string, Entry>();
	readonly #pending = new Set<Entry>();

	/**
	 * @throws ArbError `invalid_input` where a transaction cannot be read or is signed for another chain
	 */
	add(of: { readonly raw: readonly string[]; readonly firstBlock: number; readonly lastBlock: number; readonly chainId: number }): Bundle {
		const transactions = of.raw.map((raw, index) => readTransaction(raw, { index, chainId: of.chainId }));
		const hash = keccak256(concat(transactions.map((transaction) => transaction.hash)));
		const bundle = { hash, transactions, firstBlock: of.firstBlock, lastBlock: of.lastBlock };
		const known = this.#byHash.get(hash);
		if (known !== undefined) this.#pending.delete(known);
		const entry: Entry = { bundle, status: { status: "pending" }, reasons: [] };
		this.#byHash.set(hash, entry);
		for (const transaction of transactions) this.#byTransaction.set(transaction.hash, entry);
		this.#pending.add(entry);
		this.#forgetOld();
		return bundle;
	}

	statusOf(transactionHash: string): BundleStatus {
		return this.#byTransaction.get(transactionHash.toLowerCase())?.status ?? { status: "unknown" };
	}

	/** What may go into the block with this number, in order of arrival. */
	forBlock(number: number): readonly Bundle[] {
		return [...this.#pending].map((entry) => entry.bundle).filter((bundle) => bundle.firstBlock <= number && number <= bundle.lastBlock);
	}

	leftOut(of: { readonly bundle: Bundle; readonly block: number; readonly reason: string }): void {
		this.#byHash.get(of.bundle.hash)?.reasons.push(`block ${of.block}: ${of.reason}`);
	}

	/** Closes what the block decided: included, or its last target block passed. */
	blockBuilt(block: { readonly number: number; readonly transactions: readonly string[] }): void {
		const mined = new Set(block.transactions);
		for (const entry of this.#pending) {
			const { bundle } = entry;
			if (bundle.transactions.every((transaction) => mined.has(transaction.hash))) {
				entry.status = { status: "included" };
			} else if (block.number >= bundle.lastBlock) {
				const unseen = `no builder of blocks ${bundle.firstBlock} to ${bundle.lastBlock} took part in the relay`;
				entry.status = { status: "dropped", reason: `target block passed: ${entry.reasons.join("; ") || unseen}` };
			} else continue;
			this.#pending.delete(entry);
		}
	}

	#forgetOld(): void {
		for (const [hash, entry] of this.#byHash) {
			if (this.#byHash.size <= KEPT_BUNDLES) return;
			if (this.#pending.has(entry)) continue;
			this.#byHash.delete(hash);
			for (const transaction of entry.bundle.transactions) this.#byTransaction.delete(transaction.hash);
		}
	}
}

function readTransaction(raw: string, of: { readonly index: number; readonly chainId: number }): BundleTransaction {
	let transaction: Transaction;
	try {
		transaction = Transaction.from(raw);
	} catch (error) {
		throw new ArbError({ code: "invalid_input", message: `txs[${of.index}] is no transaction: ${messageOf(error)}`, retryable: false });
	}
	if (transaction.hash === null || !transaction.isSigned() || transaction.chainId !== BigInt(of.chainId)) {
		throw new ArbError({
			code: "invalid_input",
			message: `txs[${of.index}] is not signed for chain ${of.chainId} (chain id ${transaction.chainId})`,
			retryable: false,
		});
	}
	return { ...simulatedCall(transaction), hash: transaction.hash, raw };
}

import { Context } from "@temporalio/activity";
import type { ChainConfig } from "../config/chain.ts";
import type { Database } from "../db/connection.ts";
import { settleTreasuryTransaction, storeTreasuryTransaction } from "../db/treasury.ts";
import { ArbError } from "../domain/errors.ts";
import { credit, debit, NATIVE_ASSET, type Posting } from "../domain/ledger.ts";
import type { ReceiptFacts } from "../domain/lifecycle.ts";
import { readReceipt } from "../execution/receipts.ts";
import type { Relay } from "../execution/relay.ts";
import type { Wallets } from "../execution/wallets.ts";
import type { ChainClient } from "../market/chain-client.ts";
import { gasCostOf } from "../strategy/distribute.ts";
import type { Log } from "./dependencies.ts";

/** What the background activities of one chain work with. */
export interface TreasuryDependencies {
	readonly chain: ChainConfig;
	readonly db: Database;
	readonly client: ChainClient;
	/** Holds the treasury's key. */
	readonly wallets: Wallets;
	readonly relay: Relay;
	readonly log: Log;
}

const HEARTBEAT_BLOCK_MS = 1_000;

/**
 * Sends one treasury transaction for a reference, once: its bytes are stored before they are sent and found again after a crash. Waits until it is deep
 * enough and books it with its gas.
 *
 * @throws ArbError `chain` where it was included and failed: its gas is booked, the reference stays spent.
 */
export async function sendFromTreasury(
	deps: TreasuryDependencies,
	of: {
		readonly reference: string;
		readonly to: string;
		readonly data: string;
		readonly value: bigint;
		readonly gasLimit: bigint;
		readonly postings: readonly Posting[];
	},
): Promise<ReceiptFacts> {
	const { chain, client, db } = deps;
	const [head, priorityFee, chainNonce] = await Promise.all([client.head(), client.suggestPriorityFee(), client.nonceOf(chain.treasury)]);
	const stored = await storeTreasuryTransaction(db, { chainId: chain.chainId, reference: of.reference, chainNonce }, (nonce) =>
		deps.wallets.sign(chain.treasury, {
			chainId: chain.chainId,
			nonce,
			to: of.to,
			data: of.data,
			value: of.value,
			gasLimit: of.gasLimit,
			// Twice the base fee holds for at least five full blocks (EIP-1559).
			maxFeePerGas: BigInt(head.baseFeePerGasWei) * 2n + priorityFee,
			maxPriorityFeePerGas: priorityFee,
		}),
	);
	for (;;) {
		Context.current().heartbeat({ reference: of.reference });
		const receipt = await readReceipt(client.agreed, stored.transactionHash);
		const now = await client.head();
		if (receipt === null) {
			await deps.relay.send({ ...stored, targetBlock: now.number + 1, deadlineBlock: Number.MAX_SAFE_INTEGER });
		} else if (now.number - receipt.blockNumber >= chain.policy.confirmationDepth) {
			await settleTreasuryTransaction(db, of.reference, {
				chainId: chain.chainId,
				reference: of.reference,
				transactionHash: receipt.transactionHash,
				blockNumber: receipt.blockNumber,
				postings: [
					...(receipt.status === "success" ? of.postings : []),
					debit("expense:gas", NATIVE_ASSET, gasCostOf(receipt)),
					credit("asset:treasury", NATIVE_ASSET, gasCostOf(receipt)),
				],
			});
			if (receipt.status === "success") return receipt;
			throw new ArbError({
				code: "chain",
				message: `treasury transaction ${receipt.transactionHash} for ${of.reference} reverted`,
				retryable: false,
			});
		}
		await client.nextHead({ afterHash: now.hash, timeoutMs: HEARTBEAT_BLOCK_MS, signal: Context.current().cancellationSignal });
	}
}

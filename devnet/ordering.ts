/** What ordering needs to know of a transaction. */
export interface OrderedTransaction {
	readonly hash: string;
	/** Lower case. */
	readonly from: string;
	readonly nonce: number;
	readonly gasLimit: bigint;
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
}

/** Transactions that are included together, in this order, or not at all. A public transaction is a group of its own. */
export interface Group<T extends OrderedTransaction> {
	readonly transactions: readonly T[];
	readonly isBundle: boolean;
}

/** What the builder earns per gas (EIP-1559); negative where the fee cap is below the base fee. */
export function effectivePriorityFee(transaction: OrderedTransaction, baseFeePerGas: bigint): bigint {
	const room = transaction.maxFeePerGas - baseFeePerGas;
	if (room < transaction.maxPriorityFeePerGas) return room;
	return transaction.maxPriorityFeePerGas;
}

/** Mean of a group's priority fees, weighted by gas limits: bundles compete as a whole. */
function groupFee(group: Group<OrderedTransaction>, baseFeePerGas: bigint): bigint {
	let fees = 0n;
	let gas = 0n;
	for (const transaction of group.transactions) {
		fees += effectivePriorityFee(transaction, baseFeePerGas) * transaction.gasLimit;
		gas += transaction.gasLimit;
	}
	return gas === 0n ? 0n : fees / gas;
}

/**
 * Orders groups as a builder does: highest effective priority fee first, a sender's nonces in their order, earlier arrivals first among equals.
 *
 * @param context.nonces next nonce per sender (lower case) at the parent block; senders that are not in it cannot be included
 * @returns what fits, in order, and what does not, with the reason
 */
export function orderGroups<G extends Group<OrderedTransaction>>(
	groups: readonly G[],
	context: { readonly baseFeePerGas: bigint; readonly gasLimit: bigint; readonly nonces: ReadonlyMap<string, number> },
): { readonly ordered: readonly G[]; readonly left: readonly { readonly group: G; readonly reason: string }[] } {
	const nonces = new Map(context.nonces);
	const ordered: G[] = [];
	const left: { readonly group: G; readonly reason: string }[] = [];
	let gas = context.gasLimit;
	const waiting: { readonly group: G; readonly fee: bigint }[] = [];
	for (const group of groups) {
		const tooLow = group.transactions.find((transaction) => transaction.maxFeePerGas < context.baseFeePerGas);
		if (tooLow === undefined) waiting.push({ group, fee: groupFee(group, context.baseFeePerGas) });
		else left.push({ group, reason: `fee cap ${tooLow.maxFeePerGas} is below the base fee ${context.baseFeePerGas}` });
	}
	// Array.sort is stable, which keeps arrival order among equal fees.
	waiting.sort((a, b) => (a.fee > b.fee ? -1 : a.fee < b.fee ? 1 : 0));
	for (;;) {
		const index = waiting.findIndex(({ group }) => followsNonces(group, nonces));
		const next = waiting[index];
		if (next === undefined) break;
		waiting.splice(index, 1);
		const needed = next.group.transactions.reduce((sum, transaction) => sum + transaction.gasLimit, 0n);
		if (needed > gas) {
			left.push({ group: next.group, reason: `needs ${needed} gas where the block has ${gas} left` });
			continue;
		}
		gas -= needed;
		for (const transaction of next.group.transactions) nonces.set(transaction.from, transaction.nonce + 1);
		ordered.push(next.group);
	}
	for (const { group } of waiting) {
		const first = group.transactions[0];
		left.push({ group, reason: `nonce ${first?.nonce} is not the sender's next one (${first && nonces.get(first.from)})` });
	}
	return { ordered, left };
}

function followsNonces(group: Group<OrderedTransaction>, nonces: ReadonlyMap<string, number>): boolean {
	const seen = new Map<string, number>();
	return group.transactions.every(({ from, nonce }) => {
		const isNext = nonce === (seen.get(from) ?? nonces.get(from));
		seen.set(from, nonce + 1);
		return isNext;
	});
}

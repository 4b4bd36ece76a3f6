import type { Logger } from "pino";
import { z } from "zod";
import { messageOf } from "../domain/errors.ts";
import { MIN_BASE_FEE_WEI } from "./anvil.ts";
import { type SimulatedCall, type SimulatedResult, simulateBlock } from "./block-simulation.ts";
import type { Bundle, Bundles } from "./bundles.ts";
import { type Group, orderGroups } from "./ordering.ts";
import type { Random } from "./random.ts";
import { type Block, hexQuantity, quantity, type Rpc, RpcError, readBlock, smallQuantity } from "./rpc.ts";

const pooledSchema = z.object({
	hash: z.string(),
	from: z.string().toLowerCase(),
	to: z.string().toLowerCase().nullish(),
	nonce: smallQuantity,
	gas: quantity,
	gasPrice: quantity.optional(),
	maxFeePerGas: quantity.optional(),
	maxPriorityFeePerGas: quantity.optional(),
	value: quantity,
	input: z.string(),
});
const poolSchema = z.object({ pending: z.record(z.string(), z.record(z.string(), pooledSchema)) });

interface Includable extends SimulatedCall {
	readonly hash: string;
	/** Signed bytes; a public transaction's are asked for when they are needed. */
	readonly raw: string | null;
}

interface Candidate extends Group<Includable> {
	readonly bundle: Bundle | null;
}

interface Setting {
	readonly parent: Block;
	readonly baseFeePerGas: bigint;
	readonly timestamp: number;
}

/**
 * Builds the chain's blocks. A share of them, drawn from the seed, is built by a builder that sees the relay's bundles; the others take the public
 * mempool alone. A bundle that would fail where it stands in the block is left out before anything is mined.
 */
export class Builder {
	readonly #rpc: Rpc;
	readonly #bundles: Bundles;
	readonly #random: Random;
	readonly #bundleShare: number;
	readonly #log: Logger;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(of: {
		readonly rpc: Rpc;
		readonly bundles: Bundles;
		readonly random: Random;
		/** Share of the blocks whose builder sees bundles, in millionths. */
		readonly inclusionSharePpm: number;
		readonly log: Logger;
	}) {
		this.#rpc = of.rpc;
		this.#bundles = of.bundles;
		this.#random = of.random;
		this.#bundleShare = of.inclusionSharePpm / 1e6;
		this.#log = of.log;
	}

	/** Holds the base fee at its floor for the next block; to be called once before the first block. */
	async start(): Promise<void> {
		await this.#setNextBaseFee(await readBlock(this.#rpc, "latest"));
	}

	/** Runs something while no block is being built (a reorg, a state dump). */
	exclusive<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#queue.then(work);
		this.#queue = done.catch(() => undefined);
		return done;
	}

	/** Builds and mines one block. */
	build(): Promise<Block> {
		return this.exclusive(() => this.#build());
	}

	async #build(): Promise<Block> {
		const parent = await readBlock(this.#rpc, "latest");
		const number = parent.number + 1;
		const setting = {
			parent,
			baseFeePerGas: nextBaseFee(parent),
			timestamp: Math.max(parent.timestamp, Math.floor(Date.now() / 1000)),
		};
		const publicGroups = await this.#publicGroups();
		// Drawn for every block, whether or not there are bundles: the sequence of builders depends on the seed alone.
		const seesBundles = this.#random.next() < this.#bundleShare;
		const bundleGroups = seesBundles ? this.#bundleGroups(number, publicGroups) : [];
		const nonces = await this.#nonces([...publicGroups, ...bundleGroups]);
		const context = { baseFeePerGas: setting.baseFeePerGas, gasLimit: parent.gasLimit, nonces };
		const { included, reasons } = await this.#withoutFailingBundles([...publicGroups, ...bundleGroups], context, setting);
		for (const [bundle, reason] of reasons) {
			if (!included.some((group) => group.bundle === bundle)) this.#bundles.leftOut({ bundle, block: number, reason });
		}
		await this.#publish(publicGroups, included);
		await this.#rpc.call("evm_mine");
		const block = await readBlock(this.#rpc, "latest");
		await this.#setNextBaseFee(block);
		await this.#withdrawUnmined(included, publicGroups, block);
		this.#bundles.blockBuilt(block);
		this.#log.debug(
			{ block: block.number, transactions: block.transactions.length, seesBundles, bundles: bundleGroups.length },
			"block built",
		);
		return block;
	}

	async #publicGroups(): Promise<readonly Candidate[]> {
		const pool = poolSchema.parse(await this.#rpc.call("txpool_content"));
		return Object.values(pool.pending)
			.flatMap((bySender) => Object.values(bySender))
			.map((transaction) => {
				const maxFeePerGas = transaction.maxFeePerGas ?? transaction.gasPrice ?? 0n;
				const call = {
					hash: transaction.hash,
					raw: null,
					from: transaction.from,
					to: transaction.to ?? null,
					nonce: transaction.nonce,
					gasLimit: transaction.gas,
					maxFeePerGas,
					maxPriorityFeePerGas: transaction.maxPriorityFeePerGas ?? maxFeePerGas,
					value: transaction.value,
					input: transaction.input,
				};
				return { transactions: [call], isBundle: false, bundle: null };
			});
	}

	/** A bundle whose last transaction stands in the public mempool too has lost its protection: the public one counts. Those before it may be others' public ones. */
	#bundleGroups(number: number, publicGroups: readonly Candidate[]): readonly Candidate[] {
		const known = new Set(publicGroups.flatMap((group) => group.transactions.map((transaction) => transaction.hash)));
		return this.#bundles
			.forBlock(number)
			.filter((bundle) => !known.has(bundle.transactions.at(-1)?.hash ?? ""))
			.map((bundle) => ({ transactions: bundle.transactions, isBundle: true, bundle }));
	}

	async #nonces(groups: readonly Candidate[]): Promise<ReadonlyMap<string, number>> {
		const senders = new Set(groups.flatMap((group) => group.transactions.map((transaction) => transaction.from)));
		const nonces = new Map<string, number>();
		for (const sender of senders) {
			nonces.set(sender, smallQuantity.parse(await this.#rpc.call("eth_getTransactionCount", sender, "latest")));
		}
		return nonces;
	}

	/** Orders, simulates, and leaves out failing bundles until none fails. Each round removes at least one, so it ends. */
	async #withoutFailingBundles(
		groups: readonly Candidate[],
		context: Parameters<typeof orderGroups>[1],
		setting: Setting,
	): Promise<{ readonly included: readonly Candidate[]; readonly reasons: ReadonlyMap<Bundle, string> }> {
		let remaining = groups;
		const reasons = new Map<Bundle, string>();
		const leaveOut = (group: Candidate, reason: string): void => {
			if (group.bundle !== null) reasons.set(group.bundle, reason);
		};
		for (;;) {
			const { ordered, left } = orderGroups(withoutCarried(remaining), context);
			for (const { group, reason } of left) leaveOut(group, reason);
			// A public transaction that such a bundle carries is on its own again.
			const carriers = left.flatMap(({ group }) => (group.isBundle && group.transactions.length > 1 ? [group] : []));
			if (carriers.length > 0) {
				remaining = remaining.filter((group) => !carriers.includes(group));
				continue;
			}
			if (!ordered.some((group) => group.isBundle)) return { included: ordered, reasons };
			let results: readonly SimulatedResult[];
			try {
				results = await simulateBlock(
					this.#rpc,
					setting,
					ordered.flatMap((group) => group.transactions),
				);
			} catch (error) {
				if (!(error instanceof RpcError)) throw error;
				// One of them could not be in a block at all, and the answer does not say which: those that cannot stand alone go, else all bundles.
				const impossible = await this.#impossibleAlone(ordered, setting);
				const gone = impossible.size > 0 ? impossible : new Map(ordered.filter((g) => g.isBundle).map((g) => [g, messageOf(error)]));
				for (const [group, reason] of gone) leaveOut(group, reason);
				remaining = remaining.filter((group) => !gone.has(group));
				continue;
			}
			const failing = firstFailingBundle(ordered, results);
			if (failing === null) return { included: ordered, reasons };
			leaveOut(failing.group, await this.#reasonOf(failing, ordered, results, setting));
			remaining = remaining.filter((group) => group !== failing.group);
		}
	}

	async #impossibleAlone(ordered: readonly Candidate[], setting: Setting): Promise<ReadonlyMap<Candidate, string>> {
		const impossible = new Map<Candidate, string>();
		for (const group of ordered.filter((each) => each.isBundle)) {
			try {
				await simulateBlock(this.#rpc, setting, group.transactions);
			} catch (error) {
				if (!(error instanceof RpcError)) throw error;
				impossible.set(group, messageOf(error));
			}
		}
		return impossible;
	}

	/** A bundle that succeeds alone but not in its place was outbid by whatever earlier transaction changed the same contracts. */
	async #reasonOf(
		failing: { readonly group: Candidate; readonly failure: string; readonly position: number },
		ordered: readonly Candidate[],
		results: readonly SimulatedResult[],
		setting: Setting,
	): Promise<string> {
		const alone = await simulateBlock(this.#rpc, setting, failing.group.transactions);
		if (!alone.every((result) => result.isSuccess)) return `would revert: ${failing.failure}`;
		const touched = new Set(alone.flatMap((result) => [...result.touched]));
		const earlier = ordered.flatMap((group) => group.transactions).slice(0, failing.position);
		const tokens = await this.#withoutFactory(results);
		const rival = earlier.find((_, i) =>
			[...(results[i]?.touched ?? [])].some((contract) => touched.has(contract) && !tokens.has(contract)),
		);
		return `outbid by ${rival?.hash ?? "an earlier transaction"}: would revert with ${failing.failure}`;
	}

	/** Contracts without `factory()`: tokens and vaults, whose logs appear in unrelated transactions; pools have one. */
	async #withoutFactory(results: readonly SimulatedResult[]): Promise<ReadonlySet<string>> {
		const tokens = new Set<string>();
		for (const contract of new Set(results.flatMap((result) => [...result.touched]))) {
			try {
				await this.#rpc.call("eth_call", { to: contract, data: "0xc45a0155" }, "latest");
			} catch (error) {
				if (!(error instanceof RpcError)) throw error;
				tokens.add(contract);
			}
		}
		return tokens;
	}

	/** Hands the transactions to the node in the block's order: what is in its mempool is taken out and put back behind one another. */
	async #publish(publicGroups: readonly Candidate[], included: readonly Candidate[]): Promise<void> {
		const ordered = included.flatMap((group) => group.transactions.map((transaction) => ({ transaction, bundle: group.bundle })));
		if (ordered.length <= 1 && publicGroups.length <= 1 && !ordered.some((each) => each.bundle !== null)) return;
		const placed = new Set(ordered.map((each) => each.transaction.hash));
		const rest = publicGroups.flatMap((group) => group.transactions).filter((transaction) => !placed.has(transaction.hash));
		const raws = new Map<string, string>();
		for (const transaction of [...ordered.map((each) => each.transaction), ...rest]) {
			const raw =
				transaction.raw ??
				z
					.string()
					.nullable()
					.parse(await this.#rpc.call("eth_getRawTransactionByHash", transaction.hash));
			// A transaction that was replaced or withdrawn since the mempool was read has no bytes any more.
			if (raw !== null) raws.set(transaction.hash, raw);
		}
		for (const group of publicGroups) {
			for (const transaction of group.transactions) await this.#rpc.call("anvil_dropTransaction", transaction.hash);
		}
		for (const transaction of [...ordered.map((each) => each.transaction), ...rest]) {
			const raw = raws.get(transaction.hash);
			if (raw === undefined) continue;
			try {
				await this.#rpc.call("eth_sendRawTransaction", raw);
			} catch (error) {
				if (!(error instanceof RpcError)) throw error;
				this.#log.warn({ transaction: transaction.hash, error: messageOf(error) }, "the node refused a transaction");
			}
		}
	}

	/** A bundle's own transaction must not stay behind in the public mempool. */
	async #withdrawUnmined(included: readonly Candidate[], publicGroups: readonly Candidate[], block: Block): Promise<void> {
		const kept = new Set([...block.transactions, ...publicGroups.flatMap((group) => group.transactions.map((each) => each.hash))]);
		for (const { bundle } of included) {
			for (const transaction of bundle?.transactions ?? []) {
				if (!kept.has(transaction.hash)) await this.#rpc.call("anvil_dropTransaction", transaction.hash);
			}
		}
	}

	async #setNextBaseFee(block: Block): Promise<void> {
		await this.#rpc.call("anvil_setNextBlockBaseFeePerGas", hexQuantity(nextBaseFee(block)));
	}
}

/** Public transactions that a bundle carries stand in it, and not on their own. */
function withoutCarried(groups: readonly Candidate[]): readonly Candidate[] {
	const carried = new Set(groups.flatMap((group) => (group.isBundle ? group.transactions.map((each) => each.hash) : [])));
	return groups.filter((group) => group.isBundle || !group.transactions.some((each) => carried.has(each.hash)));
}

function firstFailingBundle(
	ordered: readonly Candidate[],
	results: readonly SimulatedResult[],
): { readonly group: Candidate; readonly bundle: Bundle; readonly failure: string; readonly position: number } | null {
	let position = 0;
	for (const group of ordered) {
		for (const [offset] of group.transactions.entries()) {
			const result = results[position + offset];
			if (group.bundle !== null && result !== undefined && !result.isSuccess) {
				return { group, bundle: group.bundle, failure: result.failure ?? "no reason", position };
			}
		}
		position += group.transactions.length;
	}
	return null;
}

/** EIP-1559's next base fee (elasticity 2, at most an eighth of change), not below the floor. */
export function nextBaseFee(parent: Pick<Block, "gasUsed" | "gasLimit" | "baseFeePerGas">): bigint {
	const target = parent.gasLimit / 2n;
	const change = (parent.baseFeePerGas * (parent.gasUsed > target ? parent.gasUsed - target : target - parent.gasUsed)) / target / 8n;
	const next = parent.gasUsed > target ? parent.baseFeePerGas + (change > 0n ? change : 1n) : parent.baseFeePerGas - change;
	return next < MIN_BASE_FEE_WEI ? MIN_BASE_FEE_WEI : next;
}

import { keccak256, toUtf8Bytes } from "ethers";
import { hashHeader } from "../rpc/header.ts";
import { encodeReceipt, orderedTrieRoot } from "../rpc/receipts-root.ts";
import { seededRandom } from "./activity.ts";

/** What a node answers to a call; it throws a {@link NodeRefusal} for an error. */
export type Node = (method: string, params: readonly unknown[]) => unknown;

export class NodeRefusal extends Error {
	readonly code: number;

	constructor(code: number, message: string) {
		super(message);
		this.code = code;
	}
}

interface ScriptedLog {
	readonly address: string;
	readonly topics: readonly string[];
	readonly data: string;
	readonly blockNumber: string;
	readonly blockHash: string;
	readonly logIndex: string;
	readonly transactionHash: string;
}

export interface ScriptedBlock {
	readonly number: number;
	readonly header: Readonly<Record<string, string>>;
	readonly receipts: readonly ScriptedReceipt[];
}

type ScriptedReceipt = Readonly<Record<string, unknown>> & {
	readonly transactionHash: string;
	readonly blockNumber: string;
	readonly logs: readonly ScriptedLog[];
};

const EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
const GENESIS_TIME = 1_700_000_000;

/**
 * A chain that never was: blocks with receipts, logs, blooms, roots and hashes as a real chain's, drawn from a seed; state is a hash of block and question, so
 * that an answer about another block is another answer.
 */
export class ScriptedChain {
	readonly chainId: number;
	readonly blocks: ScriptedBlock[];
	readonly addresses: readonly string[];
	readonly topics: readonly string[];
	readonly #seed: number;
	readonly #byHash = new Map<unknown, ScriptedBlock>();
	readonly #byTransaction = new Map<unknown, ScriptedReceipt>();

	private constructor(chainId: number, seed: number, blocks: readonly ScriptedBlock[]) {
		this.chainId = chainId;
		this.#seed = seed;
		this.blocks = [];
		for (const block of blocks) this.#add(block);
		this.addresses = [0, 1, 2].map((i) => hash(`contract ${i}`).slice(0, 42));
		this.topics = [0, 1, 2].map((i) => hash(`event ${i}`));
	}

	static async create(of: { readonly chainId: number; readonly seed: number; readonly blocks: number }): Promise<ScriptedChain> {
		const chain = new ScriptedChain(of.chainId, of.seed, []);
		await chain.grow(of.blocks);
		return chain;
	}

	/** Another chain with the same blocks below `from` and others from there on, as many. */
	async fork(from: number, salt: number): Promise<ScriptedChain> {
		const fork = new ScriptedChain(this.chainId, this.#seed + salt, this.blocks.slice(0, from));
		await fork.grow(this.blocks.length - from);
		return fork;
	}

	get head(): ScriptedBlock {
		const head = this.blocks.at(-1);
		if (head === undefined) throw new NodeRefusal(-32000, "the chain has no block");
		return head;
	}

	async grow(blocks: number): Promise<void> {
		for (let i = 0; i < blocks; i++) this.#add(await this.#next());
	}

	/** A node with the first `height(blocks)` of the chain's blocks. */
	node(height: (blocks: number) => number = (blocks) => blocks): Node {
		return (method, params) => this.#answer(height(this.blocks.length), method, params);
	}

	#add(block: ScriptedBlock): void {
		this.blocks.push(block);
		this.#byHash.set(block.header.hash, block);
		for (const receipt of block.receipts) this.#byTransaction.set(receipt.transactionHash, receipt);
	}

	async #next(): Promise<ScriptedBlock> {
		const number = this.blocks.length;
		const random = seededRandom(this.#seed * 1_000_003 + number);
		const below = (limit: number) => Math.floor(random() * limit);
		const draft = Array.from({ length: number === 0 ? 0 : below(4) }, (_, index) => ({
			transactionHash: hash(`transaction ${this.#seed} ${number} ${index}`),
			type: quantity(below(3)),
			logs: Array.from({ length: below(4) }, () => ({
				address: this.addresses[below(3)] ?? "",
				topics: [this.topics[below(3)] ?? "", hash(`value ${below(1000)}`)],
				data: hash(`data ${below(1000)}`),
			})),
		}));
		let gas = 0;
		const receipts = draft.map(({ logs, ...receipt }, index) => {
			gas += 21_000 + below(50_000);
			const logsBloom = bloomOf(logs.flatMap(({ address, topics }) => [address, ...topics]));
			return {
				...receipt,
				transactionIndex: quantity(index),
				status: quantity(below(5) === 0 ? 0 : 1),
				cumulativeGasUsed: quantity(gas),
				logsBloom,
				logs,
			};
		});
		const header: Record<string, string> = {
			parentHash: number === 0 ? `0x${"00".repeat(32)}` : (this.head.header.hash ?? ""),
			sha3Uncles: EMPTY_UNCLES,
			miner: hash("miner").slice(0, 42),
			stateRoot: hash(`state ${this.#seed} ${number}`),
			transactionsRoot: hash(`transactions ${this.#seed} ${number}`),
			receiptsRoot: await orderedTrieRoot(receipts.map(encodeReceipt)),
			logsBloom: bloomOf(receipts.flatMap(({ logs }) => logs.flatMap(({ address, topics }) => [address, ...topics]))),
			difficulty: "0x0",
			number: quantity(number),
			gasLimit: quantity(30_000_000),
			gasUsed: quantity(gas),
			timestamp: quantity(GENESIS_TIME + 2 * number + (this.#seed % 1000)),
			extraData: "0x",
			mixHash: `0x${"00".repeat(32)}`,
			nonce: "0x0000000000000000",
			baseFeePerGas: quantity(1_000_000_000 + below(1_000_000_000)),
		};
		header.hash = hashHeader(header) ?? "";
		const { hash: blockHash } = header;
		let logIndex = 0;
		const placed = receipts.map((receipt) => ({
			...receipt,
			blockHash,
			blockNumber: quantity(number),
			gasUsed: quantity(21_000),
			effectiveGasPrice: header.baseFeePerGas ?? "0x0",
			from: header.miner ?? "",
			to: this.addresses[0] ?? "",
			logs: receipt.logs.map((log) => ({
				...log,
				blockHash: blockHash ?? "",
				blockNumber: quantity(number),
				logIndex: quantity(logIndex++),
				transactionHash: receipt.transactionHash,
			})),
		}));
		return { number, header, receipts: placed };
	}

	/** As a node with the first `height` blocks. */
	#answer(height: number, method: string, params: readonly unknown[]): unknown {
		const [first, second] = params;
		switch (method) {
			case "eth_chainId":
				return quantity(this.chainId);
			case "eth_getBlockByNumber":
				return this.#below(height, this.blocks[first === "latest" ? height - 1 : Number(first)])?.header ?? null;
			case "eth_getBlockByHash":
				return this.#below(height, this.#byHash.get(first))?.header ?? null;
			case "eth_getBlockReceipts":
				return this.#withHash(height, first).receipts;
			case "eth_getLogs":
				return this.#logsOf(height, first);
			case "eth_getTransactionReceipt":
				return this.#receiptOf(height, first);
			case "eth_getTransactionByHash": {
				const receipt = this.#receiptOf(height, first);
				return receipt === null ? null : { hash: first, blockHash: receipt.blockHash, nonce: "0x1" };
			}
			case "eth_call":
			case "eth_getBalance":
				return stateAt(this.#pinned(height, second), first);
			case "eth_getTransactionCount":
				return quantity(nonceAt(this.#pinned(height, second), first));
			case "eth_feeHistory": {
				const newest = Math.min(Number(second), height - 1);
				const range = this.blocks.slice(Math.max(0, newest - Number(first) + 1), newest + 1);
				return {
					oldestBlock: quantity(range[0]?.number ?? 0),
					baseFeePerGas: [...range.map(({ header }) => header.baseFeePerGas), "0x1"],
					reward: range.map(({ number }) => [quantity(tipOf(number))]),
				};
			}
			default:
				throw new NodeRefusal(-32601, `the method ${method} does not exist`);
		}
	}

	#logsOf(height: number, filter: unknown): readonly ScriptedLog[] {
		const field = (name: string): unknown => (typeof filter === "object" && filter !== null ? Reflect.get(filter, name) : undefined);
		const hashOf = field("blockHash");
		// A range that goes beyond the head is answered as far as it goes, as nodes do.
		const among =
			typeof hashOf === "string"
				? [this.#withHash(height, hashOf)]
				: this.blocks.slice(Number(field("fromBlock")), Math.min(height, Number(field("toBlock")) + 1));
		const [address, topics] = [field("address"), field("topics")];
		const isOf = (value: unknown, choice: unknown) =>
			choice === null || choice === undefined || [choice].flat().some((one) => one === value);
		return among
			.flatMap(({ receipts }) => receipts.flatMap(({ logs }) => logs))
			.filter((log) => isOf(log.address, address) && (!Array.isArray(topics) || topics.every((choice, i) => isOf(log.topics[i], choice))));
	}

	#receiptOf(height: number, transactionHash: unknown): ScriptedReceipt | null {
		const receipt = this.#byTransaction.get(transactionHash);
		return receipt !== undefined && Number(receipt.blockNumber) < height ? receipt : null;
	}

	/** A node answers "latest" by what it has, stale or not. */
	#pinned(height: number, at: unknown): string {
		const hashOf = typeof at === "object" && at !== null ? Reflect.get(at, "blockHash") : this.blocks[height - 1]?.header.hash;
		return this.#withHash(height, hashOf).header.hash ?? "";
	}

	#withHash(height: number, blockHash: unknown): ScriptedBlock {
		const found = this.#below(height, this.#byHash.get(blockHash));
		if (found === undefined) throw new NodeRefusal(-32000, "header not found");
		return found;
	}

	#below(height: number, block: ScriptedBlock | undefined): ScriptedBlock | undefined {
		return block !== undefined && block.number < height ? block : undefined;
	}
}

/** State at a block is a function of its hash: 32 bytes, or an integer of it. */
export function stateAt(blockHash: string, question: unknown): string {
	return hash(`${blockHash} ${JSON.stringify(question)}`);
}

/** What the truth is about a transaction count, small enough to be a number. */
export function nonceAt(blockHash: string, address: unknown): number {
	return Number.parseInt(stateAt(blockHash, address).slice(2, 8), 16);
}

/** What the median transaction of that block paid on top, in wei. */
export function tipOf(number: number): number {
	return number % 7;
}

/** The bloom of a block or receipt: three bits of each value's hash (yellow paper, 4.3.1). */
function bloomOf(values: readonly string[]): string {
	let bloom = 0n;
	for (const value of values) {
		const digest = keccak256(value);
		for (const at of [2, 6, 10]) bloom |= 1n << BigInt(Number.parseInt(digest.slice(at, at + 4), 16) % 2048);
	}
	return `0x${bloom.toString(16).padStart(512, "0")}`;
}

function hash(text: string): string {
	return keccak256(toUtf8Bytes(text));
}

function quantity(value: number): string {
	return `0x${value.toString(16)}`;
}

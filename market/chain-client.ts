import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import type { ChainConfig } from "../config/chain.ts";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { type Block, parseBlock } from "./block.ts";
import { HeadFeed } from "./head-feed.ts";
import { watchHeads } from "./heads.ts";
import { JsonRpc } from "./json-rpc.ts";
import { type ChainLog, parseLogs, type TopicFilter } from "./log.ts";

/** A read-only call of one contract; `data` is the selector with its arguments. */
export interface Call {
	readonly to: string;
	readonly data: string;
	/** Code to run in place of what is at `to`, by a state override of this call alone. */
	readonly code?: string;
}

export interface ChainClientOptions {
	/** Longest wait for one answer of the node. */
	readonly timeoutMs?: number;
	/** Calls per HTTP request at most. */
	readonly maxBatch?: number;
	/** WebSocket for new heads; by default `rpcUrl` with ws(s) as its scheme; null polls only. */
	readonly wsUrl?: string | null;
	readonly pollMs?: number;
	readonly stallMs?: number;
	readonly reconnectMs?: number;
	readonly silenceMs?: number;
	/** Told about each failure of the subscription or of polling that is being retried. */
	readonly onTrouble?: (error: ArbError) => void;
}

/** One chain as a node shows it. Every read of state is pinned by block hash (EIP-1898); errors are those of {@link JsonRpc}. */
export interface ChainClient {
	readonly chainId: number;
	/** For `execution/`: same node, calls not batched and not cached, so that a broadcast leaves at once. */
	readonly provider: JsonRpcProvider;
	head(signal?: AbortSignal): Promise<Block>;
	/** By number (of the canonical chain) or by hash; null where the node has no such block. */
	block(numberOrHash: number | string): Promise<Block | null>;
	/** Return data of each call at the end of that block; `stale_state` where the node does not have the block. */
	callAt(blockHash: string, calls: readonly Call[]): Promise<string[]>;
	/** Logs of one block in their order; `stale_state` where the node does not have the block. */
	logsOf(blockHash: string, filter: { readonly addresses?: readonly string[]; readonly topics?: TopicFilter }): Promise<ChainLog[]>;
	/** Logs of a range of canonical blocks, both ends included. */
	logsBetween(filter: {
		readonly fromBlock: number;
		readonly toBlock: number;
		readonly addresses?: readonly string[];
		readonly topics?: TopicFilter;
	}): Promise<ChainLog[]>;
	/** The next nonce: of the latest block, or with the node's pending transactions counted. */
	nonceOf(address: string, at?: "latest" | "pending"): Promise<number>;
	/** In wei. */
	balanceOf(address: string, at?: BlockRef): Promise<bigint>;
	/** Base units of an ERC-20; at the latest block, or at the end of `at`. */
	tokenBalanceOf(of: { readonly token: string; readonly account: string; readonly at?: BlockRef }): Promise<bigint>;
	/** Does the node have this transaction, in its mempool or in a block? */
	knowsTransaction(hash: string): Promise<boolean>;
	/** Median of what the median transactions of the ten blocks up to `at` (the latest) paid on top, in wei; 0 where nobody paid. */
	suggestPriorityFee(at?: BlockRef): Promise<bigint>;
	/** Heads as they come, each once; a slow reader misses those between. Ends with the signal, or with the error that ended the feed. */
	newHeads(signal: AbortSignal): AsyncIterable<Block>;
	/** Waits for a head other than `afterHash` and not below it; null where none came in time. */
	nextHead(of: { readonly afterHash: string; readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Block | null>;
	close(): void;
}

const DEFAULTS = { timeoutMs: 5_000, maxBatch: 100, maxInFlight: 8, pollMs: 200, stallMs: 5_000, reconnectMs: 5_000, silenceMs: 30_000 };
/** Headers are immutable under their hash; this many are kept. */
const HEADERS_KEPT = 256;
const TIP_BLOCKS = 10;
/** Selector of ERC-20 `balanceOf(address)`. */
const BALANCE_OF = "0x70a08231";

/**
 * Connects to a chain's node and checks that it is the chain that the settings mean.
 *
 * @throws ArbError `configuration` where chain id or genesis hash differ; `unavailable` or `timeout` where the node does not answer.
 */
export async function connectChain(
	config: Pick<ChainConfig, "chainId" | "rpcUrl" | "genesisHash">,
	options: ChainClientOptions = {},
): Promise<ChainClient> {
	const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
	const rpc = new JsonRpc(config.rpcUrl, { timeoutMs, maxBatch: options.maxBatch ?? DEFAULTS.maxBatch, maxInFlight: DEFAULTS.maxInFlight });
	try {
		await assertSameChain(rpc, config);
	} catch (error) {
		rpc.close();
		throw error;
	}
	const provider = executionProvider(config, timeoutMs);
	const headers = new Map<string, Block>();

	function keep(block: Block): Block {
		headers.set(block.hash, block);
		const oldest = headers.keys().next();
		if (headers.size > HEADERS_KEPT && !oldest.done) headers.delete(oldest.value);
		return block;
	}

	async function head(signal?: AbortSignal): Promise<Block> {
		return keep(parseBlock(await rpc.request("eth_getBlockByNumber", ["latest", false], signal)));
	}

	const feedOptions = {
		wsUrl: options.wsUrl === undefined ? config.rpcUrl.replace(/^http/, "ws") : options.wsUrl,
		pollMs: options.pollMs ?? DEFAULTS.pollMs,
		stallMs: options.stallMs ?? DEFAULTS.stallMs,
		reconnectMs: options.reconnectMs ?? DEFAULTS.reconnectMs,
		silenceMs: options.silenceMs ?? DEFAULTS.silenceMs,
		onTrouble: options.onTrouble ?? (() => {}),
	};
	const feed = new HeadFeed(async function* (signal) {
		for await (const block of watchHeads(head, feedOptions, signal)) yield keep(block);
	});

	return {
		chainId: config.chainId,
		provider,
		head,
		async block(numberOrHash) {
			if (typeof numberOrHash === "string") {
				const known = headers.get(numberOrHash);
				if (known !== undefined) return known;
			}
			const found =
				typeof numberOrHash === "number"
					? await rpc.request("eth_getBlockByNumber", [hex(numberOrHash), false])
					: await rpc.request("eth_getBlockByHash", [numberOrHash, false]);
			return found === null ? null : keep(parseBlock(found));
		},
		callAt(blockHash, calls) {
			return Promise.all(
				calls.map(async ({ to, data, code }) => {
					const override = code === undefined ? [] : [{ [to]: { code } }];
					return String(await rpc.request("eth_call", [{ to, data }, { blockHash }, ...override]));
				}),
			);
		},
		async logsOf(blockHash, { addresses, topics }) {
			const filter = { blockHash, ...(addresses && { address: addresses }), ...(topics && { topics }) };
			return parseLogs(await rpc.request("eth_getLogs", [filter]));
		},
		async logsBetween({ fromBlock, toBlock, addresses, topics }) {
			const filter = {
				fromBlock: hex(fromBlock),
				toBlock: hex(toBlock),
				...(addresses && { address: addresses }),
				...(topics && { topics }),
			};
			return parseLogs(await rpc.request("eth_getLogs", [filter]));
		},
		async nonceOf(address, at = "latest") {
			return Number(await rpc.request("eth_getTransactionCount", [address, at]));
		},
		async balanceOf(address, at) {
			return BigInt(String(await rpc.request("eth_getBalance", [address, at === undefined ? "latest" : { blockHash: at.hash }])));
		},
		async tokenBalanceOf({ token, account, at }) {
			const data = BALANCE_OF + account.slice(2).toLowerCase().padStart(64, "0");
			return BigInt(String(await rpc.request("eth_call", [{ to: token, data }, at === undefined ? "latest" : { blockHash: at.hash }])));
		},
		async knowsTransaction(hash) {
			return (await rpc.request("eth_getTransactionByHash", [hash])) !== null;
		},
		async suggestPriorityFee(at) {
			return medianTip(await rpc.request("eth_feeHistory", [hex(TIP_BLOCKS), at === undefined ? "latest" : hex(at.number), [50]]));
		},
		async *newHeads(signal) {
			let last: string | null = null;
			while (!signal.aborted) {
				const block = await feed.next({ isNews: (head) => head.hash !== last, signal }).catch((error) => {
					if (signal.aborted) return null;
					throw error;
				});
				if (block === null) return;
				last = block.hash;
				yield block;
			}
		},
		nextHead({ afterHash, timeoutMs, signal }) {
			const after = headers.get(afterHash)?.number ?? 0;
			const isNews = (head: Block) => head.hash !== afterHash && head.number >= after;
			return feed.next({ isNews, timeoutMs, ...(signal && { signal }) });
		},
		close() {
			feed.close();
			rpc.close();
			provider.destroy();
		},
	};
}

/** Not batched: a batch waits for its window and for its slowest call. Not cached: ethers would answer a repeated read from 250 ms ago. */
function executionProvider(config: Pick<ChainConfig, "chainId" | "rpcUrl">, timeoutMs: number): JsonRpcProvider {
	const request = new FetchRequest(config.rpcUrl);
	request.timeout = timeoutMs;
	const network = Network.from(config.chainId);
	return new JsonRpcProvider(request, network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 200 });
}

async function assertSameChain(rpc: JsonRpc, config: Pick<ChainConfig, "chainId" | "genesisHash">): Promise<void> {
	const [chainId, genesis] = await Promise.all([rpc.request("eth_chainId", []), rpc.request("eth_getBlockByNumber", ["0x0", false])]);
	if (Number(chainId) !== config.chainId) {
		throw new ArbError({
			code: "configuration",
			message: `the node serves chain ${Number(chainId)}, the settings mean chain ${config.chainId}; correct rpcUrl or chainId`,
			retryable: false,
		});
	}
	const hash = typeof genesis === "object" && genesis !== null ? Reflect.get(genesis, "hash") : null;
	if (hash !== config.genesisHash) {
		throw new ArbError({
			code: "configuration",
			message: `block 0 of the node is ${String(hash)}, the settings mean ${config.genesisHash}; stored state belongs to another chain: use --fresh`,
			retryable: false,
		});
	}
}

function medianTip(history: unknown): bigint {
	const rewards = typeof history === "object" && history !== null ? Reflect.get(history, "reward") : null;
	if (!Array.isArray(rewards)) {
		throw new ArbError({
			code: "chain",
			message: "eth_feeHistory: the node gave no rewards; use a node that supports them",
			retryable: false,
		});
	}
	const tips = rewards.map((row) => BigInt(Array.isArray(row) ? String(row[0]) : 0)).filter((tip) => tip > 0n);
	tips.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
	return tips[Math.floor(tips.length / 2)] ?? 0n;
}

function hex(value: number): string {
	return `0x${value.toString(16)}`;
}

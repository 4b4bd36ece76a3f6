import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import { z } from "zod";
import type { ChainConfig } from "../config/chain.ts";
import type { BlockRef } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import type { Block } from "./block.ts";
import { HeadFeed } from "./head-feed.ts";
import { watchHeads } from "./heads.ts";
import { type ChainLog, parseLogs, type TopicFilter } from "./log.ts";
import { agreedAnswer } from "./rpc/agreed-answer.ts";
import { assertTaken, blockLogs, filterParams } from "./rpc/block-logs.ts";
import type { LogFilter } from "./rpc/bloom.ts";
import { type PoolOptions, RpcPool } from "./rpc/pool.ts";
import { RpcError } from "./rpc/rpc-error.ts";
import type { PoolStats } from "./rpc/stats.ts";
import { parseEffects, type SimulatedEffect, type SimulatedTransaction } from "./simulated-effects.ts";

/** A read-only call of one contract; `data` is the selector with its arguments. */
export interface Call {
	readonly to: string;
	readonly data: string;
	/** Code to run in place of what is at `to`, by a state override of this call alone. */
	readonly code?: string;
}

/** A question whose answer is bytes, such as `eth_getCode` or an `eth_call` on an altered state. */
export interface StateRead {
	readonly blockHash: string;
	readonly method: string;
	readonly params: readonly unknown[];
	readonly overrides?: readonly unknown[];
}

export interface ChainClientOptions {
	/** Longest wait for one answer of the node. */
	readonly timeoutMs?: number;
	/** Calls per HTTP request at most. */
	readonly maxBatch?: number;
	/** Null polls for new heads; else those endpoints are subscribed to that have a WebSocket URL (without `rpc` settings: `rpcUrl` with ws(s) as its scheme). */
	readonly wsUrl?: null;
	readonly pollMs?: number;
	readonly stallMs?: number;
	readonly reconnectMs?: number;
	readonly silenceMs?: number;
	/** How the pool waits, hedges and retries; for tests. */
	readonly pool?: Pick<PoolOptions, "breaker" | "hedge" | "retry" | "clock">;
	/** Told about each failure of an endpoint, of a subscription or of polling that is being retried. */
	readonly onTrouble?: (error: ArbError) => void;
}

/** The settings that say which chain it is and through which nodes it is read. */
export type ChainNodes = Pick<ChainConfig, "chainId" | "rpcUrl" | "genesisHash"> & Partial<Pick<ChainConfig, "rpc">>;

/**
 * One chain as its endpoints show it. Every read of state is pinned by block hash (EIP-1898). What money moves on (heads, canonical blocks, logs, balances,
 * nonces, `agreed`) needs the agreement that the settings demand; errors are those of {@link RpcPool}.
 */
export interface ChainClient {
	readonly chainId: number;
	/** The node at `rpcUrl`, calls not batched and not cached: for what is sent, so that it leaves at once. */
	readonly provider: JsonRpcProvider;
	/**
	 * For facts that money moves on: as many endpoints as the settings demand must give the same answer to a question about a hash (a receipt, a transaction,
	 * a block); null only where every one that can be asked gives null. Fields that are a node's own opinion are not compared.
	 */
	readonly agreed: { send(method: string, params: readonly unknown[]): Promise<unknown> };
	/**
	 * Whichever endpoint answers, with another asked where one does not: for simulations and traces, whose result the chain judges again. A node's own refusal is the
	 * cause of the error.
	 */
	readonly anyNode: { send(method: string, params: readonly unknown[]): Promise<unknown> };
	head(signal?: AbortSignal): Promise<Block>;
	/** By number (of the canonical chain) or by hash; null where no endpoint has such a block. */
	block(numberOrHash: number | string): Promise<Block | null>;
	/** Return data of each call at the end of that block; `stale_state` where no endpoint has the block. */
	callAt(blockHash: string, calls: readonly Call[]): Promise<string[]>;
	/** Any other read of state at the end of that block: `params` come before the block, `overrides` behind it. */
	readAt(of: StateRead): Promise<string>;
	/** Logs of one block in their order, proved or agreed on as the settings say; `stale_state` where no endpoint has the block. */
	logsOf(blockHash: string, filter: { readonly addresses?: readonly string[]; readonly topics?: TopicFilter }): Promise<ChainLog[]>;
	/** Logs of a range of canonical blocks, both ends included. */
	logsBetween(filter: {
		readonly fromBlock: number;
		readonly toBlock: number;
		readonly addresses?: readonly string[];
		readonly topics?: TopicFilter;
	}): Promise<ChainLog[]>;
	/**
	 * What transactions would do in a block after the one with that hash, one after another (`eth_simulateV1`), by the word of one endpoint: enough to search by,
	 * not to move money on.
	 */
	simulateAfter(block: BlockRef, calls: readonly SimulatedTransaction[]): Promise<readonly SimulatedEffect[]>;
	/** The next nonce at the head. */
	nonceOf(address: string): Promise<number>;
	/** In wei; at the head, or at the end of `at`. */
	balanceOf(address: string, at?: BlockRef): Promise<bigint>;
	/** Base units of an ERC-20; at the head, or at the end of `at`. */
	tokenBalanceOf(of: { readonly token: string; readonly account: string; readonly at?: BlockRef }): Promise<bigint>;
	/** A transaction as some endpoint tells it, in its mempool or in a block; null where none has it. For finding out, not to move money on. */
	transaction(hash: string): Promise<unknown>;
	/** Does any endpoint have this transaction, in its mempool or in a block? */
	knowsTransaction(hash: string): Promise<boolean>;
	/** Median of what the median transactions of the ten blocks up to `at` (the head) paid on top, in wei; 0 where nobody paid. */
	suggestPriorityFee(at?: BlockRef): Promise<bigint>;
	/** Heads as they come, each once; a slow reader misses those between. Ends with the signal, or with the error that ended the feed. */
	newHeads(signal: AbortSignal): AsyncIterable<Block>;
	/** Waits for a head other than `afterHash` and not below it; null where none came in time. */
	nextHead(of: { readonly afterHash: string; readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Block | null>;
	/** Counters and state of each endpoint and of the pool. */
	stats(): PoolStats;
	close(): void;
}

const DEFAULTS = {
	timeoutMs: 5_000,
	maxBatch: 100,
	maxInFlight: 8,
	pollMs: 200,
	stallMs: 5_000,
	reconnectMs: 5_000,
	silenceMs: 30_000,
	graceMs: 100,
};
/** Heads that may come and go between finding out which it is and reading at it. */
const HEADS_TRIED = 3;
const TIP_BLOCKS = 10;
/** Selector of ERC-20 `balanceOf(address)`. */
const BALANCE_OF = "0x70a08231";

/**
 * Connects to a chain's endpoints and checks that each serves the chain that the settings mean; one that does not is left alone until it does.
 *
 * @throws ArbError `configuration` where chain id or genesis hash differ everywhere; `unavailable` or `timeout` where no endpoint is in order.
 */
export async function connectChain(config: ChainNodes, options: ChainClientOptions = {}): Promise<ChainClient> {
	const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
	const onTrouble = options.onTrouble ?? (() => {});
	const demands = demandsOf(config);
	const pool = new RpcPool({
		...options.pool,
		...demands,
		identity: config,
		transport: { timeoutMs, maxBatch: options.maxBatch ?? DEFAULTS.maxBatch, maxInFlight: DEFAULTS.maxInFlight },
		onTrouble,
	});
	try {
		await pool.connect();
	} catch (error) {
		pool.close();
		throw error;
	}
	const provider = executionProvider(config, timeoutMs);

	async function head(signal?: AbortSignal): Promise<Block> {
		return (await pool.head(signal)).block;
	}

	/** Reads at the head, and again at the next where that one has been reorganised away meanwhile. */
	async function atHead<T>(read: (block: Block) => Promise<T>): Promise<T> {
		for (let tried = 1; ; tried++) {
			const block = await head();
			try {
				return await read(block);
			} catch (error) {
				if (!(error instanceof ArbError) || error.code !== "stale_state" || tried === HEADS_TRIED) throw error;
			}
		}
	}

	/** A read of state under a block hash. */
	function stateAt(of: Omit<StateRead, "blockHash"> & { readonly hash: string }, isAgreed: boolean): Promise<string> {
		const { hash, method, params, overrides = [] } = of;
		return pool.read(
			{
				method,
				params: [...params, { blockHash: hash }, ...overrides],
				at: { hash, number: pool.knownHeader(hash)?.block.number },
				check: (answer) => hexAnswer(method, answer),
			},
			{ agreed: isAgreed },
		);
	}

	const transaction = (hash: string): Promise<unknown> =>
		pool.find({ method: "eth_getTransactionByHash", params: [hash], check: (answer) => answer });

	const feedOptions = {
		pollMs: options.pollMs ?? DEFAULTS.pollMs,
		stallMs: options.stallMs ?? DEFAULTS.stallMs,
		reconnectMs: options.reconnectMs ?? DEFAULTS.reconnectMs,
		silenceMs: options.silenceMs ?? DEFAULTS.silenceMs,
		graceMs: DEFAULTS.graceMs,
		maxLagBlocks: demands.maxLagBlocks,
		onTrouble,
	};
	const pushing = pool.endpoints.map((endpoint) => ({
		name: endpoint.name,
		wsUrl: endpoint.wsUrl,
		pushed: (header: unknown) => pool.pushed(endpoint, header),
	}));
	const source = { endpoints: options.wsUrl === null ? [] : pushing, read: head };
	const feed = new HeadFeed((signal) => watchHeads(source, feedOptions, signal));

	return {
		chainId: config.chainId,
		provider,
		agreed: { send: (method, params) => agreedAnswer(pool, method, params) },
		anyNode: { send: (method, params) => pool.find({ method, params, check: (answer) => answer }) },
		head,
		async block(numberOrHash) {
			const found = typeof numberOrHash === "number" ? await pool.headerAt(numberOrHash) : await pool.header(numberOrHash);
			return found?.block ?? null;
		},
		callAt(hash, calls) {
			return Promise.all(
				calls.map(({ to, data, code }) => {
					const overrides = code === undefined ? [] : [{ [to]: { code } }];
					return stateAt({ hash, method: "eth_call", params: [{ to, data }], overrides }, false);
				}),
			);
		},
		readAt: ({ blockHash, ...of }) => stateAt({ hash: blockHash, ...of }, false),
		async logsOf(blockHash, filter) {
			const header = await pool.header(blockHash);
			if (header !== null) return await blockLogs(pool, header, filter);
			throw new ArbError({
				code: "stale_state",
				message: `no endpoint has block ${blockHash}; follow the head of this moment`,
				retryable: true,
			});
		},
		async logsBetween({ fromBlock, toBlock, ...filter }) {
			return await logsBetween(pool, { fromBlock, toBlock }, filter);
		},
		simulateAfter: ({ hash, number, timestamp }, calls) =>
			pool.read({
				method: "eth_simulateV1",
				params: [
					{ blockStateCalls: [{ blockOverrides: { number: hex(number + 1), time: hex(timestamp + 1) }, calls }] },
					{ blockHash: hash },
				],
				at: { hash, number },
				check: (answer) => parseEffects(answer, calls.length),
			}),
		async nonceOf(address) {
			return await atHead(async ({ hash }) => Number(await stateAt({ hash, method: "eth_getTransactionCount", params: [address] }, true)));
		},
		async balanceOf(address, at) {
			const balanceAt = async ({ hash }: Pick<BlockRef, "hash">) =>
				BigInt(await stateAt({ hash, method: "eth_getBalance", params: [address] }, true));
			return at === undefined ? await atHead(balanceAt) : await balanceAt(at);
		},
		async tokenBalanceOf({ token, account, at }) {
			const data = BALANCE_OF + account.slice(2).toLowerCase().padStart(64, "0");
			const balanceAt = async ({ hash }: Pick<BlockRef, "hash">) =>
				BigInt(await stateAt({ hash, method: "eth_call", params: [{ to: token, data }] }, true));
			return at === undefined ? await atHead(balanceAt) : await balanceAt(at);
		},
		transaction,
		async knowsTransaction(hash) {
			return (await transaction(hash)) !== null;
		},
		async suggestPriorityFee(at) {
			return await suggestedTip(pool, at ?? (await head()));
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
			const after = pool.knownHeader(afterHash)?.block.number ?? 0;
			const isNews = (head: Block) => head.hash !== afterHash && head.number >= after;
			return feed.next({ isNews, timeoutMs, ...(signal && { signal }) });
		},
		stats: () => pool.stats(),
		close() {
			feed.close();
			pool.close();
			provider.destroy();
		},
	};
}

/** What the settings demand of the endpoints; without `rpc` settings there is one, at `rpcUrl`, whose logs its receipts must prove. */
function demandsOf({ rpcUrl, rpc }: ChainNodes): Pick<PoolOptions, "endpoints" | "agreement" | "logs" | "maxLagBlocks"> {
	if (rpc === undefined) {
		const endpoints = [{ http: rpcUrl, ws: rpcUrl.replace(/^http/, "ws") }];
		return { endpoints, agreement: 1, logs: "receipts", maxLagBlocks: 0 };
	}
	const agreement = rpc.agreement ?? (rpc.endpoints.length >= 2 ? 2 : 1);
	return {
		endpoints: rpc.endpoints,
		agreement,
		logs: rpc.logs ?? (agreement === 2 ? "agreement" : "receipts"),
		maxLagBlocks: rpc.maxLagBlocks,
	};
}

/** Not batched: a batch waits for its window and for its slowest call. Not cached: ethers would answer a repeated read from 250 ms ago. */
function executionProvider(config: Pick<ChainConfig, "chainId" | "rpcUrl">, timeoutMs: number): JsonRpcProvider {
	const request = new FetchRequest(config.rpcUrl);
	request.timeout = timeoutMs;
	const network = Network.from(config.chainId);
	return new JsonRpcProvider(request, network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 200 });
}

/** Logs of a range, by agreement. A node whose head is below the range would leave the rest out without an error: each shows beside its answer that it has the last block. */
async function logsBetween(
	pool: RpcPool,
	range: { readonly fromBlock: number; readonly toBlock: number },
	filter: LogFilter,
): Promise<ChainLog[]> {
	const { fromBlock, toBlock } = range;
	const last = await pool.headerAt(toBlock);
	if (last === null)
		throw new ArbError({ code: "stale_state", message: `logs up to block ${toBlock}: no endpoint has that block`, retryable: true });
	const { hash } = last.block;
	return await pool.read(
		{
			method: "eth_getLogs",
			params: [{ fromBlock: hex(fromBlock), toBlock: hex(toBlock), ...filterParams(filter) }],
			at: { hash, number: toBlock },
			beside: [
				{ method: "eth_getBlockByNumber", params: [hex(toBlock), false], check: (header) => assertHas(header, { hash, number: toBlock }) },
			],
			check: (answer) => {
				const logs = parseLogs(answer);
				for (const log of logs) {
					assertTaken(log, filter);
					if (log.blockNumber >= fromBlock && log.blockNumber <= toBlock) continue;
					throw new ArbError({ code: "chain", message: `eth_getLogs: a log of block ${log.blockNumber} is out of range`, retryable: true });
				}
				return logs;
			},
		},
		{ agreed: true },
	);
}

function assertHas(header: unknown, block: { readonly hash: string; readonly number: number }): void {
	const found = typeof header === "object" && header !== null ? Reflect.get(header, "hash") : null;
	if (found === block.hash) return;
	throw new RpcError({
		kind: "unknown_block",
		message: `the node's block ${block.number} is ${String(found)}, the chain's is ${block.hash}`,
	});
}

/** `eth_feeHistory` knows no block hash, and some nodes answer about another block without an error: the base fee tells whether it is about `at`. */
async function suggestedTip(pool: RpcPool, at: BlockRef): Promise<bigint> {
	const method = "eth_feeHistory";
	return await pool.read({
		method,
		params: [hex(TIP_BLOCKS), hex(at.number), [50]],
		at: { number: at.number },
		check: (answer) => {
			const parsed = feeHistorySchema.safeParse(answer);
			if (!parsed.success) throw feeHistoryError("the node gave no rewards; use a node that supports them");
			const { oldestBlock, baseFeePerGas, reward } = parsed.data;
			const last = reward.length - 1;
			const isOfBlock = Number(oldestBlock) + last === at.number && BigInt(baseFeePerGas[last] ?? -1) === BigInt(at.baseFeePerGasWei);
			if (!isOfBlock)
				throw feeHistoryError(`the node's answer is not about block ${at.number} with a base fee of ${at.baseFeePerGasWei} wei`);
			return medianTip(reward);
		},
	});
}

const quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const feeHistorySchema = z.object({ oldestBlock: quantity, baseFeePerGas: z.array(quantity), reward: z.array(z.array(quantity)) });

function feeHistoryError(why: string): ArbError {
	return new ArbError({ code: "chain", message: `eth_feeHistory: ${why}`, retryable: true });
}

function medianTip(rewards: readonly (readonly string[])[]): bigint {
	const tips = rewards.map((row) => BigInt(row[0] ?? 0)).filter((tip) => tip > 0n);
	tips.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
	return tips[Math.floor(tips.length / 2)] ?? 0n;
}

function hexAnswer(method: string, answer: unknown): string {
	if (typeof answer === "string" && /^0x[0-9a-fA-F]*$/.test(answer)) return answer;
	throw new ArbError({
		code: "chain",
		message: `${method}: the node answered ${JSON.stringify(answer)}, which is no hex text`,
		retryable: true,
	});
}

function hex(value: number): string {
	return `0x${value.toString(16)}`;
}

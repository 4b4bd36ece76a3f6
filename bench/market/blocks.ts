import { Interface, id } from "ethers";
import { SearchFloor } from "../../activities/search-floor.ts";
import { createRandom } from "../../devnet/random.ts";
import { ArbError } from "../../domain/errors.ts";
import type { PoolState } from "../../domain/pool.ts";
import type { Block } from "../../market/block.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import { packContent } from "../../market/history/block-content.ts";
import { type ChainLog, parseLogs } from "../../market/log.ts";
import { type BlockInputs, PoolBook } from "../../market/pool-book.ts";
import { Engine } from "../../rust-wasm/engine.ts";
import { figure, type Measured, progress, quantile } from "../report.ts";
import { type SyntheticPool, sqrtPriceAt, syntheticPools } from "./market-of-pools.ts";

const CHAIN_ID = 1;
const POOLS = { pairs: 1_000, concentrated: 1_000 };
const SWAPS = 500;
const BLOCKS = 600;
/** Of these the first are left out: the functions are compiled while they run. */
const WARM_UP = 200;
/** More than all ticks on one side of a pool take away. */
const LEAST_LIQUIDITY = 10n ** 19n;
const SYNC = id("Sync(uint112,uint112)");
const SWAP = id("Swap(address,address,int256,int256,uint160,uint128,int24)");
const ABI = new Interface([
	"event Sync(uint112 reserve0, uint112 reserve1)",
	"event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)",
]);

/**
 * A block's logs applied to a book and the engine brought up to date, against the same logs decoded by ethers' ABI coder and every changed pool given to the engine
 * whole. `client` is not asked: no pool has to be read.
 */
export async function measureBlocks(client: ChainClient, signal: AbortSignal): Promise<Measured> {
	progress(`market: ${BLOCKS} blocks of ${SWAPS} swaps`);
	const market = syntheticPools({ chainId: CHAIN_ID, ...POOLS });
	const blocks = await randomBlocks(market);
	let inputs: BlockInputs | undefined;
	const book = new PoolBook(
		client,
		market.map(({ pool }) => pool),
		{ loaded: () => {}, amended: () => {}, applied: (applied) => (inputs = applied) },
	);
	const tracked = new Map(market.map((one) => [one.pool.address, one.tracked]));
	book.restore({ block: blockAt(0), tracked, journal: [] });
	using engine = new Engine();
	using peerEngine = new Engine();
	const floor = new SearchFloor({ book, engine });
	floor.update([...tracked.keys()]);
	const peer = new Map<string, PoolState>(market.map((one) => [one.pool.address, one.tracked.state]));
	peerEngine.upsertPools([...peer.values()]);
	const [ours, theirs, packing]: number[][] = [[], [], []];
	const cpu = { ours: 0, theirs: 0 };
	let bytes = 0;
	for (const [i, text] of blocks.entries()) {
		signal.throwIfAborted();
		const logs = parseLogs(JSON.parse(text));
		const block = blockAt(i + 1);
		const own = await timed(async () => floor.update(await book.apply(block, logs)));
		const other = await timed(async () => peerEngine.upsertPools(decodeWhole(peer, logs)));
		const changes = inputs ?? { logs: [], read: [], joined: [] };
		const pack = await timed(async () => {
			bytes = (await packContent(changes)).length;
		});
		if (i < WARM_UP) continue;
		ours?.push(own.ms);
		theirs?.push(other.ms);
		packing?.push(pack.ms);
		cpu.ours += own.cpuMs;
		cpu.theirs += other.cpuMs;
	}
	for (const { pool } of market) {
		if (JSON.stringify(book.state(pool.address)) !== JSON.stringify(peer.get(pool.address))) throw differs(pool.address);
		const question = { pool: pool.address, tokenIn: pool.tokens[0] ?? "", amountIn: 10n ** 15n };
		if (engine.quote(question) !== peerEngine.quote(question)) throw differs(pool.address);
	}
	const counted = BLOCKS - WARM_UP;
	const name = `logs of a block with ${SWAPS} swaps applied, engine updated`;
	const median = quantile(ours ?? [], 0.5);
	const peerMedian = quantile(theirs ?? [], 0.5);
	const ratio = Number((peerMedian / median).toPrecision(3));
	return {
		results: [
			figure({ name: `${name}: p50`, value: median, unit: "ms", better: "lower", aim: 2 }),
			figure({ name: `${name}: p99`, value: quantile(ours ?? [], 0.99), unit: "ms", better: "lower", aim: 8 }),
			figure({ name: `${name}: CPU of the process, mean`, value: cpu.ours / counted, unit: "ms", better: "lower" }),
			{
				...{ name: `${name}: times as fast as the peer, p50`, value: ratio, unit: "×", better: "higher", aim: null, met: null, ratio },
				peer: `ethers 6.17.0 ABI decoding, states given whole, ${peerMedian.toPrecision(3)} ms`,
			},
			figure({ name: `history of a block with ${SWAPS} swaps`, value: bytes, unit: "bytes", better: "lower" }),
			figure({ name: `packing it, p50`, value: quantile(packing ?? [], 0.5), unit: "ms", better: "lower" }),
		],
		notes: [
			`Blocks: ${counted} after ${WARM_UP} to warm up, swaps in random ones of ${POOLS.pairs} V2 pairs and ${POOLS.concentrated} V3 pools of 30 ticks; from parsed logs. The peer's states and quotes are the same at the end; its CPU is ${(cpu.theirs / counted).toPrecision(3)} ms a block.`,
		],
	};
}

/** What the peer does: each log decoded by its ABI, each changed pool's state made anew. */
function decodeWhole(states: Map<string, PoolState>, logs: readonly ChainLog[]): readonly PoolState[] {
	const changed = new Map<string, PoolState>();
	for (const log of logs) {
		const state = changed.get(log.address) ?? states.get(log.address);
		const event = ABI.parseLog(log);
		if (event === null || state === undefined) continue;
		const { reserve0, reserve1, sqrtPriceX96, liquidity, tick } = event.args.toObject();
		const next =
			event.name === "Sync"
				? { ...state, reserve0: String(reserve0), reserve1: String(reserve1) }
				: { ...state, sqrtPriceX96: String(sqrtPriceX96), tick: Number(tick), liquidity: String(liquidity) };
		changed.set(log.address, next as PoolState);
	}
	for (const [address, state] of changed) states.set(address, state);
	return [...changed.values()];
}

function blockAt(number: number): Block {
	const hash = (of: number) => `0x${of.toString(16).padStart(64, "0")}`;
	const fees = { baseFeePerGasWei: "1000000000", gasUsed: "15000000", gasLimit: "30000000" };
	return { number, hash: hash(number), parentHash: hash(number - 1), timestamp: 1_700_000_000 + number, ...fees };
}

/** Blocks as a node answers for their logs, in text: strings made by a parser cost what they cost in life. */
async function randomBlocks(market: readonly SyntheticPool[]): Promise<readonly string[]> {
	const random = createRandom(29, "bench blocks");
	const word = (value: bigint) => BigInt.asUintN(256, value).toString(16).padStart(64, "0");
	const amount = (most: number) => BigInt(Math.floor(random.logUniform(1e12, most)));
	const trader = () => `0x${word(BigInt(1 + Math.floor(40 * random.next() ** 2)) * 0x9e3779b97f4a7c15f39cc0605cedc834n)}`;
	return Array.from({ length: BLOCKS }, (_, i) => {
		const { number, hash } = blockAt(i + 1);
		const logs = Array.from({ length: SWAPS }, (_, logIndex) => {
			const { pool, tracked } = market[Math.floor(market.length * random.next())] ?? {};
			const place = {
				address: pool?.address,
				blockNumber: `0x${number.toString(16)}`,
				blockHash: hash,
				logIndex: `0x${logIndex.toString(16)}`,
			};
			const state = tracked?.state;
			if (state?.family !== "uniswap-v3") return { ...place, topics: [SYNC], data: `0x${word(amount(1e26))}${word(amount(1e26))}` };
			const tick = state.tick + Math.floor((random.next() - 0.5) * 600);
			const amounts = word(amount(1e21)) + word(-amount(1e21));
			const price = word(BigInt(sqrtPriceAt(tick))) + word(amount(1e22) + LEAST_LIQUIDITY) + word(BigInt(tick));
			return { ...place, topics: [SWAP, trader(), trader()], data: `0x${amounts}${price}` };
		});
		return JSON.stringify(logs);
	});
}

async function timed(work: () => Promise<void>): Promise<{ readonly ms: number; readonly cpuMs: number }> {
	const before = process.cpuUsage();
	const start = performance.now();
	await work();
	const ms = performance.now() - start;
	const { user, system } = process.cpuUsage(before);
	return { ms, cpuMs: (user + system) / 1e3 };
}

function differs(pool: string): ArbError {
	return new ArbError({ code: "engine", message: `pool ${pool} differs from the peer's`, retryable: false });
}

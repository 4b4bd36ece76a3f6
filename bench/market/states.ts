import { ArbError, messageOf } from "../../domain/errors.ts";
import type { ConcentratedStates } from "../../market/bulk/concentrated-record.ts";
import { readConcentrated } from "../../market/bulk/concentrated-states.ts";
import { findPairs } from "../../market/bulk/pair-finder.ts";
import { type PairStates, readPairs } from "../../market/bulk/pair-states.ts";
import { wordsToRead } from "../../market/bulk/tick-window.ts";
import type { ChainClient } from "../../market/chain-client.ts";
import type { Exchange } from "../../market/testing/exchange.ts";
import { INIT_CODE_HASH, type PlantedPool, type PoolFarm } from "../../market/testing/pool-farm.ts";
import { readWords } from "../../rust-wasm/limbs.ts";
import { processCpuMs } from "../lifecycle/cpu.ts";
import { type BenchResult, figure, type Measured, progress, quantile } from "../report.ts";
import { randomPairs, randomPools, tokensOf } from "./farm.ts";

type Peers = typeof import("./peers/multicall.mjs");

const MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11";
/** What geth lets a call take unless it is told otherwise (`--rpc.gascap`); anvil takes the block's limit for it. */
const CALL_GAS_LIMIT = 50_000_000;
/** Readings that learn the node's limits; readings of ours alone; turns of the peer, each after some readings of ours: both see the machine's same moods. */
const ROUNDS = { warm: 4, alone: 3, turns: 4, oursPerTurn: 4 };
/** Bytes of calldata per call that the peer is tried with, on a part of the pools. viem's own default is the first. */
const BATCH_SIZES = [1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072] as const;
const SAMPLE = 0.1;
const AIM_RATIO = 10;
const AIM_PAIRS = { own: 0.15, wall: 0.3 };

/** Time on the clock, our own CPU, the node's CPU; seconds. */
interface Times {
	readonly wall: number;
	readonly own: number;
	readonly node: number;
}

interface Reading<T> extends Times {
	readonly value: T;
}

interface Measurement<T> {
	readonly best: Times;
	readonly median: Times;
	readonly last: T;
}

export interface StateBenchOptions {
	readonly exchange: Exchange;
	readonly client: ChainClient;
	readonly farm: PoolFarm;
	readonly peers: Peers;
	readonly signal: AbortSignal;
}

/** States of many pools from a node on this machine, ours against the peer's on the same pools at the same block. */
export class StateBench {
	readonly #of: StateBenchOptions;

	constructor(options: StateBenchOptions) {
		this.#of = options;
	}

	async prepare(): Promise<void> {
		const { exchange, farm, peers } = this.#of;
		const code = await exchange.provider.send("eth_call", [{ data: peers.multicall3Bytecode }, "latest"]);
		await farm.setCode(MULTICALL3, code);
		await exchange.provider.send("evm_setBlockGasLimit", [`0x${CALL_GAS_LIMIT.toString(16)}`]);
		await exchange.mine();
	}

	async pairs(count: number): Promise<Measured> {
		const { client, farm, exchange } = this.#of;
		const planted = randomPairs(count);
		const planting = await seconds(() => farm.plantPairs(planted));
		progress(`market: ${count} pairs planted in ${planting.toFixed(0)} s`);
		const head = await client.head();
		const search = { tokens: tokensOf(planted), blockHash: head.hash };
		const find = () => findPairs(client, { ...search, factory: { address: farm.factories.v2, initCodeHash: INIT_CODE_HASH.pair } });
		const found = await this.#alone(find);
		const addresses = found.last.pools.map(({ address }) => address);
		if (addresses.length !== count) throw wrong(`${addresses.length} of ${count} pairs were found`);

		const lesser = await this.#alone(() => readPairs(this.#withoutOverrides(), { addresses, blockHash: head.hash }));
		const reader = this.#peer();
		const part = addresses.slice(0, Math.ceil(count * SAMPLE));
		const { ours, peer } = await this.#compare({
			ours: () => readPairs(client, { addresses, blockHash: head.hash }),
			peerPart: (batchSize) => reader.reserves(part, { batchSize, blockNumber: BigInt(head.number) }),
			peer: (batchSize) => reader.reserves(addresses, { batchSize, blockNumber: BigInt(head.number) }),
		});
		assertSamePairs(ours.last, peer.last);
		assertSamePairs(found.last.states, peer.last);
		assertSamePairs(lesser.last, peer.last);
		const name = `state of ${count} V2 pairs`;
		return {
			results: [
				figure({ name: `${name}: our own CPU, best`, value: ours.best.own, unit: "s", better: "lower", aim: AIM_PAIRS.own }),
				figure({ name: `${name}: our own CPU, median`, value: ours.median.own, unit: "s", better: "lower" }),
				figure({ name: `${name}: wall, best`, value: ours.best.wall, unit: "s", better: "lower", aim: AIM_PAIRS.wall }),
				figure({ name: `${name}: wall, median`, value: ours.median.wall, unit: "s", better: "lower" }),
				figure({ name: `${name}: the node's CPU, median`, value: ours.median.node, unit: "s", better: "lower" }),
				against(`${name}, wall`, { ours: ours.best.wall, theirs: peer.best.wall, batchSize: peer.batchSize }),
				against(`${name}, CPU of the client`, { ours: ours.best.own, theirs: peer.best.own, batchSize: peer.batchSize }),
				figure({ name: `${name} through Multicall3, ours: wall, best`, value: lesser.best.wall, unit: "s", better: "lower" }),
				figure({ name: `${count} V2 pairs found by CREATE2 and read: wall, best`, value: found.best.wall, unit: "s", better: "lower" }),
			],
			notes: [
				`Pairs: published bytecode, created by the factory (${planting.toFixed(0)} s); node ${String(await exchange.provider.send("web3_clientVersion", []))}, ${CALL_GAS_LIMIT / 1e6} million gas a call.`,
				`The peer's node took ${peer.best.node.toFixed(2)} s of CPU for the pairs, ours ${ours.best.node.toFixed(2)} s on two cores: our wall is the node's.`,
			],
		};
	}

	async pools(count: number): Promise<Measured> {
		const { client, farm } = this.#of;
		const planted = randomPools(count);
		const planting = await seconds(() => farm.plantPools(planted));
		progress(`market: ${count} pools planted in ${planting.toFixed(0)} s`);
		const head = await client.head();
		const pools = planted.map((pool) => ({ address: farm.poolAddress(pool), tickSpacing: pool.tickSpacing }));
		const reader = this.#peer();
		const part = pools.slice(0, Math.ceil(count * SAMPLE));
		const { ours, peer } = await this.#compare({
			ours: () => readConcentrated(client, { pools, blockHash: head.hash, ticks: "around" }),
			peerPart: (batchSize) => reader.concentrated(part, wordsToRead, { batchSize, blockNumber: BigInt(head.number) }),
			peer: (batchSize) => reader.concentrated(pools, wordsToRead, { batchSize, blockNumber: BigInt(head.number) }),
		});
		assertSamePools({ planted, ours: ours.last, theirs: peer.last });
		const name = `state of ${count} V3 pools with ticks`;
		const ticks = ours.last.ticks.length;
		return {
			results: [
				figure({ name: `${name}: our own CPU, best`, value: ours.best.own, unit: "s", better: "lower" }),
				figure({ name: `${name}: wall, best`, value: ours.best.wall, unit: "s", better: "lower" }),
				figure({ name: `${name}: wall, median`, value: ours.median.wall, unit: "s", better: "lower" }),
				figure({ name: `${name}: the node's CPU, median`, value: ours.median.node, unit: "s", better: "lower" }),
				against(`${name}, wall`, { ours: ours.best.wall, theirs: peer.best.wall, batchSize: peer.batchSize }),
				against(`${name}, CPU of the client`, { ours: ours.best.own, theirs: peer.best.own, batchSize: peer.batchSize }),
			],
			notes: [
				`V3 pools: ${ticks} initialised ticks within the words that are read, ${(ticks / count).toFixed(0)} a pool; planted in ${planting.toFixed(0)} s.`,
				`The peer's node took ${peer.best.node.toFixed(2)} s of CPU for the V3 pools, ours ${ours.best.node.toFixed(2)} s.`,
				"The peer reads by block number: its Multicall3 action knows no block hash. Ours are pinned by hash. Both gave the same states, compared one by one.",
			],
		};
	}

	/** The same node as one that takes no state overrides. */
	#withoutOverrides(): ChainClient {
		const { client } = this.#of;
		const cause = { code: -32602, message: "too many arguments, want at most 2", data: undefined };
		return {
			...client,
			callAt: (blockHash, calls) =>
				calls.some(({ code }) => code !== undefined)
					? Promise.reject(new ArbError({ code: "chain", message: "eth_call: no state overrides", retryable: false, cause }))
					: client.callAt(blockHash, calls),
		};
	}

	#peer() {
		const { exchange, peers } = this.#of;
		return peers.multicallReader({ url: exchange.chain.rpcUrl, address: MULTICALL3, chainId: exchange.chain.chainId });
	}

	/** Ours against the peer at the batch size that is best for a part of the pools; sizes that the node refuses are passed over. */
	async #compare<Ours, Theirs>(of: {
		readonly ours: () => Promise<Ours>;
		readonly peerPart: (batchSize: number) => Promise<Theirs>;
		readonly peer: (batchSize: number) => Promise<Theirs>;
	}): Promise<{ readonly ours: Measurement<Ours>; readonly peer: Measurement<Theirs> & { readonly batchSize: number } }> {
		const batchSize = await this.#bestBatchSize(of.peerPart);
		for (let i = 0; i < ROUNDS.warm; i++) await of.ours();
		const readings = { ours: [] as Reading<Ours>[], peer: [] as Reading<Theirs>[] };
		for (let turn = 0; turn < ROUNDS.turns; turn++) {
			for (let i = 0; i < ROUNDS.oursPerTurn; i++) readings.ours.push(await this.#reading(of.ours));
			readings.peer.push(await this.#reading(() => of.peer(batchSize)));
		}
		return { ours: measurement(readings.ours), peer: { ...measurement(readings.peer), batchSize } };
	}

	async #bestBatchSize(read: (batchSize: number) => Promise<unknown>): Promise<number> {
		const tried: { readonly size: number; readonly wall: number }[] = [];
		for (const size of BATCH_SIZES) {
			try {
				const readings = [await this.#reading(() => read(size)), await this.#reading(() => read(size))];
				const wall = Math.min(...readings.map((reading) => reading.wall));
				tried.push({ size, wall });
				progress(`market: peer with ${size} bytes a call: ${wall.toFixed(2)} s for a part`);
			} catch (error) {
				progress(`market: peer with ${size} bytes a call: ${messageOf(error).slice(0, 80).replaceAll("\n", " ")}`);
			}
		}
		const [best] = tried.sort((a, b) => a.wall - b.wall);
		if (best === undefined) throw wrong("the peer read nothing at any batch size");
		return best.size;
	}

	async #alone<T>(read: () => Promise<T>): Promise<Measurement<T>> {
		for (let i = 0; i < ROUNDS.warm; i++) await read();
		const readings: Reading<T>[] = [];
		for (let i = 0; i < ROUNDS.alone; i++) readings.push(await this.#reading(read));
		return measurement(readings);
	}

	async #reading<T>(read: () => Promise<T>): Promise<Reading<T>> {
		this.#of.signal.throwIfAborted();
		const nodeBefore = processCpuMs(this.#of.exchange.node.pid ?? 0);
		const before = process.cpuUsage();
		const start = process.hrtime.bigint();
		const value = await read();
		const wall = Number(process.hrtime.bigint() - start) / 1e9;
		const own = process.cpuUsage(before);
		const node = (processCpuMs(this.#of.exchange.node.pid ?? 0) - nodeBefore) / 1e3;
		return { wall, own: (own.user + own.system) / 1e6, node, value };
	}
}

function measurement<T>(readings: readonly Reading<T>[]): Measurement<T> {
	const last = readings.at(-1);
	if (last === undefined) throw wrong("nothing was measured");
	const summary = (of: (values: readonly number[]) => number): Times => ({
		wall: of(readings.map(({ wall }) => wall)),
		own: of(readings.map(({ own }) => own)),
		node: of(readings.map(({ node }) => node)),
	});
	return { best: summary((values) => Math.min(...values)), median: summary((values) => quantile(values, 0.5)), last: last.value };
}

async function seconds(run: () => Promise<void>): Promise<number> {
	const start = process.hrtime.bigint();
	await run();
	return Number(process.hrtime.bigint() - start) / 1e9;
}

/** How many times faster ours is, both at their best. */
function against(name: string, of: { readonly ours: number; readonly theirs: number; readonly batchSize: number }): BenchResult {
	const ratio = Number((of.theirs / of.ours).toPrecision(3));
	return {
		name: `${name}: times as fast as the peer`,
		value: ratio,
		unit: "×",
		better: "higher",
		aim: AIM_RATIO,
		met: ratio >= AIM_RATIO,
		peer: `viem 2.57.20 multicall, ${of.batchSize} bytes a call, ${of.theirs.toPrecision(3)} s`,
		ratio,
	};
}

function assertSamePairs(ours: PairStates, theirs: readonly (readonly [bigint, bigint])[]): void {
	for (const [i, [reserve0, reserve1]] of theirs.entries()) {
		const own = [0, 2].map((offset) => readWords(ours.reserves, { offset: i * 4 + offset, words: 2 }));
		if (own[0] !== reserve0 || own[1] !== reserve1) throw wrong(`pair ${i}: ${own.join(", ")} and ${reserve0}, ${reserve1}`);
	}
}

function assertSamePools(of: {
	readonly planted: readonly PlantedPool[];
	readonly ours: ConcentratedStates;
	readonly theirs: Awaited<ReturnType<ReturnType<Peers["multicallReader"]>["concentrated"]>>;
}): void {
	const { planted, ours } = of;
	for (const [i, state] of of.theirs.entries()) {
		const [from = 0, to = 0] = ours.start.subarray(i, i + 2);
		const ticks = Array.from({ length: to - from }, (_, k) => {
			const words = { offset: (from + k) * 2, words: 2 };
			return [ours.ticks[from + k], readWords(ours.gross, words), BigInt.asIntN(128, readWords(ours.net, words))];
		});
		const [price, liquidity] = [readWords(ours.words, { offset: i * 6, words: 4 }), readWords(ours.words, { offset: i * 6 + 4, words: 2 })];
		const isSame =
			price === state.sqrtPriceX96 && liquidity === state.liquidity && ours.tick[i] === state.tick && String(ticks) === String(state.ticks);
		if (!isSame || price !== planted[i]?.sqrtPriceX96) throw wrong(`V3 pool ${i} was read differently`);
	}
}

function wrong(what: string): ArbError {
	return new ArbError({ code: "invalid_input", message: `market: ${what}; the benchmark measures nothing then`, retryable: false });
}

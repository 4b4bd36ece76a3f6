import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { hexlify, JsonRpcProvider, randomBytes } from "ethers";
import { type Logger, pino } from "pino";
import { z } from "zod";
import type { ChainConfig } from "../config/chain.ts";
import type { Keys } from "../config/keys.ts";
import { ArbError, messageOf } from "../domain/errors.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { Builder } from "./builder.ts";
import { Bundles } from "./bundles.ts";
import { BUNDLE_INCLUSION_SHARE_PPM, devnetChainConfig, devnetKeys, EXPLORATION_PPM } from "./chain-settings.ts";
import { DEVNET_CHAINS, type DevnetChain } from "./chains.ts";
import { type CompetitorProcess, startCompetitor } from "./competitor-process.ts";
import { type Deployment, deploy, deploymentSchema, deploymentVersion } from "./deployment.ts";
import { Market } from "./market.ts";
import { priceTarget } from "./market-model.ts";
import { endOrphan, recordAnvil } from "./orphan.ts";
import { createRandom } from "./random.ts";
import { type Relay, startRelay } from "./relay.ts";
import { readBlock } from "./rpc.ts";

export interface DevnetOptions {
	/** Which of the local chains; the first where absent. Its own block time stands in the settings, whatever {@link blockMs} says. */
	readonly chain?: DevnetChain;
	/** Kept there and taken up again; a temporary folder that `close` removes where absent. */
	readonly dataDir?: string;
	readonly seed: number;
	/** 0 (as when absent) lets the system choose. */
	readonly rpcPort?: number;
	readonly relayPort?: number;
	/** Milliseconds between blocks; `manual`: only `mine` makes them. */
	readonly blockMs: number | "manual";
	/** Whether the simulated market trades. */
	readonly simulator: boolean;
	readonly competitor: boolean;
	/** Written into the chain's settings; 1 where absent. */
	readonly confirmationDepth?: number;
	/** Share of the blocks whose builder sees bundles, in millionths; 700,000 where absent. */
	readonly inclusionSharePpm?: number;
	/** Written into the chain's settings: share of the submissions that explore the second-best relay, in millionths; a tenth where absent. */
	readonly explorationPpm?: number;
	/** Written into the chain's settings: whether transactions are followed before they are included; no where absent. */
	readonly isPendingWatched?: boolean;
	readonly log?: Logger;
}

export interface Devnet {
	readonly chain: ChainConfig;
	readonly chainFile: string;
	readonly keysFile: string;
	readonly keys: Keys;
	readonly deployment: Deployment;
	readonly rpcUrl: string;
	readonly relayUrl: string;
	readonly provider: JsonRpcProvider;
	/** Lets the market trade, where it is switched on, and builds so many blocks (1 where absent). */
	mine(count?: number): Promise<void>;
	/**
	 * Replaces the last `depth` blocks by as many others.
	 *
	 * @param transactions `vanish`: they are gone (the default); `again`: each is mined in the block of the same number; `pool`: they wait in the mempool
	 */
	reorg(depth: number, transactions?: "vanish" | "again" | "pool"): Promise<void>;
	/** Trades one pool away from its fair price (SushiSwap's LINK/WETH by 3 % where absent), mines that block, and names the pool. */
	openGap(gap?: { readonly pool?: string; readonly moveBps?: number }): Promise<{ readonly pool: string; readonly blockNumber: number }>;
	/** Resolves, with what happened, if the chain or the competitor ends by itself. */
	readonly failed: Promise<string>;
	/** Stops everything; the chain's state is written first. */
	close(): Promise<void>;
}

/** Anvil writes its state only on a clean exit, so a copy is made this often: a crash loses at most that much of the chain. */
const DUMP_INTERVAL_MS = 20_000;
/** Anvil does nothing else while it copies its state: of the time, at most this share goes there, whatever the state grows to. */
const DUMP_TIME_SHARE = 0.01;

/** The market trades once per block, but not more often than this: four blocks a second do not make four times the traders. */
const MARKET_STEP_MS = 1_000;

/**
 * Starts a local chain with real DEX bytecode, or takes up the one kept in `dataDir`.
 *
 * @throws ArbError `chain`, `configuration` or `dependency_missing`, each saying what to do
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
	const log = options.log ?? pino({ level: "silent" });
	const directory = resolve(options.dataDir ?? (await mkdtemp(join(tmpdir(), "devnet-"))));
	await mkdir(directory, { recursive: true });
	const closers: (() => Promise<void>)[] = [];
	if (options.dataDir === undefined) closers.push(() => rm(directory, { recursive: true, force: true }));
	async function close(): Promise<void> {
		for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
	}
	try {
		return await compose(options, { directory, log, closers, close });
	} catch (error) {
		await close();
		throw error;
	}
}

async function compose(
	options: DevnetOptions,
	context: {
		readonly directory: string;
		readonly log: Logger;
		readonly closers: (() => Promise<void>)[];
		readonly close: () => Promise<void>;
	},
): Promise<Devnet> {
	const { directory, log, closers } = context;
	const identity: DevnetChain = options.chain ?? DEVNET_CHAINS[0];
	const { chainId } = identity;
	const store = new ChainStore({ directory, chainId });
	const anvilFile = join(directory, "anvil.json");
	await endOrphan({ file: anvilFile, mark: store.exitStateFile });
	const kept = await store.read();
	const anvil = await startAnvil({
		chainId,
		port: options.rpcPort ?? 0,
		exitStateFile: store.exitStateFile,
		...(kept === null ? {} : { stateFile: store.stateFile }),
	});
	closers.push(async () => {
		await anvil.stop();
		await store.adoptExitState();
		await rm(anvilFile, { force: true });
	});
	await recordAnvil(anvilFile, anvil.pid);
	const deployment = kept ?? (await deploy(anvil.rpc, chainId));
	if (kept === null) await store.write(anvil, deployment);
	const head = await readBlock(anvil.rpc, "latest");
	log.info({ isFresh: kept === null, block: head.number, rpcUrl: anvil.rpcUrl }, `anvil runs as process ${anvil.pid}`);

	const bundles = new Bundles();
	const relay: Relay = await startRelay({ port: options.relayPort ?? 0, bundles, chainId });
	closers.push(() => relay.close());

	const chain = devnetChainConfig({
		chain: identity,
		deployment,
		genesisHash: (await readBlock(anvil.rpc, 0)).hash,
		rpcUrl: anvil.rpcUrl,
		relayUrl: relay.url,
		confirmationDepth: options.confirmationDepth ?? 1,
		explorationPpm: options.explorationPpm ?? EXPLORATION_PPM,
		isPendingWatched: options.isPendingWatched ?? false,
	});
	const keys = devnetKeys(identity);
	const chainFile = join(directory, "chain.json");
	const keysFile = join(directory, "keys.json");
	await replaceFile(chainFile, `${JSON.stringify(chain, null, "\t")}\n`, 0o644);
	await replaceFile(keysFile, `${JSON.stringify(keys, null, "\t")}\n`, 0o600);

	// A chain that is taken up again goes on with other random numbers than those it began with.
	const random = (use: string) => createRandom(options.seed, `${use} from block ${head.number}`);
	const inclusionSharePpm = options.inclusionSharePpm ?? BUNDLE_INCLUSION_SHARE_PPM;
	const builder = new Builder({ rpc: anvil.rpc, bundles, random: random("builder"), inclusionSharePpm, log });
	await builder.start();
	// Anvil has no fee history of blocks that it loaded: who prices the head must find one of its own, and the slow chain's next is seconds away.
	if (kept !== null && options.blockMs !== "manual") await builder.build();
	const randoms = { first: random("market"), second: random("market of further families") };
	const market = new Market({ rpc: anvil.rpc, deployment, randoms, log });

	const failure = Promise.withResolvers<string>();
	let isClosing = false;
	const fail = (why: string): void => {
		if (!isClosing) failure.resolve(why);
	};
	anvil.exited.then(fail);
	const dumps = repeat(DUMP_INTERVAL_MS, async () => {
		const startedAt = performance.now();
		await builder.exclusive(() => store.write(anvil, deployment));
		return Math.max(DUMP_INTERVAL_MS, (performance.now() - startedAt) / DUMP_TIME_SHARE);
	});
	dumps.failed.then(fail);
	closers.push(dumps.stop);

	if (options.competitor) {
		const competitor: CompetitorProcess = startCompetitor({ rpcUrl: anvil.rpcUrl, deployment, seed: options.seed, log });
		competitor.exited.then(fail);
		closers.push(competitor.stop);
	}
	if (options.blockMs !== "manual") {
		const blockMs = options.blockMs;
		let due = performance.now() + blockMs;
		let tradedAt = Number.NEGATIVE_INFINITY;
		const blocks = repeat(blockMs, async () => {
			await builder.build();
			const builtAt = performance.now();
			// Half a block early rather than a block late: timers are not exact.
			if (options.simulator && builtAt - tradedAt >= MARKET_STEP_MS - blockMs / 2) {
				tradedAt = builtAt;
				await market.step();
			}
			const now = performance.now();
			due = Math.max(due + blockMs, now);
			return due - now;
		});
		blocks.failed.then(fail);
		closers.push(blocks.stop);
	}

	const provider = new JsonRpcProvider(anvil.rpcUrl, chainId, {
		staticNetwork: true,
		cacheTimeout: -1,
		batchMaxCount: 1,
		pollingInterval: 100,
	});
	closers.push(async () => provider.destroy());

	async function openGap(gap: { readonly pool?: string; readonly moveBps?: number } = {}) {
		const link = deployment.tokens.find((token) => token.symbol === "LINK")?.address;
		const address = gap.pool ?? deployment.pools.find((pool) => pool.dex === "sushiswap-v2" && pool.tokens.includes(link ?? ""))?.address;
		const pools = await market.pools();
		const pool = pools.find((each) => each.address === address);
		if (pool === undefined) throw new ArbError({ code: "not_found", message: `the devnet has no pool ${address}`, retryable: false });
		const price = pool.price * (1 + (gap.moveBps ?? 300) / 10_000);
		await market.send([priceTarget(pool, price, "shock")], pools);
		const block = await builder.build();
		return { pool: pool.address, blockNumber: block.number };
	}

	return {
		...{ chain, chainFile, keysFile, keys, deployment, provider, openGap },
		rpcUrl: anvil.rpcUrl,
		relayUrl: relay.url,
		failed: failure.promise,
		mine: async (count = 1) => {
			for (let i = 0; i < count; i++) {
				if (options.simulator) await market.step();
				await builder.build();
			}
		},
		reorg: (depth, transactions = "vanish") => builder.exclusive(() => reorganise(anvil, depth, transactions)).then(() => builder.start()),
		close: async () => {
			isClosing = true;
			await context.close();
		},
	};
}

async function reorganise(anvil: Anvil, depth: number, transactions: "vanish" | "again" | "pool"): Promise<void> {
	const head = await readBlock(anvil.rpc, "latest");
	const mined: (readonly [string, number])[] = [];
	for (let offset = 0; offset < depth; offset++) {
		const block = await readBlock(anvil.rpc, head.number - depth + 1 + offset);
		for (const hash of block.transactions) {
			mined.push([z.string().parse(await anvil.rpc.call("eth_getRawTransactionByHash", hash)), offset]);
		}
	}
	// Another fee recipient: blocks with the same transactions in the same second would otherwise have the hashes of those that they replace.
	await anvil.rpc.call("anvil_setCoinbase", hexlify(randomBytes(20)));
	await anvil.rpc.call("anvil_reorg", depth, transactions === "again" ? mined : []);
	if (transactions === "pool") for (const [raw] of mined) await anvil.rpc.call("eth_sendRawTransaction", raw);
}

/** Runs work again and again until stopped; the work says how many milliseconds to wait before the next time. */
function repeat(firstMs: number, work: () => Promise<number>): { readonly failed: Promise<string>; stop(): Promise<void> } {
	const failed = Promise.withResolvers<string>();
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> = Promise.resolve();
	let isStopped = false;
	const schedule = (ms: number): void => {
		timer = setTimeout(() => {
			running = work().then(
				(nextMs) => {
					if (!isStopped) schedule(nextMs);
				},
				(error: unknown) => failed.resolve(messageOf(error)),
			);
		}, ms);
	};
	schedule(firstMs);
	return {
		failed: failed.promise,
		stop: async () => {
			isStopped = true;
			clearTimeout(timer);
			await running;
		},
	};
}

/** The chain's state and its deployment's addresses on disk. */
class ChainStore {
	readonly stateFile: string;
	/** What anvil writes itself when it ends cleanly, be it told by us or by a signal to the whole process group. */
	readonly exitStateFile: string;
	readonly #deploymentFile: string;
	readonly #chainId: number;

	constructor({ directory, chainId }: { readonly directory: string; readonly chainId: number }) {
		this.#chainId = chainId;
		this.stateFile = join(directory, "state.json");
		this.exitStateFile = join(directory, "state.exit.json");
		this.#deploymentFile = join(directory, "deployment.json");
	}

	/** The kept chain's addresses; null where there is none. */
	async read(): Promise<Deployment | null> {
		if ((await sizeIfThere(this.#deploymentFile)) === null) return null;
		await this.adoptExitState();
		let kept: Deployment;
		try {
			kept = deploymentSchema.parse(JSON.parse(await readFile(this.#deploymentFile, "utf8")));
		} catch (error) {
			throw new ArbError({
				code: "configuration",
				message: `${this.#deploymentFile} is not a devnet's (${messageOf(error)}); start with --fresh`,
				retryable: false,
				cause: error,
			});
		}
		if (kept.chainId !== this.#chainId) {
			throw new ArbError({
				code: "configuration",
				message: `${this.#deploymentFile} is of chain ${kept.chainId}, not ${this.#chainId}; give another data directory, or start with --fresh`,
				retryable: false,
			});
		}
		if (kept.version === deploymentVersion()) return kept;
		throw new ArbError({
			code: "configuration",
			message: `the chain kept in ${this.#deploymentFile} was deployed from other contracts or seeds than those of this version; start with --fresh`,
			retryable: false,
		});
	}

	/** Takes what anvil wrote when it ended; a file cut short by a kill is removed, and the last copy stays. */
	async adoptExitState(): Promise<void> {
		const bytes = await sizeIfThere(this.exitStateFile);
		if (bytes === null) return;
		if (bytes > MAX_STRIPPED_BYTES) return rename(this.exitStateFile, this.stateFile);
		const state = withoutTraces(await readFile(this.exitStateFile, "utf8"));
		if (state !== null) await replaceFile(this.stateFile, state, 0o644);
		await rm(this.exitStateFile);
	}

	/** State first: a deployment file means that there is a state to take up. */
	async write(anvil: Anvil, deployment: Deployment): Promise<void> {
		const dump = z.string().parse(await anvil.rpc.call("anvil_dumpState"));
		await replaceFile(this.stateFile, await promisify(gunzip)(Buffer.from(dump.slice(2), "hex")), 0o644);
		await replaceFile(this.#deploymentFile, JSON.stringify(deployment), 0o644);
	}
}

/** Half of what a string may hold; a larger state (days of blocks) is taken as it is. */
const MAX_STRIPPED_BYTES = 250_000_000;

const stateSchema = z.looseObject({ transactions: z.array(z.looseObject({ info: z.looseObject({ traces: z.array(z.unknown()) }) })) });

/** Anvil's state without the execution traces of mined transactions: two thirds of its size, and nobody asks for old ones. Null where it is no JSON. */
function withoutTraces(text: string): string | null {
	try {
		const state = stateSchema.parse(JSON.parse(text));
		return JSON.stringify({
			...state,
			transactions: state.transactions.map((transaction) => ({ ...transaction, info: { ...transaction.info, traces: [] } })),
		});
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

async function sizeIfThere(file: string): Promise<number | null> {
	try {
		return (await stat(file)).size;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
}

/** Aside first, then renamed: a reader never sees half a file. */
async function replaceFile(file: string, content: string | Uint8Array, mode: number): Promise<void> {
	await writeFile(`${file}.new`, content, { mode });
	await rename(`${file}.new`, file);
}

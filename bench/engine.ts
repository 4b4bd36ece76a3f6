import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArbError } from "../domain/errors.ts";
import { WORDS } from "../rust-wasm/limbs.ts";
import { engineModule } from "../rust-wasm/module.ts";
import { ROOT } from "../scripts/paths.ts";
import { type Market, randomUpdates } from "./engine/market.ts";
import { bestOf, type Crossable, crossablePool, measureConcentrated, measurePairs, type Routes, randomRoutes } from "./engine/quoting.ts";
import { measureSearch } from "./engine/searching.ts";
import { installPeers } from "./peers.ts";
import { type BenchResult, figure, type Measured, progress, runBench } from "./report.ts";

/**
 * The engine alone: search, memory, quotes against the dexes' SDKs, sizing, loading, and the module against the same crate built natively.
 * `npm run bench -- engine [--json] [--write-docs]`; under two minutes, the first time a little more for the peers and the native build.
 */
const PEERS = join(import.meta.dirname, "engine", "peers");
const NATIVE_PEER = join(import.meta.dirname, "engine", "native-peer");
const NATIVE_UPDATES = 20_000;
const BOUND = BigUint64Array.of(0n, 0n, 1n << 32n, 0n);

await runBench("engine", async (signal): Promise<Measured> => {
	const peers = await loadPeers();
	const searched = measureSearch(signal);
	const routes = randomRoutes(searched.market);
	progress("engine: quotes and sizes against the peers");
	const crossable = crossablePool();
	const native = measureNative({ market: searched.market, routes, crossable });
	return {
		results: [
			...searched.results,
			...measurePairs(searched.market, routes, peers),
			...(await measureConcentrated(crossable, peers)),
			...measureLoad(),
			...native.results,
		],
		notes: [
			"Constant-product pairs whose tokens are drawn by the degrees of the mainnet snapshot; one start token, the largest hub; the best four cycles that share no pool.",
			...searched.notes,
			...native.notes,
		],
	};
});

async function loadPeers(): Promise<typeof import("./engine/peers/quotes.mjs")> {
	installPeers({ bench: "engine", folder: PEERS, marker: "@uniswap/v3-sdk", megabytes: 21 });
	return import("./engine/peers/quotes.mjs");
}

/** From a new process's first line to its first quote, Node's own start apart; with the compile cache that all processes of the project have, and without. */
function measureLoad(): readonly BenchResult[] {
	const script = `
		const start = process.hrtime.bigint();
		const { Engine } = await import(${JSON.stringify(join(ROOT, "rust-wasm/engine.ts"))});
		const engine = new Engine();
		const [token0, token1, address] = ["0x01", "0x02", "0x03"];
		engine.upsertPools([{ family: "uniswap-v2", address, dex: "", token0, token1, feePips: 3000, reserve0: "1000000", reserve1: "1000000" }]);
		engine.quote({ pool: address, tokenIn: token0, amountIn: 1000n });
		console.log(Number(process.hrtime.bigint() - start) / 1e6);`;
	const best = (env: NodeJS.ProcessEnv): number => {
		const times = Array.from({ length: 5 }, () =>
			Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env: { ...process.env, ...env } })),
		);
		return Math.min(...times);
	};
	const load = (name: string, value: number, aim?: number) =>
		figure({ name, value, unit: "ms", better: "lower", ...(aim === undefined ? {} : { aim }) });
	return [
		load("engine load to first quote, best of five processes", best({}), 50),
		load("the same by a process that has to take the types off first", best({ NODE_DISABLE_COMPILE_CACHE: "1" })),
	];
}

/** What the natively built programs print. */
interface Native {
	/** The search in doubles for each of many pools in one call; update and search of one pool after the other, with exact sizes. */
	readonly screenUs: number;
	readonly searchUs: number;
	readonly quoteNs: number;
	readonly swapNs: number;
	readonly rememberedNs: number;
	/** What all the swaps pay together. */
	readonly paid: string;
}

/** The same calls on the same data by the crate's example, built for this machine, and by the fastest published crate. */
function measureNative(of: { readonly market: Market; readonly routes: Routes; readonly crossable: Crossable }): {
	readonly results: readonly BenchResult[];
	readonly notes: readonly string[];
} {
	if (spawnSync("cargo", ["--version"]).status !== 0)
		return { results: [], notes: ["cargo is not here: not compared with the native build, nor that with the fastest published crate."] };
	const { market, routes, crossable } = of;
	const pools = Array.from({ length: NATIVE_UPDATES }, (_, i) => (i * 7919) % market.poolCount);
	const updates = randomUpdates({ market, seed: 5, pools });
	const lengths = new Uint32Array(routes.inputs.length).fill(3);
	const folder = mkdtempSync(join(tmpdir(), "engine-bench-"));
	let ours: Native;
	let theirs: Pick<Native, "swapNs" | "paid">;
	try {
		const pairs = join(folder, "pairs");
		writeArrays(pairs, [
			{ array: market.shape },
			{ array: market.reserves },
			{ array: Uint32Array.of(0) },
			{ array: updates.pools },
			{ array: updates.reserves },
			{ array: lengths },
			{ array: routes.edges },
			{ array: routes.amounts },
		]);
		const concentrated = join(folder, "concentrated");
		writeArrays(concentrated, [
			{ array: crossable.shape },
			{ array: crossable.words },
			{ array: Int32Array.from(crossable.ticks, ([tick]) => tick) },
			{ array: crossable.nets, words: 2 },
			{ array: crossable.amounts, words: WORDS },
		]);
		progress("engine: building the crate natively");
		ours = runCrate<Native>(join(ROOT, "rust-wasm"), ["--example", "bench", "--", pairs, concentrated]);
		progress("engine: building the published crate that it is compared with");
		theirs = runCrate<Native>(NATIVE_PEER, ["--", concentrated]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	if (ours.paid !== theirs.paid)
		throw new ArbError({ code: "engine", message: `uniswap-v3-sdk pays ${theirs.paid} in all, the engine ${ours.paid}`, retryable: false });
	const { Engine } = engineModule();
	const engine = new Engine();
	engine.set_v2(market.shape, market.reserves);
	const search = bestOf(1, NATIVE_UPDATES, () => {
		for (let i = 0; i < NATIVE_UPDATES; i++) {
			engine.set_reserves(updates.pools.subarray(i, i + 1), updates.reserves.subarray(i * 4, i * 4 + 4));
			engine.search(updates.pools.subarray(i, i + 1), Uint32Array.of(0), 3, 4, false, false, BOUND);
		}
	});
	// With a limit of 0 nothing is sized.
	const screen = bestOf(20, NATIVE_UPDATES, () => engine.search(updates.pools, Uint32Array.of(0), 3, 0, false, false, BOUND));
	const quote = bestOf(200, lengths.length, () => engine.quote_routes(lengths, routes.edges, 1, routes.amounts));
	engine.free();
	const against = (of: { name: string; value: number; other: number; unit: string; peer: string; atMost: number }): BenchResult => {
		const ratio = Number((of.value / of.other).toPrecision(3));
		return {
			name: of.name,
			value: Number(of.value.toPrecision(4)),
			unit: of.unit,
			better: "lower",
			aim: null,
			met: ratio <= of.atMost,
			peer: `the time of ${of.peer} (aim ${of.atMost})`,
			ratio,
		};
	};
	const [build, crate] = ["the native build", "the crate uniswap-v3-sdk"];
	const swap = "exact swap crossing 0 to 10 ticks, natively";
	return {
		results: [
			against({
				name: "float search in WebAssembly, 20,000 changed pools in one call, for each",
				value: screen / 1_000,
				other: ours.screenUs,
				unit: "µs",
				peer: build,
				atMost: 1.25,
			}),
			against({
				name: "update and search in WebAssembly, a call each, with exact sizes, mean",
				value: search / 1_000,
				other: ours.searchUs,
				unit: "µs",
				peer: build,
				atMost: 2.5,
			}),
			against({ name: "exact 3-hop quote in WebAssembly", value: quote, other: ours.quoteNs, unit: "ns", peer: build, atMost: 2.5 }),
			against({ name: `${swap}, nothing remembered`, value: ours.swapNs, other: theirs.swapNs, unit: "ns", peer: crate, atMost: 1.2 }),
			against({ name: `${swap}, steps remembered`, value: ours.rememberedNs, other: theirs.swapNs, unit: "ns", peer: crate, atMost: 1.2 }),
		],
		notes: ["Update and search, a call each, contain in WebAssembly what JavaScript needs to call it, which the native program does not."],
	};
}

/** Each array as the number of its elements and their bytes; an element is `words` numbers of the array. */
function writeArrays(
	file: string,
	arrays: readonly { readonly array: Uint32Array | Int32Array | BigUint64Array; readonly words?: number }[],
): void {
	const parts = arrays.flatMap(({ array, words = 1 }) => [
		Buffer.from(Uint32Array.of(array.length / words).buffer),
		Buffer.from(array.buffer, array.byteOffset, array.byteLength),
	]);
	writeFileSync(file, Buffer.concat(parts));
}

/** The line of JSON that a crate's program prints. */
function runCrate<T>(directory: string, args: readonly string[]): T {
	try {
		const manifest = join(directory, "Cargo.toml");
		const command = ["run", "--release", "--quiet", "--locked", "--manifest-path", manifest, ...args];
		return JSON.parse(execFileSync("cargo", command, { encoding: "utf8" })) as T;
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: `the program of the crate in ${directory} could not be run (cargo ${args.join(" ")})`,
			retryable: false,
			cause: error,
		});
	}
}

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArbError } from "../domain/errors.ts";
import { engineModule } from "../rust-wasm/module.ts";
import { ROOT } from "../scripts/paths.ts";
import { type Market, randomUpdates } from "./engine/market.ts";
import { bestOf, measureConcentrated, measurePairs, type Routes, randomRoutes } from "./engine/quoting.ts";
import { measureSearch } from "./engine/searching.ts";
import { installPeers } from "./peers.ts";
import { type BenchResult, figure, type Measured, progress, runBench } from "./report.ts";

/**
 * The engine alone: search, memory, quotes against the dexes' SDKs, sizing, loading, and the module against the same crate built natively.
 * `npm run bench -- engine [--json] [--write-docs]`; under two minutes, the first time a little more for the peers and the native build.
 */
const PEERS = join(import.meta.dirname, "engine", "peers");
const NATIVE_UPDATES = 20_000;
const BOUND = BigUint64Array.of(0n, 0n, 1n << 32n, 0n);

await runBench("engine", async (signal): Promise<Measured> => {
	const peers = await loadPeers();
	const searched = measureSearch(signal);
	const routes = randomRoutes(searched.market);
	progress("engine: quotes and sizes against the peers");
	const native = measureNative(searched.market, routes);
	return {
		results: [
			...searched.results,
			...measurePairs(searched.market, routes, peers),
			...(await measureConcentrated(peers)),
			measureLoad(),
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

/** From a new process's first line to its first quote, Node's own start apart. */
function measureLoad(): BenchResult {
	const script = `
		const start = process.hrtime.bigint();
		const { Engine } = await import(${JSON.stringify(join(ROOT, "rust-wasm/engine.ts"))});
		const engine = new Engine();
		const [token0, token1, address] = ["0x01", "0x02", "0x03"];
		engine.upsertPools([{ family: "uniswap-v2", address, dex: "", token0, token1, feePips: 3000, reserve0: "1000000", reserve1: "1000000" }]);
		engine.quote({ pool: address, tokenIn: token0, amountIn: 1000n });
		console.log(Number(process.hrtime.bigint() - start) / 1e6);`;
	const times = Array.from({ length: 5 }, () =>
		Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })),
	);
	return figure({
		name: "engine load to first quote, best of five processes",
		value: Math.min(...times),
		unit: "ms",
		better: "lower",
		aim: 50,
	});
}

/** The same calls on the same data by the crate's example, built for this machine. */
function measureNative(market: Market, routes: Routes): { readonly results: readonly BenchResult[]; readonly notes: readonly string[] } {
	if (spawnSync("cargo", ["--version"]).status !== 0)
		return { results: [], notes: ["cargo is not here: not compared with the native build."] };
	progress("engine: building the crate natively");
	const pools = Array.from({ length: NATIVE_UPDATES }, (_, i) => (i * 7919) % market.poolCount);
	const updates = randomUpdates({ market, seed: 5, pools });
	const lengths = new Uint32Array(routes.inputs.length).fill(3);
	const folder = mkdtempSync(join(tmpdir(), "engine-bench-"));
	let theirs: { readonly searchUs: number; readonly quoteNs: number };
	try {
		const file = join(folder, "data");
		const arrays = [
			market.shape,
			market.reserves,
			Uint32Array.of(0),
			updates.pools,
			updates.reserves,
			lengths,
			routes.edges,
			routes.amounts,
		];
		writeFileSync(
			file,
			Buffer.concat(
				arrays.flatMap((array) => [
					Buffer.from(Uint32Array.of(array.length).buffer),
					Buffer.from(array.buffer, array.byteOffset, array.byteLength),
				]),
			),
		);
		const manifest = join(ROOT, "rust-wasm", "Cargo.toml");
		const printed = execFileSync(
			"cargo",
			["run", "--release", "--quiet", "--locked", "--manifest-path", manifest, "--example", "bench", "--", file],
			{ encoding: "utf8" },
		);
		theirs = JSON.parse(printed) as typeof theirs;
	} catch (error) {
		throw new ArbError({
			code: "dependency_missing",
			message: "the crate's example `bench` could not be run",
			retryable: false,
			cause: error,
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	const { Engine } = engineModule();
	const engine = new Engine();
	engine.set_v2(market.shape, market.reserves);
	const search = bestOf(1, NATIVE_UPDATES, () => {
		for (let i = 0; i < NATIVE_UPDATES; i++) {
			engine.set_reserves(updates.pools.subarray(i, i + 1), updates.reserves.subarray(i * 4, i * 4 + 4));
			engine.search(updates.pools.subarray(i, i + 1), Uint32Array.of(0), 3, 4, false, false, BOUND);
		}
	});
	const quote = bestOf(200, lengths.length, () => engine.quote_routes(lengths, routes.edges, 1, routes.amounts));
	engine.free();
	const against = (name: string, value: number, native: number, unit: string, atMost: number): BenchResult => {
		const ratio = Number((value / native).toPrecision(3));
		return {
			name,
			value: Number(value.toPrecision(4)),
			unit,
			better: "lower",
			aim: null,
			met: ratio <= atMost,
			peer: `the time of the native build (aim ${atMost})`,
			ratio,
		};
	};
	return {
		results: [
			against("update and search in WebAssembly, mean", search / 1_000, theirs.searchUs, "µs", 1.25),
			against("exact 3-hop quote in WebAssembly", quote, theirs.quoteNs, "ns", 2.5),
		],
		notes: ["The mean of update and search contains the exact sizing of what was found: it is not float search alone."],
	};
}

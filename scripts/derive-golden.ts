/**
 * Derives `tests/fixtures/golden-v2-v3.json` and `golden-families.jsonl` from the recorded answers of real contracts in the data folder: all of those that the mathematics of
 * Uniswap V2 and V3 covers. `node scripts/derive-golden.ts` writes it; with `--check` it says whether the file is still what the data gives.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Golden, V2Answer, V3Answer, V3Golden } from "../rust-wasm/golden-answers.ts";

const SOURCES = {
	"mainnet-v2-swaps": "real swaps from traces, derived from flashbots/mev-inspect-py blocks, MIT; the rows that follow the 0.3 % formula",
	"pancakeswap-v2": "answers of the deployed router on Base, block 46875151: BowTiedDevil/degenbot, MIT",
	"camelot-v2": "volatile pairs; numbers of CamelotLabs/core at 0fa055d19c4ef9f34a29a940c90527e2840edd3d, run on random states",
	"uniswap-v3": "answers of the deployed quoter on Ethereum, block 24407242: BowTiedDevil/degenbot, MIT",
	"aerodrome-cl": "answers of the deployed quoter on Base, block 46875151: BowTiedDevil/degenbot, MIT",
	"slipstream-cl":
		"exact inputs; numbers of aerodrome-finance/slipstream at 7844368af8f83459b5056ff5f3334ff041232382 (GPL-2.0-or-later), run on random states",
	paths: "V2 and V3 hops of two real paths on Ethereum, blocks 25704509 and 25711761: BowTiedDevil/degenbot, MIT",
} as const;

type Source = keyof typeof SOURCES;

/** Where the data lies beside the repository; not part of a public clone. */
const GOLDEN_DATA = join(import.meta.dirname, "../../shared/data/golden");
const GOLDEN_FIXTURE = join(import.meta.dirname, "../tests/fixtures/golden-v2-v3.json");

/** All golden answers that the two families cover. */
function deriveGolden(folder: string): Golden {
	const v2 = [...mainnetSwaps(folder), ...pancake(folder), ...camelot(folder)];
	const v3 = [
		quoter(folder, {
			source: "uniswap-v3",
			state: "1/uniswap_v3_wbtc_weth_block_24407242",
			answers: "cached_calculations_v3_wbtc_weth",
			token0: "WBTC",
		}),
		quoter(folder, {
			source: "aerodrome-cl",
			state: "8453/aerodrome_v3_cbeth_weth_block_46875151",
			answers: "aerodrome_v3_cbeth_weth_quote",
			token0: "cbETH",
		}),
		...slipstream(folder),
	];
	const paths = hops(folder);
	return { sources: SOURCES, v2: [...v2, ...paths.v2], v3: [...v3, ...paths.v3] };
}

/** Numbers beyond 2^53 as they are written: every JSON number that is no safe integer becomes its text. */
function parseExact(text: string): unknown {
	const keepText = (_key: string, value: unknown, context: { readonly source?: string }) =>
		typeof value === "number" && !Number.isSafeInteger(value) ? (context.source ?? value) : value;
	return (JSON.parse as (text: string, reviver: typeof keepText) => unknown)(text, keepText);
}

function readJson<T>(folder: string, path: string): T {
	return parseExact(readFileSync(join(folder, path), "utf8")) as T;
}

function readLines<T>(folder: string, path: string): T[] {
	const bytes = readFileSync(join(folder, path));
	const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
	return text.split("\n").flatMap((line) => (line === "" ? [] : [parseExact(line) as T]));
}

type Numeric = string | number;

function* mainnetSwaps(folder: string): Generator<V2Answer> {
	interface Row {
		readonly dir: "0to1" | "1to0";
		readonly amount_in: string;
		readonly reserve0: string;
		readonly reserve1: string;
		readonly amount_out: string;
		readonly class: string;
	}
	for (const row of readLines<Row>(folder, "v2-swaps/mainnet-v2-swaps.jsonl")) {
		if (row.class === "exact")
			yield ["mainnet-v2-swaps", 3000, row.reserve0, row.reserve1, row.dir === "0to1", row.amount_in, row.amount_out];
	}
}

interface Answers {
	readonly entries: Readonly<Record<string, { readonly value?: Numeric }>>;
}

function* answersOf(
	folder: string,
	name: string,
): Generator<{ readonly tokenIn: string; readonly amountIn: string; readonly amountOut: string }> {
	for (const [key, { value }] of Object.entries(readJson<Answers>(folder, `onchain/${name}.json`).entries)) {
		const [, call, direction = "", amountIn = ""] = key.split("|");
		// Rows without a value are time-outs of the node, not answers; exact outputs are not quotes.
		if (value !== undefined && call !== "quoteExactOutputSingle")
			yield { tokenIn: direction.split("->")[0] ?? "", amountIn, amountOut: String(value) };
	}
}

function* pancake(folder: string): Generator<V2Answer> {
	const state = readJson<{
		readonly fee_numer: number;
		readonly fee_denom: number;
		readonly token0: { readonly symbol: string };
		readonly reserves_token0: Numeric;
		readonly reserves_token1: Numeric;
	}>(folder, "chain-state/8453/pancakeswap_v2_weth_usdbc_block_46875151.json");
	const feePips = (state.fee_numer * 1_000_000) / state.fee_denom;
	for (const { tokenIn, amountIn, amountOut } of answersOf(folder, "pancakeswap_v2_router_get_amounts_out")) {
		const reserves = [String(state.reserves_token0), String(state.reserves_token1)] as const;
		yield ["pancakeswap-v2", feePips, ...reserves, tokenIn === state.token0.symbol, amountIn, amountOut];
	}
}

function* camelot(folder: string): Generator<V2Answer> {
	interface Row {
		readonly variant: string;
		readonly state: {
			readonly stableSwap: boolean;
			readonly reserve0: string;
			readonly reserve1: string;
			readonly token0FeePercent: Numeric;
			readonly token1FeePercent: Numeric;
		};
		readonly tokenIn: Numeric;
		readonly amountIn: string;
		readonly amountOut?: string;
		readonly error?: string;
	}
	for (const { state, tokenIn, amountIn, amountOut } of readLines<Row>(folder, "generated/camelot-v2.jsonl.gz")) {
		if (state.stableSwap || amountOut === undefined || amountIn === "0") continue;
		const zeroForOne = Number(tokenIn) === 0;
		// The formula answers for amounts that the pair could never hold in its uint112 reserves; the engine refuses them.
		if (BigInt(zeroForOne ? state.reserve0 : state.reserve1) + BigInt(amountIn) >= 1n << 112n) continue;
		// Of 100,000, by the token that comes in.
		const feePips = Number(zeroForOne ? state.token0FeePercent : state.token1FeePercent) * 10;
		yield ["camelot-v2", feePips, state.reserve0, state.reserve1, zeroForOne, amountIn, amountOut];
	}
}

interface TickData {
	readonly sqrt_price_x96: Numeric;
	readonly tick: number;
	readonly liquidity: Numeric;
	readonly tick_spacing: number;
}

function sortedTicks(entries: Iterable<readonly [string, Numeric]>): (readonly [number, string])[] {
	return [...entries].map(([tick, net]) => [Number(tick), String(net)] as const).sort(([a], [b]) => a - b);
}

function quoter(
	folder: string,
	from: { readonly source: Source; readonly state: string; readonly answers: string; readonly token0: string },
): V3Golden {
	const { scalars, tick_data } = readJson<{
		readonly scalars: TickData & { readonly fee: number };
		readonly tick_data: Readonly<Record<string, readonly [Numeric, Numeric, number]>>;
	}>(folder, `chain-state/${from.state}.json`);
	const answers: V3Answer[] = [];
	for (const { tokenIn, amountIn, amountOut } of answersOf(folder, from.answers)) {
		answers.push({ zeroForOne: tokenIn === from.token0, amountIn, amountOut });
	}
	return {
		source: from.source,
		feePips: scalars.fee,
		tickSpacing: scalars.tick_spacing,
		sqrtPriceX96: String(scalars.sqrt_price_x96),
		tick: scalars.tick,
		liquidity: String(scalars.liquidity),
		ticks: sortedTicks(Object.entries(tick_data).map(([tick, [, net]]) => [tick, net] as const)),
		answers,
	};
}

const REVERTS: Readonly<Record<string, NonNullable<V3Answer["revert"]>>> = { SPL: "price_limit", AS: "amount_too_small" };

function slipstream(folder: string): V3Golden[] {
	interface Row {
		readonly variant: string;
		readonly state: {
			readonly sqrtPriceX96: string;
			readonly tick: string;
			readonly liquidity: string;
			readonly tickSpacing: string;
			readonly fee: string;
			readonly ticks: readonly (readonly [string, string, string])[];
		};
		readonly zeroForOne: boolean;
		readonly sqrtPriceLimitX96: string;
		readonly amountSpecified: string;
		readonly amountIn: string;
		readonly amountOut: string;
		readonly sqrtPriceX96After: string;
		readonly tickAfter: Numeric;
		readonly liquidityAfter: string;
		readonly error?: string;
	}
	const byState = new Map<string, V3Golden & { readonly answers: V3Answer[] }>();
	for (const row of readLines<Row>(folder, "generated/slipstream-cl.jsonl.gz")) {
		if (row.variant !== "exactInput") continue;
		const state = {
			source: "slipstream-cl",
			feePips: Number(row.state.fee),
			tickSpacing: Number(row.state.tickSpacing),
			sqrtPriceX96: row.state.sqrtPriceX96,
			tick: Number(row.state.tick),
			liquidity: row.state.liquidity,
			ticks: sortedTicks(row.state.ticks.map(([tick, , net]) => [tick, net] as const)),
		} as const;
		const key = JSON.stringify(state);
		const known = byState.get(key) ?? { ...state, answers: [] };
		byState.set(key, known);
		const asked = { zeroForOne: row.zeroForOne, amountIn: row.amountSpecified, limit: row.sqrtPriceLimitX96 };
		const revert = REVERTS[row.error ?? ""];
		known.answers.push(
			revert === undefined
				? { ...asked, amountOut: row.amountOut, after: [row.amountIn, row.sqrtPriceX96After, Number(row.tickAfter), row.liquidityAfter] }
				: { ...asked, revert },
		);
	}
	return [...byState.values()];
}

function hops(folder: string): { readonly v2: V2Answer[]; readonly v3: V3Golden[] } {
	interface Fixture {
		readonly recorded_solve: { readonly optimal_input: string; readonly hop_outputs: readonly string[]; readonly v2_actual?: string };
		readonly path: readonly { readonly pool: string; readonly zero_for_one: boolean }[];
		readonly pools: Readonly<Record<string, Pool>>;
	}
	type Pool = TickData & {
		readonly family: string;
		readonly reserve0: string;
		readonly reserve1: string;
		readonly fee_token0: number;
		readonly tick_data: Readonly<Record<string, { readonly liquidity_net: string }>>;
	};
	const v2: V2Answer[] = [];
	const v3: V3Golden[] = [];
	for (const name of ["path110302_v3v4v2_block25711761", "path5000_v2v4v3_block25704509"]) {
		const { recorded_solve: solve, path, pools } = readJson<Fixture>(folder, `fixtures/${name}.json`);
		for (const [i, { pool: key, zero_for_one: zeroForOne }] of path.entries()) {
			const pool = pools[key];
			const amountIn = i === 0 ? solve.optimal_input : solve.hop_outputs[i - 1];
			const predicted = solve.hop_outputs[i];
			if (pool === undefined || amountIn === undefined || predicted === undefined)
				throw new Error(`${name}: hop ${i} has no pool or amount`);
			if (pool.family === "uniswap_v2") {
				// One of the two was predicted wrongly by its solver; the file records the true answer beside.
				v2.push(["paths", 3000, pool.reserve0, pool.reserve1, zeroForOne, amountIn, solve.v2_actual ?? predicted]);
			} else if (pool.family !== "uniswap_v4") {
				v3.push({
					source: "paths",
					feePips: pool.fee_token0,
					tickSpacing: pool.tick_spacing,
					sqrtPriceX96: String(pool.sqrt_price_x96),
					tick: pool.tick,
					liquidity: String(pool.liquidity),
					ticks: sortedTicks(Object.entries(pool.tick_data).map(([tick, { liquidity_net }]) => [tick, liquidity_net] as const)),
					answers: [{ zeroForOne, amountIn, amountOut: predicted }],
				});
			}
		}
	}
	return { v2, v3 };
}

/** Of the families beyond the two, every so many recorded lines go into a fixture of their own. */
const EVERY = 60;
const FAMILIES_FIXTURE = join(import.meta.dirname, "../tests/fixtures/golden-families.jsonl");

/** Lines of `golden/generated` as they are: numbers made by running the real contracts, with sources and licences in that folder's README. */
function sampleFamilies(folder: string): string {
	const files = readdirSync(join(folder, "generated")).filter((name) => name.endsWith(".jsonl.gz"));
	const lines = files.sort().flatMap((name) =>
		gunzipSync(readFileSync(join(folder, "generated", name)))
			.toString("utf8")
			.trimEnd()
			.split("\n")
			.filter((_, i) => i % EVERY === 0),
	);
	return `${lines.join("\n")}\n`;
}

if (!existsSync(GOLDEN_DATA))
	throw new Error(`${GOLDEN_DATA} is absent; the fixture can only be derived where the data lies beside the repository`);
const golden = deriveGolden(GOLDEN_DATA);
const text = `${JSON.stringify(golden)}\n`;
const answers = golden.v3.reduce((sum, pool) => sum + pool.answers.length, 0);
for (const [file, content] of [
	[GOLDEN_FIXTURE, text],
	[FAMILIES_FIXTURE, sampleFamilies(GOLDEN_DATA)],
] as const) {
	if (!process.argv.includes("--check")) writeFileSync(file, content);
	else if (readFileSync(file, "utf8") !== content) throw new Error(`${file} is not what ${GOLDEN_DATA} gives; write it again`);
}
console.log(`${GOLDEN_FIXTURE}: ${golden.v2.length} V2 answers, ${answers} V3 answers on ${golden.v3.length} states, ${text.length} bytes`);

import { z } from "zod";
import { ArbError, messageOf } from "../domain/errors.ts";
import type { FamilyPoolState, PoolState, UniswapV2PoolState, UniswapV3PoolState } from "../domain/pool.ts";
import { Engine } from "../rust-wasm/engine.ts";
import { readLines } from "./lines.ts";

/** All profitable cycles: a search that is not asked for the best few returns the whole ranked list. */
const ALL = 0xffff_ffff;
const MAX_PIPS = 1_000_000;

const text = z.string();
const stateSchema = z.looseObject({ family: text, address: text, dex: text.default("") });
const pairSchema = stateSchema.extend({
	family: z.literal("uniswap-v2"),
	token0: text,
	token1: text,
	feePips: z.number(),
	reserve0: text,
	reserve1: text,
});
const concentratedSchema = stateSchema.extend({
	family: z.literal("uniswap-v3"),
	token0: text,
	token1: text,
	feePips: z.number(),
	tickSpacing: z.number(),
	sqrtPriceX96: text,
	tick: z.number(),
	liquidity: text,
	tickLower: z.number(),
	tickUpper: z.number(),
	ticks: z.array(z.tuple([z.number(), text])),
});
const otherSchema = stateSchema.extend({ tokens: z.array(text).min(2) });

/** Rows of a market snapshot: `fee` as a share, tokens as objects, no ticks. */
const rowToken = z.object({ address: text });
const rowSchema = z.discriminatedUnion("kind", [
	z.object({
		kind: z.literal("v2"),
		dex: text,
		address: text,
		fee: z.number(),
		token0: rowToken,
		token1: rowToken,
		reserve0: text,
		reserve1: text,
	}),
	z.object({
		kind: z.literal("v3"),
		dex: text,
		address: text,
		fee: z.number(),
		token0: rowToken,
		token1: rowToken,
		sqrtPriceX96: text,
		liquidity: text,
		tick: z.number(),
		tickSpacing: z.number(),
	}),
]);

export interface SearchOptions {
	readonly pools: string;
	readonly start: readonly string[];
	readonly maxHops: 2 | 3 | 4;
	readonly top?: number;
	readonly count?: boolean;
	readonly exact?: boolean;
	readonly experimental?: boolean;
	readonly json?: boolean;
}

/** `arb search`: every profitable cycle on the states of a file. True where every line of it could be read. */
export async function searchCommand(options: SearchOptions): Promise<boolean> {
	using engine = new Engine(options);
	const pools: string[] = [];
	let bad = 0;
	let leftOut = 0;
	for await (const { number, text: line } of readLines(options.pools)) {
		try {
			const value: unknown = JSON.parse(line);
			if (isOfUnknownKind(value)) leftOut += 1;
			else pools.push(load(engine, value));
		} catch (error) {
			bad += 1;
			process.stderr.write(`${JSON.stringify({ line: number, error: messageOf(error) })}\n`);
		}
	}
	if (leftOut > 0) process.stderr.write(`${leftOut} rows of kinds that the engine does not know were left out\n`);
	const found = engine.search({
		changedPools: pools,
		startTokens: options.start.map((token) => ({ token: token.toLowerCase() })),
		maxHops: options.maxHops,
		limit: options.top ?? ALL,
		overlapping: true,
		exact: options.exact ?? false,
	});
	if (options.count === true) process.stdout.write(`${found.length}\n`);
	else {
		for (const { hops, amountIn, grossProfit } of found) {
			const route = hops.map(({ pool, family, tokenIn, tokenOut }) => ({ pool, family, tokenIn, tokenOut }));
			const cycle = { amountIn: amountIn.toString(), grossProfit: grossProfit.toString(), hops: route };
			process.stdout.write(
				options.json === true
					? `${JSON.stringify(cycle)}\n`
					: `${cycle.grossProfit} from ${cycle.amountIn}: ${route[0]?.tokenIn}${route.map((hop) => ` -[${hop.family} ${hop.pool}]-> ${hop.tokenOut}`).join("")}\n`,
			);
		}
	}
	return bad === 0;
}

/** A snapshot's row of a dex whose mathematics the engine does not have: nothing is wrong with it. */
function isOfUnknownKind(value: unknown): boolean {
	return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string" && !/^v[23]$/.test(value.kind);
}

/** Loads a state in its documented form, or a row of a snapshot; returns the pool's address. */
function load(engine: Engine, value: unknown): string {
	if (typeof value === "object" && value !== null && "kind" in value) {
		const state = snapshotState(check(rowSchema, value));
		engine.upsertPools([state]);
		return state.address;
	}
	const { family } = check(stateSchema, value);
	if (family === "uniswap-v2" || family === "uniswap-v3") {
		const state = lowered(check(z.discriminatedUnion("family", [pairSchema, concentratedSchema]), value));
		engine.upsertPools([state]);
		return state.address;
	}
	const other = check(otherSchema, value);
	const state: FamilyPoolState = {
		...other,
		address: other.address.toLowerCase(),
		tokens: other.tokens.map((token) => token.toLowerCase()),
	};
	engine.upsertFamilyPool(state);
	return state.address;
}

function lowered<T extends UniswapV2PoolState | UniswapV3PoolState>(state: T): T {
	return { ...state, address: state.address.toLowerCase(), token0: state.token0.toLowerCase(), token1: state.token1.toLowerCase() };
}

function snapshotState(row: z.output<typeof rowSchema>): PoolState {
	const { address, dex } = row;
	const sides = { token0: row.token0.address, token1: row.token1.address, feePips: Math.round(row.fee * MAX_PIPS) };
	if (row.kind === "v2") return lowered({ family: "uniswap-v2", address, dex, ...sides, reserve0: row.reserve0, reserve1: row.reserve1 });
	const { sqrtPriceX96, liquidity, tick, tickSpacing } = row;
	// A snapshot has no ticks: only what lies before the next possible one is known.
	const tickLower = Math.floor(tick / tickSpacing) * tickSpacing;
	return lowered({
		family: "uniswap-v3",
		address,
		dex,
		...sides,
		tickSpacing,
		sqrtPriceX96,
		tick,
		liquidity,
		tickLower,
		tickUpper: tickLower + tickSpacing,
		ticks: [],
	});
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const message = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
	throw new ArbError({ code: "invalid_input", message, retryable: false });
}

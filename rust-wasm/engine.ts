import { parseAmount } from "../domain/amount.ts";
import { type LoanFee, loanFeeOn } from "../domain/loan-fee.ts";
import {
	type ConcentratedState,
	type FamilyPoolState,
	type PoolState,
	tokensOf,
	type UniswapV2PoolState,
	type UniswapV3PoolState,
} from "../domain/pool.ts";
import { fitsUnsigned, readWords, toWords, WORDS, writeWords } from "./limbs.ts";
import { engineModule } from "./module.ts";
import { fitsInt32, packV3 } from "./packed-state.ts";
import type { Engine as WasmEngine } from "./pkg/arb_engine.js";
import type {
	EngineHop,
	FoundCycle,
	OptimalRoute,
	PoolQuestion,
	RouteQuote,
	SearchQuery,
	SplitLeg,
	SplitRoute,
	SwapRates,
	SwapV3,
} from "./questions.ts";
import { calling, refusal } from "./refusal.ts";
import { RouteAnswers, type RouteBatch } from "./route-batch.ts";

export type {
	EngineHop,
	FoundCycle,
	OptimalRoute,
	PoolQuestion,
	RouteQuote,
	SearchQuery,
	SplitRoute,
	SwapRates,
	SwapV3,
} from "./questions.ts";

interface KnownPool {
	readonly id: number;
	readonly family: string;
	readonly address: string;
	readonly dex: string;
	readonly tokens: readonly string[];
}

/** As many tokens as a pool may have: three bits of an edge's number. */
const MAX_TOKENS = 8;
const MAX_U256 = (1n << 256n) - 1n;
/** TickMath.MIN_TICK and MAX_TICK of Uniswap V3. */
const MAX_TICK = 887_272;
const RESERVE_WORDS = 4;
/** An edge, input and output. */
const SPLIT_LEG_WORDS = 1 + 2 * WORDS;

/**
 * Quotes, search and sizing over pool states that live in WASM memory: one independent state per instance. The first instance of a process
 * loads the module. All calls are synchronous; an instance must be disposed of by `using` or `[Symbol.dispose]()`.
 */
export class Engine {
	readonly #wasm: WasmEngine;
	readonly #isExperimental: boolean;
	readonly #vaultCodes: ReadonlySet<string>;
	readonly #pools = new Map<string, KnownPool>();
	readonly #byId: (KnownPool | undefined)[] = [];
	readonly #free: number[] = [];
	readonly #tokens = new Map<string, number>();

	/**
	 * `experimental` takes pools of families that are not proven against their contracts as well; `vaultCodes` are the keccak256 hashes of the code of those
	 * ERC-4626 vaults whose conversions were vetted: others may charge fees or lie, and are refused.
	 */
	constructor({
		experimental = false,
		vaultCodes = [],
	}: { readonly experimental?: boolean; readonly vaultCodes?: readonly string[] } = {}) {
		this.#isExperimental = experimental;
		this.#vaultCodes = new Set(vaultCodes.map((hash) => hash.toLowerCase()));
		const { Engine: Wasm } = engineModule();
		this.#wasm = new Wasm();
	}

	get poolCount(): number {
		return this.#pools.size;
	}

	/**
	 * Adds pools or replaces their whole state.
	 *
	 * @throws ArbError `invalid_input` for a field that is no integer, `engine` (`invalid_state`, `overflow`) for a state that cannot be.
	 */
	upsertPools(states: readonly PoolState[]): void {
		const pairs = states.filter((state) => state.family === "uniswap-v2");
		this.#upsertPairs(pairs);
		for (const state of states) {
			if (state.family === "uniswap-v3") this.updateV3(state);
			else if (state.family !== "uniswap-v2") this.upsertFamilyPool(state);
		}
	}

	/**
	 * Replaces the reserves of known V2 pairs: four words per pool, `reserve0` low and high, `reserve1` low and high.
	 *
	 * @throws ArbError `engine`: `unknown_pool`, or `overflow` where a reserve exceeds uint112. Nothing is changed then.
	 */
	updateV2Reserves(batch: { readonly pools: readonly string[]; readonly reserves: BigUint64Array }): void {
		const ids = Uint32Array.from(batch.pools, (pool) => this.#known(pool).id);
		if (batch.reserves.length !== ids.length * RESERVE_WORDS) {
			throw refusal(
				"invalid_state",
				`${batch.reserves.length} words of reserves for ${ids.length} pools, expected ${RESERVE_WORDS} per pool`,
			);
		}
		calling(`reserves of ${ids.length} pools`, () => this.#wasm.set_reserves(ids, batch.reserves));
	}

	/** Adds a V3 pool or replaces its whole state; errors as {@link upsertPools}. */
	updateV3(state: UniswapV3PoolState): void {
		const packed = packV3(state);
		const id = this.#pools.get(state.address)?.id ?? this.#free.at(-1) ?? this.#byId.length;
		calling(`state of pool ${state.address}`, () =>
			this.#wasm.set_v3(id, this.#token(state.token0), this.#token(state.token1), packed.shape, packed.words, packed.ticks, packed.nets),
		);
		this.#remember(id, state, [state.token0, state.token1]);
	}

	/**
	 * Adds a pool of any family or replaces its whole state; the form of each family's state is what `arb schema pool` prints.
	 *
	 * @throws ArbError `engine`, `invalid_state` with the field's name.
	 */
	upsertFamilyPool(state: FamilyPoolState): void {
		const { address, tokens } = state;
		if (tokens.length < 2 || tokens.length > MAX_TOKENS) {
			throw refusal("invalid_state", `tokens of pool ${address}: ${tokens.length}, expected 2 to ${MAX_TOKENS}`);
		}
		if (state.family === "erc4626" && !this.#vaultCodes.has(String(state.codeHash).toLowerCase())) {
			throw refusal("invalid_state", `codeHash ${String(state.codeHash)} of pool ${address} is not among the vetted vault codes`);
		}
		const id = this.#pools.get(address)?.id ?? this.#free.at(-1) ?? this.#byId.length;
		const numbers = Uint32Array.from(tokens, (token) => this.#token(token));
		calling(`state of pool ${address}`, () => this.#wasm.set_pool(id, numbers, JSON.stringify(state), this.#isExperimental));
		this.#remember(id, state, tokens);
	}

	/**
	 * The fields of a pool's state that swaps change, in the order in which {@link movePools} takes their values; a list takes as many as it has entries. Empty
	 * where the family's changed states must be given whole, by {@link upsertFamilyPool}.
	 *
	 * @throws ArbError `engine`, `unknown_pool` for one that neither {@link updateV3} nor {@link upsertFamilyPool} has taken.
	 */
	movingFields(address: string): readonly { readonly field: string; readonly count: number }[] {
		const lines = calling(`moving fields of pool ${address}`, () => this.#wasm.moving(this.#known(address).id));
		return lines
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => {
				const [field = "", count] = line.split(" ");
				return { field, count: Number(count) };
			});
	}

	/**
	 * Changes what swaps change in pools that {@link updateV3} or {@link upsertFamilyPool} took: `values` are those of {@link movingFields}, pool after pool, four words
	 * each, least significant first, negative ones in two's complement; `counts` says how many each pool has. The first three of a pool of concentrated liquidity
	 * (price, liquidity, tick) leave its fees as they are.
	 *
	 * @throws ArbError `engine`: `unknown_pool`, `not_offered`, or `invalid_state` where no contract could be in such a state. Nothing is changed then.
	 */
	movePools(batch: { readonly pools: readonly string[]; readonly counts: Uint32Array; readonly values: BigUint64Array }): void {
		const ids = Uint32Array.from(batch.pools, (pool) => this.#known(pool).id);
		const expected = batch.counts.reduce((sum, count) => sum + count, 0) * WORDS;
		if (batch.counts.length !== ids.length || batch.values.length !== expected) {
			throw refusal(
				"invalid_state",
				`${batch.values.length} words for ${batch.counts.length} counts of ${ids.length} pools, expected ${expected}`,
			);
		}
		calling(`moves of ${ids.length} pools`, () => this.#wasm.move_pools(ids, batch.counts, batch.values));
	}

	/** Time of the block that quotes are for, seconds since 1970; null: that of each state. Only families with a silent input of time ask for it. */
	setTime(timestamp: number | null): void {
		this.#wasm.set_time(timestamp ?? 0);
	}

	/** From now on, this many blocks can be taken back. */
	keepBlocks(depth: number): void {
		this.#wasm.keep_blocks(depth);
	}

	/** What changes from here on belongs to this block. */
	beginBlock(number: number): void {
		this.#wasm.begin_block(number);
	}

	/**
	 * Takes back every change of state since `beginBlock(number)`; returns the pools that changed by it.
	 *
	 * @throws ArbError `engine` (`unknown_pool`) where the block is not among those kept: load the states anew then.
	 */
	rollBack(number: number): readonly string[] {
		const changed = calling(`rolling back block ${number}`, () => this.#wasm.roll_back(number));
		return Array.from(changed).flatMap((id) => this.#byId[id]?.address ?? []);
	}

	/** Forgets a pool; one that is not known is no error. */
	removePool(address: string): void {
		const known = this.#pools.get(address);
		if (known === undefined) return;
		this.#wasm.remove(known.id);
		this.#pools.delete(address);
		this.#byId[known.id] = undefined;
		this.#free.push(known.id);
	}

	/**
	 * What a swap of the whole `amountIn` pays, to the wei: 0 where the contract's own formula gives 0.
	 *
	 * @throws ArbError `engine` with the refusal's name first in the message.
	 */
	quote(query: PoolQuestion): bigint {
		return this.#ask("quote", query, (edge, amount) => this.#wasm.quote(edge, amount));
	}

	/** What the contract's own quote function answers: it may differ from what the swap pays. Errors as {@link quote}. */
	view(query: PoolQuestion): bigint {
		return this.#ask("view", query, (edge, amount) => this.#wasm.view(edge, amount));
	}

	/** The input that the contract itself names for `amountOut`. Errors as {@link quote}; `not_offered` where it names none. */
	quoteExactOutput(query: Omit<PoolQuestion, "amountIn"> & { readonly amountOut: bigint }): bigint {
		const { amountOut, ...rest } = query;
		return this.#ask("exact output", { ...rest, amountIn: amountOut }, (edge, amount) => this.#wasm.quote_exact_output(edge, amount));
	}

	/**
	 * Swaps in a V3 pool without changing its state, as `UniswapV3Pool.swap` with an exact input does: it stops at the price limit.
	 * Without a limit it goes to the end of the price range.
	 */
	swapV3(query: {
		readonly pool: string;
		readonly tokenIn: string;
		readonly amountIn: bigint;
		readonly sqrtPriceLimitX96?: bigint;
	}): SwapV3 {
		const edge = this.#edge(query);
		const subject = `swap of ${query.amountIn} of ${query.tokenIn} in pool ${query.pool}`;
		const amount = checked(query.amountIn, subject);
		const limit = query.sqrtPriceLimitX96 === undefined ? new BigUint64Array(0) : checked(query.sqrtPriceLimitX96, subject);
		const words = calling(subject, () => this.#wasm.swap_v3(edge, amount, limit));
		return {
			amountIn: readWords(words, { offset: 0, words: WORDS }),
			amountOut: readWords(words, { offset: 4, words: WORDS }),
			sqrtPriceX96: readWords(words, { offset: 8, words: WORDS }),
			liquidity: readWords(words, { offset: 12, words: 2 }),
			tick: Number(BigInt.asIntN(64, words[14] ?? 0n)),
		};
	}

	/** Amounts and price impacts along a route; each pool may occur once. Errors as {@link quote}. */
	quoteRoute(route: readonly EngineHop[], amountIn: bigint): RouteQuote {
		const subject = `quote of ${amountIn} along ${describe(route)}`;
		const edges = this.#edges(route, subject);
		const amount = checked(amountIn, subject);
		return unpackRoute(
			calling(subject, () => this.#wasm.quote_route(edges, amount)),
			route.length,
		);
	}

	/**
	 * The input of a cycle, up to `maxAmountIn`, that earns most, to within a billionth of that profit or one base unit, whichever is more. Null where
	 * no size is profitable.
	 */
	optimise(route: readonly EngineHop[], maxAmountIn: bigint): OptimalRoute | null {
		const subject = `optimum of ${describe(route)}`;
		const edges = this.#edges(route, subject);
		if (route[0]?.tokenIn !== route.at(-1)?.tokenOut) throw refusal("broken_route", `${subject} does not end in the token it starts with`);
		const bound = checked(maxAmountIn, subject);
		const words = calling(subject, () => this.#wasm.optimise(edges, bound));
		if (words.length === 0) return null;
		const quote = unpackRoute(words, route.length);
		const input = quote.amounts[0] ?? 0n;
		const output = quote.amounts.at(-1) ?? 0n;
		const alternatives: { readonly amountIn: bigint; readonly grossProfit: bigint }[] = [];
		for (let offset = WORDS * (route.length + 1) + route.length; offset < words.length; offset += 2 * WORDS) {
			alternatives.push({
				amountIn: readWords(words, { offset, words: WORDS }),
				grossProfit: BigInt.asIntN(256, readWords(words, { offset: offset + WORDS, words: WORDS })),
			});
		}
		return { ...quote, amountIn: input, amountOut: output, grossProfit: output - input, alternatives };
	}

	/**
	 * The quote at the amount to borrow, up to `available`, that leaves most after the lender's fee; as near to the best as {@link optimise}. Null where no
	 * amount leaves anything.
	 */
	optimiseLoan(route: readonly EngineHop[], { fee, available }: { readonly fee: LoanFee; readonly available: bigint }): RouteQuote | null {
		const subject = `loan for ${describe(route)}`;
		const edges = this.#edges(route, subject);
		if (route[0]?.tokenIn !== route.at(-1)?.tokenOut) throw refusal("broken_route", `${subject} does not end in the token it starts with`);
		// What is owed for all of it must fit as well.
		checked(available + loanFeeOn(available, fee), subject);
		const terms = BigUint64Array.of(...[fee.share, fee.of, fee.rounding].flatMap((value) => [...checked(value, subject)]));
		const words = calling(subject, () => this.#wasm.optimise_loan(edges, terms, checked(available, subject)));
		return words.length === 0 ? null : unpackRoute(words, route.length);
	}

	/** Rates around a swap; errors as {@link quote}, `not_offered` where the family knows no spot price for the state. */
	swapRates(query: PoolQuestion): SwapRates {
		const edge = this.#edge(query);
		const subject = `rates of ${query.amountIn} of ${query.tokenIn} in pool ${query.pool}`;
		const amount = checked(query.amountIn, subject);
		const [spot = Number.NaN, best = Number.NaN, marginal = Number.NaN, after = Number.NaN] = calling(subject, () =>
			this.#wasm.swap_rates(edge, amount),
		);
		return { spot, best, marginal, after };
	}

	/** A swap as a hop, with the names that the pool was loaded with. Errors as {@link quote}. */
	hop(swap: Omit<PoolQuestion, "amountIn">): EngineHop {
		return this.#hop(this.#edge(swap));
	}

	/** A route in the numbers that batches are made of; they hold until one of its pools is removed. Errors as {@link quoteRoute}. */
	routeNumbers(route: readonly EngineHop[]): Uint32Array {
		return this.#edges(route, `route ${describe(route)}`);
	}

	/** What many routes pay for many inputs; a refusal is an answer. */
	quoteRoutes({ lengths, numbers, sizes, amounts }: RouteBatch): RouteAnswers {
		const words = calling(`quotes of ${lengths.length} routes`, () => this.#wasm.quote_routes(lengths, numbers, sizes, amounts));
		return new RouteAnswers({ words, sizes });
	}

	/**
	 * The cycle along the route's tokens that earns most when each hop may be spread over up to eight of the loaded pools between its two tokens, each
	 * pool used once; `maxAmountIn` bounds the input. Never less than {@link Engine.optimise} of the route. With V2 and V3 pools the profit is within the
	 * larger of a billionth of the best and, for each pool used, a base unit of the coarsest token; other families are split well, not provably best. Null
	 * where nothing is profitable. Takes about 4 ms with six parallel pairs, 25 ms with two V3 pools more: for single candidates, not for ranking.
	 *
	 * @throws ArbError `engine`: `broken_route` for what is no cycle of different pools, `unknown_pool`, `overflow` for a bound that is no 256-bit integer.
	 */
	optimiseSplit(route: readonly EngineHop[], maxAmountIn: bigint): SplitRoute | null {
		const subject = `split of ${describe(route)}`;
		const edges = this.#edges(route, subject);
		const bound = checked(maxAmountIn, `${subject}, maxAmountIn ${maxAmountIn}`);
		const words = calling(subject, () => this.#wasm.optimise_split(edges, bound));
		if (words.length === 0) return null;
		const amountIn = readWords(words, { offset: 1, words: WORDS });
		const amountOut = readWords(words, { offset: 1 + WORDS, words: WORDS });
		const hops: SplitLeg[][] = [];
		let offset = 1 + 2 * WORDS;
		while (offset < words.length) {
			const legs = Array.from({ length: Number(words[offset]) }, (_, i): SplitLeg => {
				const at = offset + 1 + i * SPLIT_LEG_WORDS;
				return {
					...this.#hop(Number(words[at])),
					amountIn: readWords(words, { offset: at + 1, words: WORDS }),
					amountOut: readWords(words, { offset: at + 1 + WORDS, words: WORDS }),
				};
			});
			offset += 1 + legs.length * SPLIT_LEG_WORDS;
			hops.push(legs);
		}
		return { amountIn, amountOut, grossProfit: amountOut - amountIn, hops, isSplit: words[0] === 1n };
	}

	/**
	 * Profitable cycles of 2 to `maxHops` hops that start in a start token and go through a changed pool, best gross profit first. Names that
	 * are not loaded are passed over: a pool may have been removed since its log was seen.
	 *
	 * @throws ArbError `engine` (`overflow`) for a bound that is no 256-bit integer.
	 */
	search(query: SearchQuery): FoundCycle[] {
		const changed = Uint32Array.from(query.changedPools.flatMap((pool) => this.#pools.get(pool)?.id ?? []));
		const starts = query.startTokens.flatMap(({ token, maxAmountIn = MAX_U256 }) => {
			const id = this.#tokens.get(token);
			return id === undefined ? [] : { id, bound: checked(maxAmountIn, `maxAmountIn ${maxAmountIn} of start token ${token}`) };
		});
		const bounds = new BigUint64Array(starts.length * WORDS);
		for (const [i, { bound }] of starts.entries()) bounds.set(bound, i * WORDS);
		const tokens = Uint32Array.from(starts, ({ id }) => id);
		const words = calling(`search around ${changed.length} pools`, () =>
			this.#wasm.search(changed, tokens, query.maxHops, query.limit, query.overlapping ?? false, query.exact ?? false, bounds),
		);
		const cycles: FoundCycle[] = [];
		let offset = 0;
		while (offset < words.length) {
			const length = Number(words[offset]);
			const hops = Array.from(words.subarray(offset + 1, offset + 1 + length), (edge) => this.#hop(Number(edge)));
			offset += 1 + length;
			cycles.push({
				hops,
				amountIn: readWords(words, { offset, words: WORDS }),
				grossProfit: readWords(words, { offset: offset + WORDS, words: WORDS }),
			});
			offset += 2 * WORDS;
		}
		return cycles;
	}

	/**
	 * The state with only the ticks that inputs of up to twice `amountIn` can reach; its bounds lie at edges of bitmap words (256 × spacing), so
	 * quotes of such inputs are the same as on the whole state. The pool need not be loaded. A family's own fee is left out, which makes the reach longer.
	 */
	reachableTicks<State extends ConcentratedState>(state: State, tokenIn: string, amountIn: bigint): State {
		const packed = packV3({ ...state, feePips: state.family === "uniswap-v3" ? state.feePips : 0 });
		const subject = `reach of ${amountIn} of ${tokenIn} in pool ${state.address}`;
		const [token0, token1] = tokensOf(state);
		if (tokenIn !== token0 && tokenIn !== token1) throw refusal("broken_route", subject);
		const amount = checked(2n * amountIn, subject);
		const zeroForOne = tokenIn === token0;
		const last = calling(subject, () => engineModule().reach_v3(packed.shape, packed.words, packed.ticks, packed.nets, zeroForOne, amount));
		const word = 256 * state.tickSpacing;
		const lowest = Math.min(last, state.tick);
		const highest = Math.max(last, state.tick);
		const tickLower = Math.max(state.tickLower, Math.floor(lowest / word) * word, -MAX_TICK);
		const tickUpper = Math.min(state.tickUpper, Math.floor(highest / word) * word + word, MAX_TICK);
		return { ...state, tickLower, tickUpper, ticks: state.ticks.filter(([tick]) => tick >= tickLower && tick <= tickUpper) };
	}

	#ask(what: string, query: PoolQuestion, call: (edge: number, amount: BigUint64Array) => BigUint64Array): bigint {
		const edge = this.#edge(query);
		const subject = `${what} of ${query.amountIn} of ${query.tokenIn} in pool ${query.pool}`;
		const amount = checked(query.amountIn, subject);
		return readWords(
			calling(subject, () => call(edge, amount)),
			{ offset: 0, words: WORDS },
		);
	}

	[Symbol.dispose](): void {
		this.#wasm.free();
	}

	#upsertPairs(pairs: readonly UniswapV2PoolState[]): void {
		const shape = new Uint32Array(pairs.length * 4);
		const reserves = new BigUint64Array(pairs.length * RESERVE_WORDS);
		const claimed = new Map<string, number>();
		let freeLeft = this.#free.length;
		let next = this.#byId.length;
		for (const [i, pair] of pairs.entries()) {
			let id = this.#pools.get(pair.address)?.id ?? claimed.get(pair.address);
			if (id === undefined) {
				id = freeLeft > 0 ? this.#free[--freeLeft] : next++;
				claimed.set(pair.address, id as number);
			}
			if (!fitsInt32(pair.feePips)) throw refusal("invalid_state", `feePips ${pair.feePips} of pool ${pair.address}`);
			shape.set([id as number, this.#token(pair.token0), this.#token(pair.token1), pair.feePips], i * 4);
			for (const [side, name] of (["reserve0", "reserve1"] as const).entries()) {
				const reserve = parseAmount(pair[name], `${name} of ${pair.address}`);
				if (!fitsUnsigned(reserve, 128)) throw refusal("overflow", `${name} ${reserve} of pool ${pair.address}`);
				writeWords(reserves, { offset: i * RESERVE_WORDS + side * 2, words: 2 }, reserve);
			}
		}
		calling(`states of ${pairs.length} pools`, () => this.#wasm.set_v2(shape, reserves));
		for (const [i, pair] of pairs.entries()) this.#remember(shape[i * 4] ?? 0, pair, [pair.token0, pair.token1]);
	}

	#remember(id: number, { family, address, dex }: PoolState | FamilyPoolState, tokens: readonly string[]): void {
		const known = { id, family, address, dex, tokens };
		if (!this.#pools.has(address) && this.#free.at(-1) === id) this.#free.pop();
		this.#pools.set(address, known);
		this.#byId[id] = known;
	}

	#token(address: string): number {
		let id = this.#tokens.get(address);
		if (id === undefined) {
			id = this.#tokens.size;
			this.#tokens.set(address, id);
		}
		return id;
	}

	#known(pool: string): KnownPool {
		const known = this.#pools.get(pool);
		if (known === undefined) throw refusal("unknown_pool", `pool ${pool}`);
		return known;
	}

	/** A pool and a direction in one number: the id, three bits for the token in, three for the token out. */
	#edge(swap: { readonly pool: string; readonly tokenIn: string; readonly tokenOut?: string }): number {
		const { id, tokens } = this.#known(swap.pool);
		const from = tokens.indexOf(swap.tokenIn);
		const to = swap.tokenOut === undefined && tokens.length === 2 ? 1 - from : tokens.indexOf(swap.tokenOut ?? "");
		if (from < 0 || to < 0 || from === to) {
			throw refusal("broken_route", `pool ${swap.pool} does not trade token ${swap.tokenIn} for ${swap.tokenOut ?? "another"}`);
		}
		return id * 64 + from * 8 + to;
	}

	#edges(route: readonly EngineHop[], subject: string): Uint32Array {
		for (const [i, hop] of route.entries()) {
			const { tokens } = this.#known(hop.pool);
			const next = route[i + 1];
			if (!tokens.includes(hop.tokenOut) || (next !== undefined && next.tokenIn !== hop.tokenOut))
				throw refusal("broken_route", `${subject}, hop ${i}`);
		}
		if (route.length === 0 || new Set(route.map((hop) => hop.pool)).size !== route.length) throw refusal("broken_route", subject);
		return Uint32Array.from(route, (hop) => this.#edge(hop));
	}

	#hop(edge: number): EngineHop {
		const known = this.#byId[edge >>> 6];
		const tokenIn = known?.tokens[(edge >>> 3) & 7];
		const tokenOut = known?.tokens[edge & 7];
		if (known === undefined || tokenIn === undefined || tokenOut === undefined) throw refusal("unknown_pool", `pool number ${edge >>> 6}`);
		return { pool: known.address, family: known.family, dex: known.dex, tokenIn, tokenOut };
	}
}

function unpackRoute(words: BigUint64Array, hops: number): RouteQuote {
	const amounts = Array.from({ length: hops + 1 }, (_, i) => readWords(words, { offset: i * WORDS, words: WORDS }));
	const impacts = new Float64Array(words.slice(WORDS * (hops + 1), WORDS * (hops + 1) + hops).buffer);
	return { amounts, priceImpacts: [...impacts] };
}

function checked(value: bigint, subject: string): BigUint64Array {
	if (!fitsUnsigned(value, 256)) throw refusal("overflow", subject);
	return toWords(value);
}

function describe(route: readonly EngineHop[]): string {
	return route.map((hop) => hop.pool).join(" > ") || "an empty route";
}

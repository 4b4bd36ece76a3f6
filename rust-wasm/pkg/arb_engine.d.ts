/* tslint:disable */
/* eslint-disable */

export class Engine {
    free(): void;
    [Symbol.dispose](): void;
    begin_block(block: number): void;
    keep_blocks(depth: number): void;
    /**
     * Changes what swaps change in pools that [`Engine::set_v3`] or [`Engine::set_pool`] took: `lengths` are the numbers of values per pool, each of four words. All are checked
     * before the first is changed.
     */
    move_pools(pools: Uint32Array | number[], lengths: Uint32Array | number[], words: BigUint64Array | bigint[]): void;
    /**
     * The fields that [`Engine::move_pools`] changes in a pool, each on a line with its number of values; empty where a changed state must be given whole.
     */
    moving(pool: number): string;
    constructor();
    /**
     * As `quote_route` at the best input, then input and profit (four words each, two's complement) of each alternative; empty for no profit.
     */
    optimise(edges: Uint32Array | number[], bound: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * As `quote_route` at the amount that leaves most after the lender's fee; empty for none. `fee` is share, whole and rounding (four words each).
     */
    optimise_loan(edges: Uint32Array | number[], fee: BigUint64Array | bigint[], available: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * Empty for no profit. Else whether it is a split, input and output (four words each), then for each hop its number of pools and for each of these
     * the edge, input and output.
     */
    optimise_split(edges: Uint32Array | number[], bound: BigUint64Array | bigint[]): BigUint64Array;
    quote(edge: number, amount: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * The input that the contract names for an exact output.
     */
    quote_exact_output(edge: number, amount: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * Amounts (four words each, one more than hops), then one double's bits per hop.
     */
    quote_route(edges: Uint32Array | number[], amount: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * Outputs (four words each) of many routes, `sizes` inputs for each; `lengths` are the routes' numbers of hops. A refusal is the maximum minus its
     * number, which no pool pays.
     */
    quote_routes(lengths: Uint32Array | number[], edges: Uint32Array | number[], sizes: number, amounts: BigUint64Array | bigint[]): BigUint64Array;
    remove(pool: number): void;
    /**
     * Pools that changed by taking the blocks back.
     */
    roll_back(block: number): Uint32Array;
    /**
     * `bounds`: of each start's input, four words. For each cycle: number of hops, the hops, input and profit (four words each).
     */
    search(changed: Uint32Array | number[], starts: Uint32Array | number[], max_hops: number, limit: number, overlapping: boolean, exact: boolean, bounds: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * A pool of any family from its state's JSON form; throws a sentence that names the field instead of a number where that is wrong.
     */
    set_pool(pool: number, tokens: Uint32Array | number[], state: string, experimental: boolean): void;
    set_reserves(pools: Uint32Array | number[], reserves: BigUint64Array | bigint[]): void;
    /**
     * Time of the block that quotes are for, seconds; 0: each state's own.
     */
    set_time(timestamp: number): void;
    /**
     * `shape`: pool, token0, token1, fee in pips for each; `reserves`: two words for each reserve. All are checked before the first is changed.
     */
    set_v2(shape: Uint32Array | number[], reserves: BigUint64Array | bigint[]): void;
    /**
     * `shape`: fee in pips, tick spacing, tick, lowest and highest known tick; `words`: sqrtPriceX96 (4), liquidity (2); `nets`: two each.
     */
    set_v3(pool: number, token0: number, token1: number, shape: Int32Array | number[], words: BigUint64Array | bigint[], ticks: Int32Array | number[], nets: BigUint64Array | bigint[]): void;
    /**
     * Input and profit (four words each) of many cycles, within the larger of a billionth and a base unit of the coarsest token; zeros for no profit.
     */
    size_cycles(lengths: Uint32Array | number[], edges: Uint32Array | number[], bound: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * Output per input: spot price, the same after the fee, of the next unit on top of the amount, spot price after the swap.
     */
    swap_rates(edge: number, amount: BigUint64Array | bigint[]): Float64Array;
    /**
     * Input taken, output, price (four words each), liquidity (two), tick. `limit` is empty for none.
     */
    swap_v3(edge: number, amount: BigUint64Array | bigint[], limit: BigUint64Array | bigint[]): BigUint64Array;
    /**
     * The contract's own quote function, which may differ from what its swap pays.
     */
    view(edge: number, amount: BigUint64Array | bigint[]): BigUint64Array;
}

/**
 * One pool by itself, without any search around it.
 */
export class SinglePool {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Throws a sentence that names the field where the state is wrong.
     */
    constructor(state: string, experimental: boolean);
    /**
     * `at` is the block's time in seconds; 0: the state's own.
     */
    quote(from: number, to: number, amount: BigUint64Array | bigint[], at: number): BigUint64Array;
    quote_exact_output(from: number, to: number, amount: BigUint64Array | bigint[], at: number): BigUint64Array;
    token_count(): number;
    view(from: number, to: number, amount: BigUint64Array | bigint[], at: number): BigUint64Array;
}

/**
 * One line of recorded answers, checked: JSON with the family and, for each question, both answers. Throws a sentence where the line is wrong.
 */
export function check_golden(line: string): string;

/**
 * Names of the families, each on a line, those that are experimental with that word behind the name.
 */
export function families(): string;

/**
 * The tick at which a swap in the given state ends.
 */
export function reach_v3(shape: Int32Array | number[], words: BigUint64Array | bigint[], ticks: Int32Array | number[], nets: BigUint64Array | bigint[], zero_for_one: boolean, amount: BigUint64Array | bigint[]): number;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly __wbg_singlepool_free: (a: number, b: number) => void;
    readonly check_golden: (a: number, b: number) => [number, number, number, number];
    readonly engine_begin_block: (a: number, b: number) => void;
    readonly engine_keep_blocks: (a: number, b: number) => void;
    readonly engine_move_pools: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number];
    readonly engine_moving: (a: number, b: number) => [number, number, number, number];
    readonly engine_new: () => number;
    readonly engine_optimise: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly engine_optimise_loan: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly engine_optimise_split: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly engine_quote: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly engine_quote_exact_output: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly engine_quote_route: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly engine_quote_routes: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number];
    readonly engine_remove: (a: number, b: number) => void;
    readonly engine_roll_back: (a: number, b: number) => [number, number, number, number];
    readonly engine_search: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number) => [number, number, number, number];
    readonly engine_set_pool: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number];
    readonly engine_set_reserves: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly engine_set_time: (a: number, b: number) => void;
    readonly engine_set_v2: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly engine_set_v3: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => [number, number];
    readonly engine_size_cycles: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number];
    readonly engine_swap_rates: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly engine_swap_v3: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly engine_view: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly families: () => [number, number];
    readonly reach_v3: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number) => [number, number, number];
    readonly singlepool_new: (a: number, b: number, c: number) => [number, number, number];
    readonly singlepool_quote: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly singlepool_quote_exact_output: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly singlepool_token_count: (a: number) => number;
    readonly singlepool_view: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;

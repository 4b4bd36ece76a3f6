/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_engine_free: (a: number, b: number) => void;
export const engine_new: () => number;
export const engine_optimise: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
export const engine_quote: (a: number, b: number, c: number, d: number) => [number, number, number, number];
export const engine_quote_route: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
export const engine_remove: (a: number, b: number) => void;
export const engine_search: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number) => [number, number];
export const engine_set_reserves: (a: number, b: number, c: number, d: number, e: number) => [number, number];
export const engine_set_v2: (a: number, b: number, c: number, d: number, e: number) => [number, number];
export const engine_set_v3: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => [number, number];
export const engine_swap_v3: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
export const reach_v3: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number) => [number, number, number];
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;

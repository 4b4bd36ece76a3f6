import type { Pool } from "../../domain/pool.ts";
import type { EngineHop } from "../../rust-wasm/engine.ts";

/** Every cycle of 2 to `maxHops` different pools, from every token and in both directions. */
export function allCycles(pools: readonly Pool[], maxHops: number): readonly (readonly EngineHop[])[] {
	const from = new Map<string, EngineHop[]>();
	for (const { address, family, dex, tokens } of pools) {
		const [token0 = "", token1 = ""] = tokens;
		for (const [tokenIn, tokenOut] of [
			[token0, token1],
			[token1, token0],
		] as const) {
			const hops = from.get(tokenIn) ?? [];
			hops.push({ pool: address, family, dex, tokenIn, tokenOut });
			from.set(tokenIn, hops);
		}
	}
	const cycles: (readonly EngineHop[])[] = [];
	function extend(path: readonly EngineHop[], start: string, at: string): void {
		for (const hop of from.get(at) ?? []) {
			if (path.some((before) => before.pool === hop.pool)) continue;
			const longer = [...path, hop];
			if (hop.tokenOut === start) {
				if (longer.length > 1) cycles.push(longer);
			} else if (longer.length < maxHops && !path.some((before) => before.tokenIn === hop.tokenOut)) {
				extend(longer, start, hop.tokenOut);
			}
		}
	}
	for (const start of from.keys()) extend([], start, start);
	return cycles;
}

import type { ChainConfig } from "../config/chain.ts";
import type { BlockRef, Candidate } from "../domain/candidate.ts";
import { ArbError } from "../domain/errors.ts";
import { isConcentrated, type PoolState } from "../domain/pool.ts";
import { routeHash } from "../domain/route.ts";
import { blockRef } from "../market/block.ts";
import type { PoolBook } from "../market/pool-book.ts";
import type { Engine, FoundCycle } from "../rust-wasm/engine.ts";
import { estimateRouteGas } from "../strategy/detect.ts";

/** The best candidates through the changed pools that share no pool and earn more than their gas, best first. */
export function candidatesOf(of: {
	readonly chain: Pick<ChainConfig, "chainId" | "startTokens" | "policy" | "limits">;
	readonly block: BlockRef;
	readonly book: Pick<PoolBook, "state">;
	readonly engine: Engine;
	readonly fencingNumber: number;
	readonly changedPools: readonly string[];
	readonly limit: number;
	/** The most that a lender has of each start token, base units; nothing is borrowed of one that is not among them. */
	readonly liquidity: ReadonlyMap<string, bigint>;
}): readonly Candidate[] {
	const limit = BigInt(of.chain.limits.maxAmountIn);
	const found = of.engine.search({
		changedPools: of.changedPools,
		startTokens: of.chain.startTokens.map((token) => {
			const lent = of.liquidity.get(token) ?? 0n;
			return { token, maxAmountIn: lent < limit ? lent : limit };
		}),
		maxHops: 3,
		limit: of.limit,
	});
	return found.map((cycle) => candidateOf(of, cycle)).filter((candidate) => paysItsGas(candidate, of.chain));
}

function candidateOf(
	of: {
		readonly chain: Pick<ChainConfig, "chainId">;
		readonly block: BlockRef;
		readonly book: Pick<PoolBook, "state">;
		readonly engine: Engine;
		readonly fencingNumber: number;
	},
	cycle: FoundCycle,
): Candidate {
	const [first] = cycle.hops;
	if (first === undefined) throw new ArbError({ code: "engine", message: "the search returned a cycle without hops", retryable: false });
	const route = cycle.hops.map((hop) => ({ ...hop, family: of.book.state(hop.pool).family }));
	return {
		chainId: of.chain.chainId,
		block: blockRef(of.block),
		route,
		routeHash: routeHash(route),
		startToken: first.tokenIn,
		amountIn: cycle.amountIn.toString(),
		grossProfit: cycle.grossProfit.toString(),
		pools: statesOf(of, cycle),
		fencingNumber: of.fencingNumber,
		foundAtMs: Date.now(),
	};
}

/** The cycle's pool states, cut to the ticks that its amounts can reach. */
function statesOf(of: { readonly book: Pick<PoolBook, "state">; readonly engine: Engine }, cycle: FoundCycle): readonly PoolState[] {
	const { amounts } = of.engine.quoteRoute(cycle.hops, cycle.amountIn);
	return cycle.hops.map((hop, i) => {
		const state = of.book.state(hop.pool);
		return isConcentrated(state) ? of.engine.reachableTicks(state, hop.tokenIn, amounts[i] ?? 0n) : state;
	});
}

/** Only what covers its gas at today's base fee is worth a lifecycle; cycles start from the wrapped native coin, so both are wei. */
export function paysItsGas(candidate: Candidate, chain: Pick<ChainConfig, "policy">): boolean {
	const gasCost = estimateRouteGas(candidate.pools) * BigInt(candidate.block.baseFeePerGasWei);
	return BigInt(candidate.grossProfit) > gasCost + BigInt(chain.policy.minExpectedValueWei);
}

import type { Pool } from "../../domain/pool.ts";
import { ONE, product, type Ratio, ratio, scaled } from "./ratio.ts";

/** A pool with two amounts that its spot price makes equal, in base units. */
export interface PoolDepth {
	readonly pool: Pick<Pool, "address" | "tokens">;
	readonly reserve0: bigint;
	readonly reserve1: bigint;
	/**
	 * What the pool holds, where that may be less than what it offers at its price: a position of one tick makes virtual reserves of twenty thousand
	 * times its money, so depth is counted by money.
	 */
	readonly held?: readonly bigint[];
}

export interface DepthPrice {
	/** Wei of the anchor per base unit of the token. */
	readonly price: Ratio;
	/** The least depth on the way, in wei: to move the price, so much must be moved. */
	readonly depthWei: bigint;
	/** The pools from the anchor to the token. */
	readonly way: readonly string[];
}

interface Edge {
	readonly pool: string;
	readonly token: string;
	readonly known: bigint;
	readonly unknown: bigint;
	readonly depth: bigint;
}

/**
 * Prices of all tokens that at most `maxHops` pools lead to from the anchor. Of several ways the one whose shallowest pool is deepest gives the price (of
 * equal ones the shorter, then the first); a pool's depth is what it holds of the side whose price is known already, so a worthless token deep in its own
 * pool counts for nothing. Pools below `minDepthWei` price nothing.
 */
export function depthPrices(of: {
	readonly anchor: string;
	readonly pools: readonly PoolDepth[];
	readonly minDepthWei: bigint;
	readonly maxHops: number;
}): Map<string, DepthPrice> {
	const edges = edgesByToken(of.pools);
	const found = new Map<string, DepthPrice>();
	let layer: ReadonlyMap<string, DepthPrice | null> = new Map([[of.anchor, null]]);
	for (let hop = 1; hop <= of.maxHops && layer.size > 0; hop++) {
		const next = new Map<string, DepthPrice>();
		for (const [token, from] of layer) {
			for (const edge of edges.get(token) ?? []) {
				if (edge.token === of.anchor) continue;
				const own = scaled(edge.depth, from?.price ?? ONE);
				const depthWei = from !== null && from.depthWei < own ? from.depthWei : own;
				const best = next.get(edge.token) ?? found.get(edge.token);
				if (depthWei < of.minDepthWei || depthWei === 0n || (best !== undefined && best.depthWei >= depthWei)) continue;
				const spot = ratio(edge.known, edge.unknown);
				next.set(edge.token, {
					price: from === null ? spot : product(from.price, spot),
					depthWei,
					way: [...(from?.way ?? []), edge.pool],
				});
			}
		}
		for (const [token, price] of next) found.set(token, price);
		layer = next;
	}
	return found;
}

/** Each pool twice, under the token whose price may be known. A pool without an amount on either side has no price. */
function edgesByToken(pools: readonly PoolDepth[]): Map<string, Edge[]> {
	const edges = new Map<string, Edge[]>();
	const add = (token: string, edge: Edge): void => {
		const list = edges.get(token);
		if (list === undefined) edges.set(token, [edge]);
		else list.push(edge);
	};
	for (const { pool, reserve0, reserve1, held } of pools) {
		if (reserve0 <= 0n || reserve1 <= 0n) continue;
		const [token0 = "", token1 = ""] = pool.tokens;
		const [held0 = reserve0, held1 = reserve1] = held ?? [];
		const depth0 = smaller(held0, reserve0);
		const depth1 = smaller(held1, reserve1);
		add(token0, { pool: pool.address, token: token1, known: reserve0, unknown: reserve1, depth: depth0 });
		add(token1, { pool: pool.address, token: token0, known: reserve1, unknown: reserve0, depth: depth1 });
	}
	return edges;
}

function smaller(a: bigint, b: bigint): bigint {
	return a < b ? a : b;
}

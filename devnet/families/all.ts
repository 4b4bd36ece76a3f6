import { ArbError } from "../../domain/errors.ts";
import { algebraIntegral, algebraV1 } from "./algebra.ts";
import { balancerV2Stable, balancerV2Weighted } from "./balancer-v2.ts";
import { balancerV3Stable, balancerV3Weighted } from "./balancer-v3.ts";
import { curve } from "./curve.ts";
import type { DevnetDex } from "./dex.ts";
import { pancakeV3 } from "./pancake-v3.ts";
import { uniswapV2 } from "./uniswap-v2.ts";
import { uniswapV3 } from "./uniswap-v3.ts";
import { uniswapV4 } from "./uniswap-v4.ts";

/** Every dex of the devnet, in the order of deployment: another one at the end leaves the addresses of the others as they are. */
export const DEXES: readonly DevnetDex[] = [
	uniswapV2({ name: "uniswap-v2", factory: "uniswapV2Factory", pair: "uniswapV2Pair" }),
	uniswapV2({ name: "sushiswap-v2", factory: "sushiFactory", pair: "sushiPair" }),
	uniswapV3,
	pancakeV3,
	algebraV1,
	algebraIntegral,
	uniswapV4,
	balancerV2Weighted,
	balancerV2Stable,
	balancerV3Weighted,
	balancerV3Stable,
	curve,
];

/** @throws ArbError `not_found` */
export function dexNamed(name: string): DevnetDex {
	const dex = DEXES.find((each) => each.name === name);
	if (dex !== undefined) return dex;
	throw new ArbError({ code: "not_found", message: `the devnet has no dex ${name}`, retryable: false });
}

/** Dexes that the system has no adapter for yet: their pools are there and trade, the chain's settings do not name them. */
export const WITHOUT_ADAPTER: ReadonlySet<string> = new Set([
	...["pancakeswap-v3", "algebra-v1", "algebra-integral", "uniswap-v4"],
	...["balancer-v2-weighted", "balancer-v2-stable", "balancer-v3-weighted", "balancer-v3-stable", "curve"],
]);

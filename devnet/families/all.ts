import { ArbError } from "../../domain/errors.ts";
import { balancerV2Stable, balancerV2Weighted } from "./balancer-v2.ts";
import { balancerV3Stable, balancerV3Weighted } from "./balancer-v3.ts";
import { curve } from "./curve.ts";
import type { DevnetDex } from "./dex.ts";
import { uniswapV2 } from "./uniswap-v2.ts";
import { uniswapV3 } from "./uniswap-v3.ts";

/** Every dex of the devnet, in the order of deployment: another one at the end leaves the addresses of the others as they are. */
export const DEXES: readonly DevnetDex[] = [
	uniswapV2({ name: "uniswap-v2", factory: "uniswapV2Factory", pair: "uniswapV2Pair" }),
	uniswapV2({ name: "sushiswap-v2", factory: "sushiFactory", pair: "sushiPair" }),
	uniswapV3,
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
export const WITHOUT_ADAPTER: ReadonlySet<string> = new Set<string>(
	[balancerV2Weighted, balancerV2Stable, balancerV3Weighted, balancerV3Stable, curve].map((dex) => dex.name),
);
